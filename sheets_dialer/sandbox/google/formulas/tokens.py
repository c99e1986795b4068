"""A formula's text cut into tokens; put together again they give the same text."""

from __future__ import annotations

import re
from typing import NamedTuple

_END = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,7}"
_COLUMN = r"\$?[A-Za-z]{1,3}"
_ROW = r"\$?[1-9][0-9]{0,7}"
_SHEET = r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
    |(?P<reference>(?:{_SHEET})?
        (?:{_END}:{_END}|{_END}:{_COLUMN}|{_END}:{_ROW}|{_COLUMN}:{_COLUMN}|{_ROW}:{_ROW}|{_END})
        (?![\w.(!]))
    |(?P<error>(?:{_SHEET})?\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|ERROR!))
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<text>"(?:[^"]|"")*")
    |(?P<name>(?:{_SHEET})?[^\W\d][\w.]*)
    |(?P<operator><>|<=|>=|[-+*/^&=<>%(){{}},;])
    |(?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


class Token(NamedTuple):
    """One piece: its kind (space, reference, error, number, text, name, operator, unknown) and
    its text as typed."""

    kind: str
    text: str


def tokenise(formula: str) -> list[Token]:
    """All tokens of the text, spaces included; nothing is lost and nothing refused."""
    return [Token(match.lastgroup or "unknown", match[0]) for match in _TOKEN.finditer(formula)]
