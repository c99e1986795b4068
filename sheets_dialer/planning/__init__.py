"""Decisions: from the time, the sheet, the ledger and the rules to what happens to each row and
what its cells say. Pure: whatever is decided here can be tried on plain values. Where a row is
decided: `decision.decide`."""
