"""The planner as it was before each row's verdict became one value: what the new one is held to."""
