"""Places calls and follows them to the end, many at once and at the set pace, beside the passes."""
