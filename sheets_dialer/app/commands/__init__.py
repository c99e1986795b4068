"""The commands that people type, one file each: what they take, what they print, how they end.

What a command needs beyond its own options is imported inside it: `--help` must not pay for that.
"""
