"""The two services that the dialer talks to, on loopback: Google Sheets with Drive, and the portal.

This package plays another company's software. It shares no code with the rest of `sheets_dialer`
and nothing but the command line starts it, so that a mistake in the dialer's understanding of the
services can't be repeated here by import.
"""
