"""Columns of people's that bear a name which the dialer gives to a column of its own.

A tab on which no dialer has worked yet may have an Answer or a Ref of people's. Nothing in the
header tells them from ours, so what stands below it must: on an untouched tab ours are empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..domain.attempt import is_call_id
from .queue_columns import DIALER, Columns, normal
from .queue_rows import text_of
from .status import SKIP, is_ours

_REF = re.compile(r"(?=.*[a-z])[0-9a-z]{12}")
_OURS_ALONE = [name for name in DIALER if name != "status"]
"""The dialer's columns but Status, in which people may write before the first call."""
_A_FEW = 3
"""So many words of people's own in Status are how they steer; an export fills most rows."""


def is_ref_of_ours(text: str) -> bool:
    """Whether a text can be a Ref that a dialer gave a row."""
    return _REF.fullmatch(text) is not None


def find_column_conflict(
    rows: Iterable[Sequence[object]], columns: Columns
) -> tuple[str, int] | None:
    """The dialer's name for a column that holds what people wrote, and the index of the first row
    in which it does; None where there is none.

    `rows` are all of the tab. Where a token stands in the header, or one row
    shows a Status of ours beside a Ref or Call ID, a dialer has worked on the tab, and everything
    counts as a dialer's. Status is people's where most rows hold words that aren't the dialer's.
    """
    if columns.token is not None:
        return None
    found: tuple[str, int] | None = None
    filled, words = 0, list[int]()
    for index, cells in enumerate(rows):
        if index <= columns.header_row:
            continue
        shown = {
            name: text_of(cells[at])
            for name, at in columns.places.items()
            if name in DIALER and at < len(cells)
        }
        if _is_ours(shown, columns):
            return None
        filled += any(cell not in ("", None) for cell in cells)
        word = normal(shown.get("status", ""))
        if word and word != SKIP and not is_ours(word):
            words.append(index)
        if found is None:
            name = next((name for name in _OURS_ALONE if shown.get(name)), None)
            found = None if name is None else (name, index)
    if found is None and len(words) > max(_A_FEW, filled / 2):
        return "status", words[0]
    return found


def _is_ours(shown: dict[str, str], columns: Columns) -> bool:
    """Whether a row shows a dialer's work. A call centre's export has words and ids like ours, but
    not the number that a dialer writes beside them."""
    word = normal(shown.get("status", ""))
    is_call = "called_number" in columns.places and is_call_id(shown.get("call_id", ""))
    is_known = is_call or is_ref_of_ours(shown.get("ref", ""))
    return word != "" and is_ours(word) and is_known
