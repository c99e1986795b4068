"""What is printed and logged while calls are made. It never stands in their way: what can't be
written, because a disk is full, a pipe closed or a stream not there, is lost, and the work goes on.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

UNWRITABLE = (OSError, ValueError)
"""What a stream raises that can't be written: closed ones raise a ValueError."""


class Log:
    """A stream for logs that takes everything, and writes what can be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes the text, in letters that the stream has."""
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            with suppress(*UNWRITABLE):
                self._stream.write(text.encode("ascii", errors="backslashreplace").decode())
        except UNWRITABLE:
            pass
        return len(text)

    def flush(self) -> None:
        """Writes what was kept back."""
        with suppress(*UNWRITABLE):
            self._stream.flush()


def show(text: str, *, err: bool = False) -> None:
    """Prints the text, in letters that the stream has."""
    print(text, file=Log(sys.stderr if err else sys.stdout), flush=True)


def open_streams() -> None:
    """Gives the process the standard streams that it was started without. Else the next file or
    connection would get their numbers, and whatever is written to them."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free: this one.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good
    spell_what_is_missing()


def spell_what_is_missing() -> None:
    """Lets no text fail because the terminal or the pipe has fewer letters than Urdu needs: what is
    missing is written as its number, such as \\u0622, which can be turned back.

    A pipe or a file without any say in the matter gets UTF-8, as files of data should be.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def give_up_the_rest() -> None:
    """Drops what can't be written at the end of the process, so that Python doesn't complain of it
    and end with an exit code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except UNWRITABLE:
            with suppress(*UNWRITABLE):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
