"""The program: commands, the parts that they are made of, the run loop, and what is shown of it."""
