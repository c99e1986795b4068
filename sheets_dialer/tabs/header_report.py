"""What is told of a tab's header row: which column means what, what isn't used, what is asked."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..domain.attempt import is_call_id
from ..domain.phone_numbers import Number, read_number
from ..texts import say
from .header_names import limit_like, nearest
from .queue_columns import DIALER, NO_COLUMN, Columns, letters
from .queue_rows import QueueRow, text_of

TITLES = {
    "phone": "Phone",
    "amount": "Amount",
    "text1": "Store",
    "text2": "Order ID",
    **{f"text{number}": f"Text{number}" for number in range(3, 6)},
    **{f"key{number}": f"Key{number}" for number in range(1, 6)},
    "voice_id": "Voice ID",
    "call_after": "Call After",
    "call_before": "Call Before",
    **DIALER,
}
"""By our name for a column, its usual header."""
_MOMENT = re.compile(r"[0-9/:.,T +-]+(?:[AaPp][Mm])?")
_WRITTEN: Mapping[str, Callable[[str], object]] = {
    "dtmf": re.compile(r"[0-9*#A-Da-d, ]+").fullmatch,
    "call_id": is_call_id,
    "called_number": re.compile(r"\+?[0-9]{7,15}").fullmatch,
    "attempts": re.compile(r"[0-9]{1,6}").fullmatch,
    "called_at": _MOMENT.fullmatch,
    "updated_at": _MOMENT.fullmatch,
}
"""Whether a text is like what the dialer writes, or like what people's formats make of that."""
_LOOKED_AT = 500
"""In so many rows it is counted which of several columns is filled."""
_MOST_TOLD = 12
"""So many headers are told of a row in which the one that is needed isn't found."""
_AS_LIKE = 0.75
"""How like one of the dialer's headers must be to be told."""
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]*")
"""What YAML takes for a text without quotes."""


def columns_told(columns: Columns) -> list[str]:
    """Which of people's columns means what and which aren't used, in lines."""
    used = [
        say("column_means", column=letters(place), title=columns.titles[name], meaning=TITLES[name])
        for name, place in sorted(columns.places.items(), key=lambda each: each[1])
        if name not in DIALER and name not in columns.rivals
    ]
    if columns.unused:
        used.append(say("columns_unused", columns=", ".join(columns.unused)))
    return used


def unclear_column(tab: str, columns: Columns) -> tuple[str, str] | None:
    """Why no new call starts while a column looks like Call After or Call Before and isn't taken
    for it, and what to do; None where there is none."""
    if not columns.unclear:
        return None
    title = columns.unclear[0]
    line = config_line({limit_like(title) or "call_after": NO_COLUMN})
    return say("column_unclear", tab=tab, title=title), say("column_unclear_remedy", line=line)


def unclear_sentence(tab: str, columns: Columns) -> str | None:
    """Both in one."""
    return " ".join(unclear_column(tab, columns) or ()) or None


def columns_sentence(tab: str, columns: Columns, rows: Iterable[Sequence[object]]) -> str:
    """What is wrong with a tab's header row, and what to do. `rows` are those of the tab, or the
    first of them."""
    shown = list(itertools.islice(rows, columns.header_row + 1 + _LOOKED_AT))
    if columns.second_header is not None:
        rows_told = sorted((columns.header_row + 1, columns.second_header + 1))
        return say("headers_doubled", tab=tab, first=rows_told[0], second=rows_told[1])
    if columns.doubled:
        line = line_that_decides(columns, shown)
        sentence = say("columns_doubled", tab=tab, columns=", ".join(columns.doubled))
        return f"{sentence} {say('columns_doubled_or', line=line)}" if line else sentence
    for title in columns.missing:
        if title not in DIALER.values():
            is_phone = "phone" not in columns.places and title == columns.missing[0]
            name = "phone_column_missing" if is_phone else "named_column_missing"
            return f"{say(name, tab=tab, column=title)} {headers_found(columns, shown, title)}"
    near = {title: nearest(title, columns.unused, _AS_LIKE) for title in columns.missing}
    meant = (
        say("column_near", title=found, column=title) for title, found in near.items() if found
    )
    return " ".join([say("columns_missing", tab=tab, columns=", ".join(columns.missing)), *meant])


def headers_found(columns: Columns, rows: Sequence[Sequence[object]], title: str) -> str:
    """Which headers were found instead of this one, in which row, and the nearest to it."""
    row = rows[columns.header_row] if columns.header_row < len(rows) else ()
    filled = [str(cell).strip() for cell in row if cell not in ("", None)]
    if not filled:
        return say("header_not_found")
    shown = ", ".join(filled[:_MOST_TOLD]) + (" …" if len(filled) > _MOST_TOLD else "")
    found = say("header_found", row=columns.header_row + 1, headers=shown)
    near = nearest(title, filled)
    return f"{found} {say('column_near', title=near, column=title)}" if near else found


def line_that_decides(columns: Columns, rows: Sequence[Sequence[object]]) -> str:
    """The configuration's line that says which of several columns is meant: for each meaning the
    column that is filled. Blank where only new names can tell them apart."""
    header = rows[columns.header_row] if columns.header_row < len(rows) else ()
    chosen: dict[str, str] = {}
    for name, places in columns.rivals.items():
        titles = [str(header[place]).strip() for place in places]
        if name in DIALER or len({*titles}) < len(titles):
            return ""
        filled = fullest(columns, rows, name)
        chosen[name] = str(header[filled[0][0]]).strip()
    return config_line(chosen) if chosen else ""


def fullest(columns: Columns, rows: Sequence[Sequence[object]], name: str) -> list[tuple[int, int]]:
    """The places of the columns that may be meant, each with in how many rows it holds something
    (a number that can be called, where numbers are meant); the fullest first."""
    below = rows[columns.header_row + 1 :]

    def count(place: int) -> int:
        cells = (row[place] for row in below if place < len(row))
        if name == "phone":
            return sum(isinstance(read_number(cell), Number) for cell in cells)
        return sum(text_of(cell) != "" for cell in cells)

    counted = [(place, count(place)) for place in columns.rivals.get(name, ())]
    return sorted(counted, key=lambda each: -each[1])


def pasted_over(row: QueueRow) -> str:
    """The letters of the dialer's columns in which a row holds what no dialer writes there, so that
    something was pasted over them. Blank where that doesn't concern the call that the row shows:
    other cells come right by themselves, and Call ID alone has its own sentence."""
    strange = [
        name
        for name, form in _WRITTEN.items()
        if name in row.places and (text := row.shown[name]) and not form(text)
    ]
    if strange == ["call_id"] or not {"call_id", "called_number"} & {*strange}:
        return ""
    return ", ".join(map(letters, sorted(row.places[name] for name in strange)))


def pasted_cells(row: QueueRow) -> Mapping[str, str] | None:
    """What a row says over whose dialer's cells something was pasted; None for any other row."""
    columns = pasted_over(row)
    return {"why": say("pasted_over", columns=columns)} if columns else None


def config_line(columns: dict[str, str]) -> str:
    """The line of the configuration that names these columns."""
    inner = ", ".join(f"{name}: {_yaml(title)}" for name, title in columns.items())
    return f"columns: {{{inner}}}"


def _yaml(title: str) -> str:
    return title if _BARE.fullmatch(title) else json.dumps(title, ensure_ascii=False)
