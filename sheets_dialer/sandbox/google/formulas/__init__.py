"""The small part of the formula language that the sandbox computes."""
