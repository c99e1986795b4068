"""What every other package may use: time passed in, the errors that users meet, the console, and
what keeps secrets out of what is shown. Knows nothing of calls or sheets."""
