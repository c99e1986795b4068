"""The methods of spreadsheets.developerMetadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .call import Call
from .data_filters import echo, placed
from .developer_metadata import Note, all_notes, found
from .errors import GoogleError, invalid, not_found


def get(call: Call) -> dict[str, Any]:
    """developerMetadata.get

    Raises:
        GoogleError: 404 when the spreadsheet has no metadata of this id.
    """
    for note in all_notes(call.workbook):
        if str(note.id) == call.subject:
            return note.to_json()
    raise not_found()


def search(call: Call) -> dict[str, Any]:
    """developerMetadata.search: every note once, with all the filters that selected it."""
    filters = call.body.get("dataFilters")
    if not filters:
        raise invalid("Must specify at least one dataFilter.")
    matched: dict[int, tuple[Note, list[Any]]] = {}
    for index, data_filter in enumerate(filters):
        try:
            notes = found(call.workbook, data_filter)
        except GoogleError as error:
            raise placed(error, f"dataFilter[{index}]") from error
        for note in notes:
            matched.setdefault(note.id, (note, []))[1].append(echo(data_filter))
    if not matched:
        return {}
    return {
        "matchedDeveloperMetadata": [
            {"developerMetadata": note.to_json(), "dataFilters": named}
            for note, named in matched.values()
        ]
    }


READS: Mapping[str, Callable[[Call], dict[str, Any]]] = {"get": get, "search": search}
