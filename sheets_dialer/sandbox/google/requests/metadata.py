"""Developer metadata: notes that programs leave on tabs, rows and columns, unseen by people.

That of a row or column stands among the line's properties, so it goes where the line goes and is
deleted with it (documented). Only creating it is emulated, and reading it with the spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..context import Context
from ..errors import invalid
from ..grid_data import line_metadata_json
from ..model import Json, Sheet, Workbook
from ..resources import metadata_json
from .areas import not_emulated, only_one_of
from .fields import chosen_number, required
from .lines import existing_lines

_LOCATIONS = ("spreadsheet", "sheetId", "dimensionRange")


def create_developer_metadata(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Leaves a note on a tab or on one row or column; an id that the client chose is kept.

    Raises:
        GoogleError: 400 when key, visibility or location is missing, the location doesn't exist
            or is more than one line, or the id is taken.
    """
    wanted = required(request, "developerMetadata", place)
    if not wanted.get("metadataKey"):
        raise invalid(f"Invalid {place}: metadataKey is required.")
    if wanted.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid(f"Invalid {place}: visibility is required.")
    taken = set(_ids(context.workbook))
    number = chosen_number(wanted.get("metadataId") or None, taken, context.ids.number)
    if number is None:
        raise invalid(
            f"Invalid {place}: Developer metadata with id {wanted['metadataId']} already exists."
        )
    note = {
        "metadataId": number,
        **{
            name: wanted[name]
            for name in ("metadataKey", "metadataValue", "visibility")
            if wanted.get(name)
        },
    }
    location = required(wanted, "location", f"{place}.developerMetadata")
    kind = only_one_of("location", _LOCATIONS, location, f"{place}.developerMetadata.location")
    if kind == "sheetId":
        sheet = context.workbook.sheet(int(location["sheetId"]), request=place)
        sheet.developer_metadata = [*sheet.developer_metadata, note]
        return {"createDeveloperMetadata": {"developerMetadata": metadata_json(note, sheet)}}
    if kind != "dimensionRange":
        raise not_emulated(place, "Developer metadata of the whole spreadsheet")
    lines = existing_lines(context, location["dimensionRange"], place)
    if lines.last - lines.start != 1:
        raise invalid(f"Invalid {place}: dimensionRange must be a single row or column.")
    sheet, index = lines.sheet, lines.start
    by_row = lines.dimension == "ROWS"
    properties = sheet.row_properties if by_row else sheet.column_properties
    notes = [*properties[index].get("developerMetadata", ()), note]
    properties[index] = {**properties[index], "developerMetadata": notes}
    shown = line_metadata_json(note, sheet.id, lines.dimension, index)
    return {"createDeveloperMetadata": {"developerMetadata": shown}}


def _ids(workbook: Workbook) -> Iterator[int]:
    for sheet in workbook:
        for note in _notes(sheet):
            yield int(note["metadataId"])


def _notes(sheet: Sheet) -> Iterator[Json]:
    yield from sheet.developer_metadata
    for lines in (sheet.row_properties, sheet.column_properties):
        for properties in filter(None, lines):
            yield from properties.get("developerMetadata", ())
