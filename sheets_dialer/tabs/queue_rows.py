"""The queue tab's rows as values, read from what Google answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from ..domain.amounts import read_amount
from ..domain.content import Content
from ..domain.phone_numbers import NotDiallable, Number, read_number
from ..domain.spoken_sameness import normal_form
from .cell_errors import is_error
from .queue_columns import DIALER, OF_THE_CALL, PEOPLE, Columns, cell_name, normal

MOST_SENT = 6_000
"""Bytes of texts that one call may carry. They travel in the address of a request, and web servers
refuse addresses of more than about 8,000 bytes, which doesn't tell whether a call was made."""
TEXTS_TOO_LONG = "texts_too_long"
UNREADABLE_AMOUNT = "unreadable_amount"
PAYLOAD_BYTES = 1_900_000
"""Google advises at most 2 MB a request; what doesn't fit waits for the next pass."""
_ROW_BYTES = 180
_CELL_BYTES = 45


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of the queue tab that has something in it.

    `index` is zero-based, from the tab's first row. `shown` holds the text of the dialer's cells;
    `phone`, `call_after` and `call_before` hold people's cells as Google gave them. `content` is
    what would be said now. `fingerprint` is that of what the row asks for, which stays the same
    when people give the campaign another voice; `sounds_like` is that of the content.
    """

    index: int
    phone: object
    number: Number | NotDiallable | None
    content: Content | None
    fingerprint: str
    shown: Mapping[str, str]
    sounds_like: str = ""
    call_after: object = None
    call_before: object = None
    problem: NotDiallable | None = None
    """Why the row can't be called, though it has a number: what stands in another cell."""
    blank: tuple[str, ...] = ()
    """Which columns of the call the tab has and the row leaves blank."""
    typed: Content | None = None
    """The content letter for letter, in the voice by which rows that name none are known again."""
    names_voice: bool = False
    """Whether the row says itself by which voice it is called."""
    has_content: bool = True
    """Whether people wrote anything in it."""
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Where the tab's columns stand, to name cells by."""

    @property
    def ref(self) -> str:
        """What stands in the hidden Ref cell."""
        return self.shown["ref"]

    @property
    def order_id(self) -> str:
        """The Order ID as its value is read."""
        return self.typed.texts[1] if self.typed else ""

    def said_in(self, voice_id: str) -> Content | None:
        """The content of a call in this voice, unless the row names one itself."""
        if self.content is None or self.names_voice:
            return self.content
        return self.content.with_voice(voice_id)

    @property
    def word(self) -> str:
        """The Status as words are compared: without case, and with single spaces."""
        return _word(self.shown["status"])


@lru_cache(256)
def _word(status: str) -> str:
    """A Status as words are compared. Rows show few different ones, and each is asked for often."""
    return normal(status)


def read_rows(
    grid: Sequence[Sequence[Any]],
    columns: Columns,
    voice_id: str,
    chosen_voice: str | None = None,
) -> list[QueueRow]:
    """Reads every row below the header in which a known column holds something."""
    first = columns.header_row + 1
    below_header = enumerate(itertools.islice(grid, first, None), start=first)
    rows = (
        read_row(index, cells, columns.places, voice_id, chosen_voice)
        for index, cells in below_header
    )
    return [row for row in rows if row is not None]


def read_row(
    index: int,
    cells: Sequence[Any],
    places: Mapping[str, int],
    voice_id: str,
    chosen_voice: str | None = None,
) -> QueueRow | None:
    """Reads one row; None when no known column holds anything. `chosen_voice` is what the
    campaign speaks with instead of `voice_id`, by which rows that name none are known again."""
    known = {name: cells[at] for name, at in places.items() if at < len(cells)}
    has_content = any(_says_something(known.get(name)) for name in PEOPLE) or _holds_text(
        cells, places
    )
    if not has_content and not any(value not in ("", None) for value in known.values()):
        return None
    number = read_number(known.get("phone"))
    problem = _problem(index, known, places)
    if problem is not None and not isinstance(number, Number):
        number = problem
    content = _content(number, known, voice_id) if isinstance(number, Number) else None
    typed, as_typed = content, text_of(known.get("amount"))
    if content is not None and content.amount != as_typed:
        typed = replace(content, amount=as_typed)
    fingerprint = sounds_like = content.fingerprint() if content else ""
    names_voice = bool(text_of(known.get("voice_id")))
    if content and chosen_voice and chosen_voice != content.voice_id and not names_voice:
        content = content.with_voice(chosen_voice)
        sounds_like = content.fingerprint()
    if content is not None and is_too_long(content):
        number, content = NotDiallable(TEXTS_TOO_LONG), None
    return QueueRow(
        index=index,
        phone=known.get("phone"),
        number=number,
        content=content,
        fingerprint=fingerprint if content else "",
        shown={name: text_of(known.get(name)) for name in DIALER},
        sounds_like=sounds_like if content else "",
        call_after=known.get("call_after"),
        call_before=known.get("call_before"),
        problem=problem,
        blank=tuple(
            name for name in OF_THE_CALL if name in places and not _is_written(known.get(name))
        ),
        typed=typed if content else None,
        names_voice=names_voice,
        has_content=has_content,
        places=places,
    )


def beside_their_calls(
    cells: Mapping[int, Mapping[str, str]], rows: Mapping[int, QueueRow]
) -> dict[int, Mapping[str, str]]:
    """The cells, each row's with the Call ID and the Called Number that it shows already. If people
    sort the rows before the cells land, the next read can tell from them whose results or whose
    mark they are."""
    told = {
        index: {name: rows[index].shown[name] for name in ("call_id", "called_number")}
        for index in cells
    }
    return {
        index: {**{name: text for name, text in told[index].items() if text}, **texts}
        for index, texts in cells.items()
    }


def written_bytes(texts: Iterable[str]) -> int:
    """About how many bytes one row's cells take in a write. (Measured; outside of ASCII each letter
    takes six.)"""
    return _ROW_BYTES + sum(_CELL_BYTES + len(json.dumps(text)) for text in texts)


def text_of(value: object) -> str:
    """A cell's value as the text that a person reads; whole numbers without a decimal point."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()


def _problem(
    index: int, cells: Mapping[str, Any], places: Mapping[str, int]
) -> NotDiallable | None:
    """What keeps a row from being called as its cells are: an error, a formula that is still being
    worked out, an amount that nobody can read. Cells are read once, so the usual ones cost little.
    """
    for name, value in cells.items():
        is_text = isinstance(value, str) and name not in DIALER
        if is_text and _may_be_error(value) and is_error(value):
            return in_error(name, index, places[name], value)
    amount = cells.get("amount")
    if isinstance(amount, bool) or (isinstance(amount, str) and read_amount(amount) is None):
        shows = (("column", cell_name(index, places["amount"])), ("text", text_of(amount)[:60]))
        return NotDiallable(UNREADABLE_AMOUNT, shows)
    return None


def in_error(name: str, row: int, column: int, value: str) -> NotDiallable:
    """What is said of a cell that holds an error instead of a value; `name` is its column's."""
    code = value.strip().split("(", maxsplit=1)[0].strip()[:40]
    sentence = (
        "phone_in_error" if name == "phone" and code.startswith("#ERROR") else "cell_in_error"
    )
    return NotDiallable(sentence, (("cell", cell_name(row, column)), ("text", code)))


def _may_be_error(value: str) -> bool:
    """A quick look: errors are few."""
    return "#" in value or "..." in value or "…" in value


def _says_something(value: object) -> bool:
    """Whether a person wrote something in a cell; a checkbox is filled down over empty rows."""
    return not isinstance(value, bool) and _is_written(value)


def _is_written(value: object) -> bool:
    """Whether a cell shows anything: what was pasted from a chat may hold marks that can't be
    seen, and nothing else."""
    text = text_of(value)
    return text != "" and (text.isascii() or text.isprintable() or normal_form(text) != "")


def _holds_text(cells: Sequence[Any], places: Mapping[str, int]) -> bool:
    """Whether people wrote words in a column that means nothing to the dialer. Numbers and boxes
    don't count: formulas and checkboxes that are filled down say them of rows that are empty."""
    known = set(places.values())
    return any(
        isinstance(value, str) and _is_written(value) and place not in known
        for place, value in enumerate(cells)
    )


def is_too_long(content: Content) -> bool:
    """Whether a call would say more than an address can carry."""
    sent = (content.amount, content.voice_id, *content.texts, *content.keys)
    # Each letter takes up to twelve bytes in an address, most of them one.
    return sum(map(len, sent)) * 12 > MOST_SENT and len(quote("".join(sent))) > MOST_SENT


def _content(number: Number, cells: Mapping[str, Any], voice_id: str) -> Content:
    return Content(
        number=number.digits,
        voice_id=text_of(cells.get("voice_id")) or voice_id,
        amount=_amount(cells.get("amount")),
        texts=_five("text", cells),
        keys=_five("key", cells),
    )


def _amount(value: object) -> str:
    text = text_of(value)
    return (read_amount(text) or text) if isinstance(value, str) else text


def _five(kind: str, cells: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(text_of(cells.get(f"{kind}{number}")) for number in range(1, 6))
