"""What a call says: what its cells show at the moment of the mark.

The sheet is read as values, which tell rows apart: a date is 46361 whatever it looks like. People
see and mean what is displayed, so that is what the customer hears.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..domain.amounts import read_amount
from ..domain.content import Content
from .queue_rows import is_too_long, text_of

_SAID = ("amount", *(f"{kind}{n}" for kind in ("text", "key") for n in range(1, 6)))
_IN_POWERS = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as the write's own answer brings it: its value, and the text that people see."""

    value: object
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Unspeakable:
    """A cell that shows what can't be said: our name of its column, and the text."""

    column: str
    text: str


def spoken_content(
    content: Content, order: str, cells: Mapping[str, Shown]
) -> Content | Unspeakable | None:
    """The content as its row's `cells`, by our names, show it; None where the row says something
    else by now than what it was marked for: another Order ID than `order`, or an error.
    """
    if any(cell.is_error for cell in cells.values()):
        return None
    blank = Shown(None, "")
    if "text2" in cells and text_of(cells["text2"].value) != order:
        return None
    texts = {name: _text(cells[name]) for name in _SAID if name in cells}
    if "amount" in texts:
        amount = read_amount(texts["amount"])
        if amount is None or isinstance(cells.get("amount", blank).value, bool):
            return Unspeakable("amount", texts["amount"])
        texts["amount"] = amount
    said = replace(
        content,
        amount=texts.get("amount", content.amount),
        texts=_five("text", texts, content.texts),
        keys=_five("key", texts, content.keys),
    )
    if is_too_long(said):
        longest = max(texts, key=lambda name: len(texts[name]))
        return Unspeakable(longest, texts[longest][:60])
    return said


def _five(
    kind: str, texts: Mapping[str, str], known: tuple[str, ...]
) -> tuple[str, str, str, str, str]:
    first, second, third, fourth, fifth = (
        texts.get(f"{kind}{n}", known[n - 1]) for n in range(1, 6)
    )
    return first, second, third, fourth, fifth


def _text(cell: Shown) -> str:
    """What the cell shows. A long number that is shown as 1.23E+15 for want of room is said in
    full: nobody means that."""
    text = cell.text.strip()
    if isinstance(cell.value, int | float) and _IN_POWERS.fullmatch(text):
        return text_of(cell.value)
    return text
