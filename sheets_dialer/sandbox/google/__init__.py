"""Google Sheets v4 and the part of Drive v3 that a Sheets client uses."""
