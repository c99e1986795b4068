"""Developer metadata: where it stands in a workbook, and which of it a DataFilter selects.

That of a row or column is kept among the line's properties, so it goes where the line goes and is
deleted with it (documented). Refusals are in Google's words, measured on the real service by
others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .a1 import parse_range
from .areas import checked_grid_range
from .errors import internal_error, invalid
from .grid_data import line_metadata_json
from .model import NOTHING, Json, Workbook
from .ranges import GridRange

MAX_CHARACTERS = 30_000
"""Google's documented limit of all keys and values of the spreadsheet itself, and again of each
tab with its rows and columns."""


@dataclass(frozen=True, slots=True)
class Location:
    """What a note hangs on: the spreadsheet, a tab, or one line of a tab. `kind` is Google's
    DeveloperMetadataLocationType."""

    kind: str
    sheet_id: int = 0
    index: int = 0

    @property
    def area(self) -> GridRange | None:
        """The cells there; None for the spreadsheet, which has no one range."""
        if self.kind == "SPREADSHEET":
            return None
        if self.kind == "ROW":
            return GridRange(self.sheet_id, self.index, self.index + 1)
        if self.kind == "COLUMN":
            return GridRange(self.sheet_id, None, None, self.index, self.index + 1)
        return GridRange(self.sheet_id)

    def intersects(self, other: Location) -> bool:
        """Whether the two share cells; the spreadsheet meets nothing but itself (documented)."""
        here, there = self.area, other.area
        if here is None or there is None:
            return here is there
        return here.overlaps(there)


@dataclass(frozen=True, slots=True)
class Note:
    """One developer metadata: Google's JSON of it without the location, and that."""

    content: Json
    location: Location

    @property
    def id(self) -> int:
        return int(self.content["metadataId"])

    @property
    def characters(self) -> int:
        """How much of Google's limit it takes."""
        return len(self.content["metadataKey"]) + len(self.content.get("metadataValue", ""))

    def to_json(self) -> dict[str, Any]:
        """Google's DeveloperMetadata."""
        place = self.location
        if place.kind == "SPREADSHEET":
            where: dict[str, Any] = {"locationType": "SPREADSHEET", "spreadsheet": True}
        elif place.kind == "SHEET":
            where = {"locationType": "SHEET", "sheetId": place.sheet_id}
        else:
            dimension = f"{place.kind}S"
            return line_metadata_json(self.content, place.sheet_id, dimension, place.index)
        return {**self.content, "location": where}


def all_notes(workbook: Workbook) -> Iterator[Note]:
    """Every note of the workbook."""
    for content in workbook.developer_metadata:
        yield Note(content, Location("SPREADSHEET"))
    for sheet in workbook:
        for content in sheet.developer_metadata:
            yield Note(content, Location("SHEET", sheet.id))
        for kind, lines in (("ROW", sheet.row_properties), ("COLUMN", sheet.column_properties)):
            for index, properties in enumerate(lines):
                if properties:
                    for content in properties.get("developerMetadata", ()):
                        yield Note(content, Location(kind, sheet.id, index))


def put(workbook: Workbook, note: Note, place: str) -> None:
    """Hangs a note on its location.

    Raises:
        GoogleError: 400 when there would be more characters than Google keeps (documented; the
            words are ours).
    """
    home = _home(note.location)
    used = sum(other.characters for other in all_notes(workbook) if _home(other.location) == home)
    if used + note.characters > MAX_CHARACTERS:
        raise invalid(
            f"Invalid {place}: Developer metadata of {_named(note.location)} is limited to "
            f"{MAX_CHARACTERS} characters; there would be {used + note.characters}."
        )
    _change(workbook, note.location, lambda contents: [*contents, note.content])


def take_away(workbook: Workbook, note: Note) -> None:
    """Removes a note from where it hangs."""
    _change(
        workbook,
        note.location,
        lambda contents: [each for each in contents if each["metadataId"] != note.id],
    )


def location_of(workbook: Workbook, data: Json) -> Location | None:
    """The Location that a DeveloperMetadataLocation means; None when it says nothing. Its own
    locationType is read and ignored, as at Google.

    Raises:
        GoogleError: 400 when there is no such tab or line, or it is more than one line.
    """
    if "dimensionRange" in data:
        return _line(workbook, data["dimensionRange"])
    if "sheetId" in data:
        return Location("SHEET", workbook.sheet(int(data["sheetId"])).id)
    return Location("SPREADSHEET") if data.get("spreadsheet") else None


def found(workbook: Workbook, data_filter: Json) -> list[Note]:
    """The notes that a DataFilter selects: those that its lookup describes, or those on what meets
    its range (documented). They come in no order that a client could rely on, as at Google.

    Raises:
        GoogleError: 400 for a filter that Google refuses, without the filter's place.
    """
    if "developerMetadataLookup" in data_filter:
        notes = looked_up(workbook, data_filter["developerMetadataLookup"])
    else:
        if "a1Range" in data_filter:
            area = parse_range(workbook, data_filter["a1Range"])
        elif "gridRange" in data_filter:
            area = checked_grid_range(workbook, data_filter["gridRange"])
        else:
            raise invalid("dataFilter.filter must be specified.")
        notes = [
            note
            for note in all_notes(workbook)
            if (where := note.location.area) is not None and where.overlaps(area)
        ]
    return sorted(notes, key=lambda note: note.id * 2_654_435_761 % 2**32)


def looked_up(workbook: Workbook, lookup: Json) -> list[Note]:
    """The notes that a DeveloperMetadataLookup describes, in the order of the workbook.

    Raises:
        GoogleError: 400, or 500 where Google answers that, for a lookup that contradicts itself
            or names a place that isn't there.
    """
    wanted = _checked_location(workbook, lookup)
    is_exact = lookup.get("locationMatchingStrategy") == "EXACT_LOCATION"
    return [
        note
        for note in all_notes(workbook)
        if _fits(note, lookup)
        and (
            wanted is None
            or note.location == wanted
            or (not is_exact and note.location.intersects(wanted))
        )
    ]


def _fits(note: Note, lookup: Json) -> bool:
    for name in ("metadataId", "metadataKey", "metadataValue"):
        if name in lookup and note.content.get(name, "") != lookup[name]:
            return False
    visibility = _said(lookup, "visibility")
    kind = _said(lookup, "locationType")
    return (not visibility or note.content["visibility"] == visibility) and (
        not kind or note.location.kind == kind
    )


def _said(lookup: Json, name: str) -> str:
    """An enumeration's value; the unspecified one counts as none."""
    value = str(lookup.get(name) or "")
    return "" if value.endswith("_UNSPECIFIED") else value


def _checked_location(workbook: Workbook, lookup: Json) -> Location | None:
    """Where the lookup is limited to. The checks are in Google's order (measured by others)."""
    kind, strategy = _said(lookup, "locationType"), _said(lookup, "locationMatchingStrategy")
    data = lookup.get("metadataLocation") or {}
    member = next((each for each in data if each != "locationType"), None)
    is_whole = bool(data.get("spreadsheet"))
    if kind == "SPREADSHEET" and member and not is_whole:
        raise invalid(f"Cannot limit by location type of SPREADSHEET for the location {member}")
    if strategy == "EXACT_LOCATION" and kind:
        raise invalid(
            "The locationMatchingStrategy was specified as EXACT_LOCATION, but a locationType was "
            "also specified: lookups cannot limit by a location type when matching an exact "
            "location."
        )
    if strategy and not member:
        raise invalid(
            "A locationMatchingStrategy was specified, but no metadataLocation was specified: "
            "lookups must always specify a metadataLocation when specifying a "
            "locationMatchingStrategy."
        )
    if strategy == "INTERSECTING_LOCATION" and is_whole:
        raise invalid(
            "DeveloperMetadataLookup.spreadsheet is true, but locationMatchingStrategy was "
            "specified as INTERSECTING."
        )
    location = location_of(workbook, data)
    if kind in {"ROW", "COLUMN", "SHEET"} and member == "spreadsheet":
        raise internal_error()
    return location


def _line(workbook: Workbook, span: Json) -> Location:
    """The row or column of a DimensionRange. The checks are in Google's order (measured)."""
    start, end = span.get("startIndex"), span.get("endIndex")
    if start is None or end is None:
        raise invalid("DimensionRange must specify both a startIndex and an endIndex.")
    if end - start != 1:
        raise invalid("DimensionRange must represent a single row or column.")
    if start < 0:
        raise invalid("DimensionRange indexes must be >= 0")
    sheet = workbook.sheet(int(span.get("sheetId") or 0))
    dimension = span.get("dimension")
    if dimension not in {"ROWS", "COLUMNS"}:
        raise invalid("No dimension specified")
    size = sheet.row_count if dimension == "ROWS" else sheet.column_count
    if start >= size:
        raise invalid(
            f"DimensionRange startIndex [{start}] is after the last {dimension} index "
            f"[{size - 1}] of the sheet [{sheet.id}]."
        )
    return Location(dimension.removesuffix("S"), sheet.id, start)


def _home(location: Location) -> int | None:
    """What the limit counts together: the spreadsheet's own notes, or those of one tab."""
    return None if location.kind == "SPREADSHEET" else location.sheet_id


def _named(location: Location) -> str:
    return "the spreadsheet" if location.kind == "SPREADSHEET" else "a sheet"


def _change(
    workbook: Workbook, location: Location, change: Callable[[list[Json]], list[Json]]
) -> None:
    if location.kind == "SPREADSHEET":
        workbook.developer_metadata = change(workbook.developer_metadata)
        return
    sheet = workbook.sheet(location.sheet_id)
    if location.kind == "SHEET":
        sheet.developer_metadata = change(sheet.developer_metadata)
        return
    lines = sheet.row_properties if location.kind == "ROW" else sheet.column_properties
    properties = lines[location.index]
    kept = {name: value for name, value in properties.items() if name != "developerMetadata"}
    contents = change(list(properties.get("developerMetadata", ())))
    lines[location.index] = {**kept, "developerMetadata": contents} if contents else kept or NOTHING
