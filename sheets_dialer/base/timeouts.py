"""How long the program waits for the two services before it gives a request up, in seconds."""

CONNECT_SECONDS = 5.0
PORTAL_READ_SECONDS = 30.0
SHEETS_READ_SECONDS = 60.0
