"""The queue tab's columns: which are people's, which are the dialer's, and where they stand today.

The header row is looked for anew at every pass, so it and its columns may be moved, inserted or
renamed to a known name at any time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..domain.phone_numbers import Number, read_number
from .header_names import (
    DIALER,
    PEOPLE,
    folded,
    limit_like,
    mark_of,
    meaning_by_form,
    near_meaning,
    of_people,
    plain_names,
    without_invisible,
    without_spaces,
)

__all__ = [
    "DIALER",
    "HEADER_WITHIN",
    "NO_COLUMN",
    "OF_THE_CALL",
    "PEOPLE",
    "Columns",
    "cell_name",
    "find_columns",
    "find_table",
    "letters",
    "meaning",
    "normal",
]

OF_THE_CALL = tuple(name for name in PEOPLE if name != "phone")
"""What decides beside the number about a row's call: what is said, by which voice, and when."""
HEADER_WITHIN = 20
"""Within so many rows from the top the header row is looked for."""
NO_COLUMN = "none"
"""What the configuration says in place of a header where no column is meant."""
_REF_HEADER = re.compile(r"ref(?: (?P<token>sd[a-z0-9]{8,40}))?")
"""`Ref`, alone or with a token; Ref No, Ref ID and the like are people's. A token in which a person
has changed letters is one all the same, unreadable, for the fence to put right."""
_NAMES_OF_A_HEADER = 3
"""A row that names so many columns is a header row, though a number may stand in it."""
_EXACT, _ALIKE, _NEAR = range(3)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands (zero-based), and what stands in the Ref header's token.

    `header_row` is the row in which they are named: what stands above it are no rows of anybody.
    `titles` are the headers that were taken, by our name; `unused` are all others. `doubled` and
    `missing` hold headers in the words of the sheet; `rivals` the places of all that may be meant
    where more than one is. `unclear` are headers that may mean Call After or Call Before and aren't
    taken. `second_header` is another row that looks like the header row just as much.
    """

    places: Mapping[str, int]
    token: str | None = None
    doubled: tuple[str, ...] = ()
    missing: tuple[str, ...] = field(default=())
    header_row: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    rivals: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()
    second_header: int | None = None

    def ready(self) -> bool:
        """Whether the tab has everything that dialling needs, once."""
        return not self.missing and not self.doubled and self.second_header is None


def find_table(rows: Sequence[Sequence[object]], named: Mapping[str, str]) -> Columns:
    """Finds the header row among a tab's first rows, and the columns in it.

    It is the row that names most columns, the one with the numbers before others; the uppermost of
    several. A token in it is the strongest sign. A row with a phone number is none.
    """
    found = [
        (place, find_columns(header, named, place))
        for place, header in enumerate(rows[:HEADER_WITHIN])
    ]
    ranked = [(_rank(columns, rows[place]), -place, columns) for place, columns in found]
    best = max(ranked, key=lambda each: each[:2], default=None)
    if best is None:
        return find_columns((), named)
    (has_token, weight), _, columns = best
    if not weight:
        return next((each for place, each in found if _may_be_titles(rows[place])), found[0][1])
    twins = [
        each.header_row
        for _place, each in found
        if each.header_row != columns.header_row and _has_token(each) and "phone" in each.places
    ]
    return replace(columns, second_header=twins[0]) if has_token and twins else columns


def find_columns(
    header: Sequence[object], named: Mapping[str, str], header_row: int = 0
) -> Columns:
    """Finds the columns in a header row.

    `named` gives, by our name, the header that the configuration says a people's column has, or
    `NO_COLUMN`; it goes before what the header means otherwise. A name as it is known goes before
    one that only is like it.
    """
    texts = tuple("" if cell is None else str(cell) for cell in header)
    return replace(_columns_among(texts, tuple(named.items())), header_row=header_row)


# Each pass looks at a tab's first rows, which hardly ever are others than at the pass before.
@lru_cache(256)
def _columns_among(header: Sequence[str], names: Sequence[tuple[str, str]]) -> Columns:
    named = dict(names)
    candidates: dict[str, list[tuple[int, int]]] = {}
    tokens: dict[int, str | None] = {}
    meant = {name: title for name, title in named.items() if without_spaces(title) != NO_COLUMN}
    meanings = meaning_by_form(frozenset(named), mark_of(header))
    for place, text in enumerate(header):
        if not text:
            continue
        reference = _REF_HEADER.fullmatch(normal(without_invisible(text)))
        if reference:
            tokens[place] = reference["token"]
        likeness, name = _meaning(text, meant, meanings, is_ref=reference is not None)
        if name is not None:
            candidates.setdefault(name, []).append((likeness, place))
    places: dict[str, int] = {}
    rivals: dict[str, tuple[int, ...]] = {}
    for name, those in candidates.items():
        best = _best(those, header)
        places[name] = best[0]
        if len(best) > 1:
            rivals[name] = tuple(best)
    doubled = dict.fromkeys(header[at].strip() for each in rivals.values() for at in each)
    missing = [] if "phone" in places else [meant.get("phone", "Phone")]
    missing += [title for name, title in meant.items() if name not in places and name != "phone"]
    missing += [title for name, title in DIALER.items() if name not in places]
    taken = {*places.values(), *(at for each in rivals.values() for at in each)}
    titles = {at: text.strip() for at, text in enumerate(header)}
    rest = {at: title for at, title in titles.items() if title and at not in taken}
    return Columns(
        places,
        tokens.get(places["ref"]) if "ref" in places else None,
        tuple(doubled),
        tuple(missing),
        titles={name: titles[at] for name, at in places.items()},
        unused=tuple(rest.values()),
        rivals=rivals,
        unclear=tuple(title for title in rest.values() if limit_like(title) not in (None, *named)),
    )


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
    return _meaning(str(cell), {}, meaning_by_form(frozenset(), ""), is_ref=False)[1]


def normal(cell: object) -> str:
    """A header or a Status as it is compared: without case, and with single spaces."""
    return " ".join(str(cell).split()).casefold()


def _meaning(
    text: str, meant: Mapping[str, str], meanings: Mapping[str, str], *, is_ref: bool
) -> tuple[int, str | None]:
    """How near a header comes to a known name, and whose."""
    written, form = without_spaces(text), folded(text)
    for name, title in meant.items():
        if written == without_spaces(title):
            return _EXACT, name
    for name, title in meant.items():
        if form and form == folded(title):
            return _ALIKE, name
    if is_ref:
        return _EXACT, "ref"
    for name, title in DIALER.items():
        if name != "ref" and form == folded(title):
            return _EXACT if written == without_spaces(title) else _ALIKE, name
    if form in meanings:
        return _EXACT if written in plain_names() else _ALIKE, meanings[form]
    if of_people(form, meanings):
        return _ALIKE, "phone"
    return _NEAR, near_meaning(text, meanings)


def _best(candidates: Sequence[tuple[int, int]], header: Sequence[object]) -> list[int]:
    """The places of those that nothing goes before."""
    known = [each for each in candidates if each[0] != _NEAR] or list(candidates)
    exact = {folded(str(header[place])) for likeness, place in known if likeness == _EXACT}
    return [
        place
        for likeness, place in known
        if likeness != _ALIKE or folded(str(header[place])) not in exact
    ]


def _rank(columns: Columns, row: Sequence[object]) -> tuple[bool, float]:
    """How much a row looks like the header row."""
    count = len(columns.places)
    if not count:
        return False, 0
    weight = count + (1.5 if "phone" in columns.places else 0)
    if _has_token(columns):
        return True, weight
    if count <= _NAMES_OF_A_HEADER and any(isinstance(read_number(each), Number) for each in row):
        return False, 0
    return False, weight


def _has_token(columns: Columns) -> bool:
    # A token that a write put beside the header row, since that had moved, stands alone.
    return columns.token is not None and len(columns.places) >= _NAMES_OF_A_HEADER


def _may_be_titles(row: Sequence[object]) -> bool:
    """Whether a row may be a header row of which no name is known: several words, no number."""
    filled = [each for each in row if each not in ("", None)]
    words = all(isinstance(each, str) and not each.isdigit() for each in filled)
    return (
        len(filled) > 1 and words and not any(isinstance(read_number(each), Number) for each in row)
    )
