"""The queue tab's columns: which are people's, which are the dialer's, and where they stand today.

The header row is read anew at every pass, so columns may be moved, inserted or renamed to a known
alias at any time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "phone": (
        *("phone", "mobile", "number", "contact", "phone number", "mobile number", "mobile no"),
        *("contact number", "contact no", "phone no", "cell", "cell number", "whatsapp"),
        *("فون", "فون نمبر", "نمبر", "موبائل", "موبائل نمبر", "رابطہ نمبر"),
    ),
    "amount": ("amount", "total", "price", "رقم"),
    "text1": ("store", "text1", "shop", "company", "دکان"),
    "text2": ("order id", "text2", "order", "order no", "order number", "reference", "آرڈر"),
    "text3": ("text3",),
    "text4": ("text4",),
    "text5": ("text5",),
    "key1": ("key1",),
    "key2": ("key2",),
    "key3": ("key3",),
    "key4": ("key4",),
    "key5": ("key5",),
    "voice_id": ("voice id", "voice"),
    "call_after": ("call after",),
    "call_before": ("call before",),
}
"""What people fill in, by the name used in the configuration, with every header that means it."""

OF_THE_CALL = tuple(name for name in PEOPLE if name != "phone")
"""What decides beside the number about a row's call: what is said, by which voice, and when."""

DIALER: Mapping[str, str] = {
    "status": "Status",
    "answer": "Answer",
    "dtmf": "DTMF",
    "call_id": "Call ID",
    "called_number": "Called Number",
    "attempts": "Attempts",
    "called_at": "Called At",
    "updated_at": "Updated At",
    "why": "Why",
    "ref": "Ref",
}
"""What the dialer fills in, in the order in which `setup` adds it."""

_REF_HEADER = re.compile(r"ref(?: (?P<token>sd[a-z0-9]{8,40}))?")
"""`Ref`, alone or with a token; Ref No, Ref ID and the like are people's. A token in which a person
has changed letters is one all the same, unreadable, for the fence to put right."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands (zero-based), and what stands in the Ref header's token."""

    places: Mapping[str, int]
    token: str | None = None
    doubled: tuple[str, ...] = ()
    missing: tuple[str, ...] = field(default=())
    titles: Mapping[str, str] = field(default_factory=dict)
    """The header of each known column, as it stands in the sheet."""

    def ready(self) -> bool:
        """Whether the tab has everything that dialling needs, once."""
        return not self.missing and not self.doubled


def find_columns(header: Sequence[object], named: Mapping[str, str]) -> Columns:
    """Finds the columns in a header row.

    `named` gives, by our name, the header that the configuration says a people's column has; it
    goes before what the header means otherwise.
    `missing` and `doubled` hold headers in the words of the sheet.
    """
    places: dict[str, int] = {}
    doubled: list[str] = []
    token: str | None = None
    meanings = _meanings(named)
    for place, cell in enumerate(header):
        reference = _REF_HEADER.fullmatch(normal(cell))
        name = meanings.get(_bare(cell)) or ("ref" if reference else None)
        if name is None:
            continue
        if name in places:
            titles = (str(header[places[name]]).strip(), str(cell).strip())
            doubled += [title for title in titles if title not in doubled]
            continue
        places[name] = place
        if reference and name == "ref":
            token = reference["token"]
    missing = [] if "phone" in places else [named.get("phone", "Phone")]
    missing += [title for name, title in DIALER.items() if name not in places]
    shown = {name: str(header[place]).strip() for name, place in places.items()}
    return Columns(places, token, tuple(doubled), tuple(missing), shown)


def letters(column: int) -> str:
    """A column's letters; the first is A."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def cell_name(row: int, column: int) -> str:
    """A cell as people name it: B7. Both count from zero."""
    return f"{letters(column)}{row + 1}"


def meaning(cell: object) -> str | None:
    """What a header means by its own words, whatever a campaign calls it: our name for it."""
    return _MEANINGS.get(_bare(cell))


def normal(cell: object) -> str:
    """A header or a Status as it is compared: without case, and with single spaces."""
    return " ".join(str(cell).split()).casefold()


def _bare(cell: object) -> str:
    """A header as it is looked up: without case, and without spaces."""
    return "".join(str(cell).split()).casefold()


def _meanings(named: Mapping[str, str]) -> dict[str, str]:
    meanings = {_bare(title): name for name, title in DIALER.items() if name != "ref"}
    for name, aliases in PEOPLE.items():
        if name not in named:
            meanings |= {_bare(alias): name for alias in aliases}
    return meanings | {_bare(title): name for name, title in named.items()}


_MEANINGS = _meanings({})
