"""Google's number format patterns: which section of a pattern applies, and what it shows.

The tokens are those of Google's "Date and number formats" guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .digit_patterns import DigitPattern, compile_digits
from .moment_patterns import MomentPattern, compile_moment

_PIECE = re.compile(
    r"""
    "(?P<quoted>[^"]*)"?                         # "literal"
    |\\(?P<escaped>.)                            # \x
    |_(?P<blank>.)                               # as wide as x
    |\*(?P<fill>.)                               # repeats x to the cell's width
    |\[\$(?P<symbol>[^\]-]*)(?:-[^\]]*)?\]       # [$€-407]
    |\[(?P<operator><=|>=|<>|<|>|=)(?P<bound>-?[0-9.]+)\]
    |(?P<elapsed>\[(?:h+|m+|s+)\])
    |\[(?P<colour>[A-Za-z]+\ ?[0-9]*)\]
    |(?P<general>general)
    |(?P<half>am/pm|a/p)
    |(?P<date>y+|m+|d+|h+|s+)
    |(?P<exponent>e[+-])
    |(?P<token>[0\#?.,%@/;])
    |(?P<plain>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Section:
    """One of the parts between semicolons.

    `pieces` are (kind, text) pairs; `digits` or `moment` is set when the section shows a number
    or a date; `condition` is an operator and its bound.
    """

    pieces: tuple[tuple[str, str], ...]
    digits: DigitPattern | None
    moment: MomentPattern | None
    condition: tuple[str, float] | None

    def has_text(self) -> bool:
        return any(kind == "token" and text == "@" for kind, text in self.pieces)


def render_number(pattern: str, value: int | float) -> str | None:
    """The number under the pattern; None where it shows as in a cell without a format."""
    sections = _sections(pattern)
    chosen, signed = _section_for(sections, value)
    if chosen is None:
        return None
    if chosen.moment is not None:
        return chosen.moment.render(value)
    if chosen.digits is None:
        if any(kind == "general" or text == "@" for kind, text in chosen.pieces):
            return None
        return "".join(text for kind, text in chosen.pieces if kind == "literal")
    return chosen.digits.render(value, signed=signed)


def render_text(pattern: str, value: str) -> str:
    """Text under the pattern: the fourth section, or a sole one with an ``@``, dresses it."""
    sections = _sections(pattern)
    section = sections[3] if len(sections) > 3 else sections[-1]
    if len(sections) <= 3 and not section.has_text():
        return value
    return "".join(
        value if (kind, text) == ("token", "@") else text
        for kind, text in section.pieces
        if kind == "literal" or text == "@"
    )


def _section_for(sections: tuple[Section, ...], value: int | float) -> tuple[Section | None, bool]:
    """The section for the number, and whether a minus sign is still to be put before it."""
    numeric = [section for section in sections[:3] if not section.has_text()]
    if not numeric:
        return None, True
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(section.condition, value):
                return section, True
        return None, True
    if len(numeric) == 1 or value > 0:
        return numeric[0], True
    if value < 0:
        return numeric[1], False
    return numeric[2 if len(numeric) > 2 else 0], True


def _holds(condition: tuple[str, float], value: int | float) -> bool:
    operator, bound = condition
    return {
        "<": value < bound,
        ">": value > bound,
        "=": value == bound,
        "<=": value <= bound,
        ">=": value >= bound,
        "<>": value != bound,
    }[operator]


@lru_cache(maxsize=1024)
def _sections(pattern: str) -> tuple[Section, ...]:
    sections: list[Section] = []
    pieces: list[tuple[str, str]] = []
    condition: tuple[str, float] | None = None
    for match in _PIECE.finditer(pattern):
        kind = match.lastgroup or "plain"
        text = match[0]
        if kind == "token" and text == ";":
            sections.append(_section(pieces, condition))
            pieces, condition = [], None
        elif kind in ("quoted", "escaped", "symbol"):
            pieces.append(("literal", match[kind]))
        elif kind == "plain":
            pieces.append(("literal", text))
        elif kind == "blank":
            pieces.append(("literal", " "))
        elif kind == "bound":
            condition = (match["operator"], _bound(match["bound"]))
        elif kind not in ("colour", "fill"):
            pieces.append((kind, text))
    sections.append(_section(pieces, condition))
    return tuple(sections)


def _bound(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _section(pieces: list[tuple[str, str]], condition: tuple[str, float] | None) -> Section:
    kinds = {kind for kind, _ in pieces}
    moment = compile_moment(pieces) if kinds & {"date", "elapsed", "half"} else None
    digits = None
    if moment is None and any(kind == "token" and text in "0#?" for kind, text in pieces):
        digits = compile_digits(pieces)
    return Section(tuple(pieces), digits, moment, condition)
