"""The database: what this dialer dialled. `ledger.Ledger` is all that others use of it."""
