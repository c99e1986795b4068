"""What `setup` makes of a queue tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...tabs.queue_columns import DIALER, Columns, letters, normal
from ...tabs.status import CALL_AGAIN, CHECK, SKIPPED, STATUSES, StatusKind, words_of
from ...texts import say
from .making import Making
from .memory import stable_id

REF_IS_MADE = "hidden ref"
"""What is noted at the Ref column once it was hidden."""
_NOTES = {
    **{f"text{number}": "note_text" for number in range(3, 6)},
    **{f"key{number}": "note_key" for number in range(1, 6)},
}
"""Notes that several columns share; the others have their own, `note_` and their name."""
_COLOURS: Mapping[StatusKind, str] = {
    StatusKind.IN_PROGRESS: "#d6e6fb",
    StatusKind.GOOD: "#d4efd9",
    StatusKind.NEEDS_A_PERSON: "#fbd5d1",
    StatusKind.NOT_REACHED: "#fdeecb",
    StatusKind.NOT_CALLED: "#e4e6e8",
}
"""The colour of a Status."""
_PIXELS = {"answer": 150, "called_number": 120, "called_at": 150, "updated_at": 150, "why": 400}


def make_queue_tab(
    making: Making,
    columns: Columns,
    start: int,
    callback_column: str | None,
    callback_labels: Sequence[str],
) -> None:
    """Adds the dialer's missing columns at `start`, right of everything, and dresses the tab.

    `callback_column` is the header of a column for people, `callback_labels` are the words in
    Answer that ask for a callback.
    """
    looks = making.looks
    at = columns.header_row
    making.grid.need(
        rows=at + 2, columns=1
    )  # what is below the header gets its looks, and must be there
    places = dict(columns.places)
    missing = list(columns.missing)
    names = {title: name for name, title in DIALER.items()}
    places |= {names[title]: start + at for at, title in enumerate(missing)}
    header = [cell.text for cell in making.tab.cells[at]] if making.tab.cells else []
    callback: int | None = None
    if callback_column is not None:
        there = [normal(text) for text in header]
        wanted = normal(callback_column)
        callback = there.index(wanted) if wanted in there else start + len(missing)
        if wanted not in there:
            missing.append(callback_column)
    if missing:
        making.grid.insert_columns(start, len(missing))
        making.write(at, start, [missing])
        making.added += [f"column {title}" for title in missing]
    for name, place in places.items():
        _note(making, name, place, say(_NOTES.get(name, f"note_{name}")))
    if callback is not None:
        _note(making, "callback", callback, say("note_callback"))
    looks.freeze(rows=at + 1)
    phone_as_text(making, places["phone"])
    _status(making, places["status"])
    _views(making, places, callback_labels)
    _protection(making, places)
    if looks.once(REF_IS_MADE, places["ref"]):
        looks.column_properties(places["ref"], hiddenByUser=True)
    for name, pixels in _PIXELS.items():
        if looks.once(f"width {name}", places[name]):
            looks.column_properties(places[name], pixelSize=pixels)
    if looks.once("wrap why", places["why"]):
        # Its sentences would be cut off at Ref, which is hidden but full.
        looks.format(looks.below_header(places["why"]), "wrapStrategy", wrapStrategy="WRAP")


def phone_as_text(making: Making, column: int) -> None:
    """Keeps leading zeros and plus signs of what will be typed or pasted into a column."""
    looks = making.looks
    if (
        looks.once("text phone", column)
        and making.tab.cell(looks.header_row + 1, column).kind != "TEXT"
    ):
        number_format = {"type": "TEXT", "pattern": "@"}
        looks.format(looks.below_header(column), "numberFormat", numberFormat=number_format)
        looks.call_it("Phone as text")


def _note(making: Making, name: str, column: int, text: str) -> None:
    looks = making.looks
    if looks.once(f"note {name}", column) and not making.tab.cell(looks.header_row, column).note:
        looks.note(looks.header_row, column, text)
        looks.call_it("notes on the headers")


def _status(making: Making, column: int) -> None:
    looks = making.looks
    first = looks.header_row + 1
    if looks.once("dropdown status", column) and not making.tab.cell(first, column).is_validated:
        looks.dropdown(looks.below_header(column), (CALL_AGAIN, SKIPPED))
        looks.call_it("a dropdown in Status")
    if looks.once("colours status", column):
        cell = f"${letters(column)}{first + 1}"
        for kind, colour in _COLOURS.items():
            words = words_of(kind)
            equal = [f'{cell}="{word}"' for word in words]
            # A sum instead of OR(…): arguments are parted otherwise in other countries.
            formula = f"={equal[0]}" if len(words) == 1 else f"=({')+('.join(equal)})>0"
            looks.colour(
                looks.below_header(column),
                {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]},
                {"backgroundColor": rgb(colour)},
            )
        looks.call_it("colours by Status")


def rgb(colour: str) -> dict[str, float]:
    """Google's colour of one such as ``#d6e6fb``."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return dict(zip(("red", "green", "blue"), parts, strict=True))


def _views(making: Making, places: Mapping[str, int], callback_labels: Sequence[str]) -> None:
    """Filters that each viewer may look through without hiding rows from the others."""
    looks = making.looks
    status = {
        "Check": (CHECK,),
        "Not reached": words_of(StatusKind.NOT_REACHED),
        "Not called": words_of(StatusKind.NOT_CALLED),
    }
    wanted = {"Callbacks": ("answer", tuple(callback_labels))}
    wanted |= {title: ("status", words) for title, words in status.items()}
    for title, (name, words) in wanted.items():
        column = places[name]
        if not words or not looks.once(f"view {title}", column):
            continue
        number = stable_id(making.tab.id, title)
        view = {
            "filterViewId": number,
            "title": title,
            "range": _with_header(making),
            "filterSpecs": [{"columnIndex": column, "filterCriteria": _criteria(words)}],
        }
        if making.tab.comforts.views.get(number) == title:
            # Its column was deleted, and its criterion with that.
            looks.ask("updateFilterView", filter=view, fields="filterSpecs")
        elif title not in making.tab.comforts.views.values():
            looks.ask("addFilterView", filter=view)
            looks.call_it(f"filter view {title}")


def _with_header(making: Making) -> dict[str, int]:
    """The tab from its header row on: a view's first row is what it calls its columns by."""
    if not making.looks.header_row:
        return {"sheetId": making.tab.id}
    return {"sheetId": making.tab.id, "startRowIndex": making.looks.header_row}


def _criteria(words: Sequence[str]) -> dict[str, object]:
    if len(words) == 1:
        values = [{"userEnteredValue": words[0]}]
        return {"condition": {"type": "TEXT_EQ", "values": values}}
    # The others unticked, as a person would: conditions take one word, and formulas are written
    # otherwise in other countries.
    others = ["", *(word for word in STATUSES if word not in words), CALL_AGAIN, SKIPPED]
    return {"hiddenValues": others}


def _protection(making: Making, places: Mapping[str, int]) -> None:
    looks = making.looks
    results = [name for name in DIALER if name != "status"]
    fresh = [places[each] for each in results if looks.once(f"protected {each}", places[each])]
    if fresh:
        looks.protect(fresh, say("protected"))
        looks.call_it("a warning before the dialer's columns are changed")
