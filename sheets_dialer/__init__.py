"""A Google Sheet as a call queue for the Robo Call Pakistan portal."""

__version__ = "0.1.0"
