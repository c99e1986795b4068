"""The queue tab's rows as values, read from what Google answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from .call import Content
from .columns import DIALER, Columns, normal
from .phone import NotDiallable, Number, read_number

MOST_SENT = 6_000
"""Bytes of texts that one call may carry. They travel in the address of a request, and web servers
refuse addresses of more than about 8,000 bytes, which doesn't tell whether a call was made."""
TOO_LONG = "texts_too_long"
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
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Where the tab's columns stand, to name cells by."""

    @property
    def ref(self) -> str:
        """What stands in the hidden Ref cell."""
        return self.shown["ref"]

    @property
    def word(self) -> str:
        """The Status as words are compared: without case, and with single spaces."""
        return normal(self.shown["status"])


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
    if not any(value not in ("", None) for value in known.values()):
        return None
    number = read_number(known.get("phone"))
    content = _content(number, known, voice_id) if isinstance(number, Number) else None
    fingerprint = sounds_like = content.fingerprint() if content else ""
    if content and chosen_voice and not text_of(known.get("voice_id")):
        content = replace(content, voice_id=chosen_voice)
        sounds_like = content.fingerprint()
    if content is not None and _is_too_long(content):
        number, content = NotDiallable(TOO_LONG), None
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


def _is_too_long(content: Content) -> bool:
    sent = (content.amount, content.voice_id, *content.texts, *content.keys)
    # Each letter takes up to twelve bytes in an address, most of them one.
    return sum(map(len, sent)) * 12 > MOST_SENT and len(quote("".join(sent))) > MOST_SENT


def _content(number: Number, cells: Mapping[str, Any], voice_id: str) -> Content:
    return Content(
        number=number.digits,
        voice_id=text_of(cells.get("voice_id")) or voice_id,
        amount=text_of(cells.get("amount")),
        texts=_five("text", cells),
        keys=_five("key", cells),
    )


def _five(kind: str, cells: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(text_of(cells.get(f"{kind}{number}")) for number in range(1, 6))
