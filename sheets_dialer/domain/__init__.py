"""What a call is, whoever asks for it: numbers that can be dialled, jobs and their attempts, what
is said and when two calls say the same, when it may ring, and when a call is over. Pure: no clock,
no chance, no network, no file."""
