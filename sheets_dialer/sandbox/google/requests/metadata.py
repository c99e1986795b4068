"""Developer metadata: notes that programs leave on the spreadsheet, on tabs, rows and columns."""

from __future__ import annotations

from typing import Any

from ..areas import only_one_of
from ..context import Context
from ..developer_metadata import Note, all_notes, found, location_of, put, take_away
from ..errors import GoogleError, invalid
from ..fieldmask import merged
from ..model import Json
from .fields import chosen_number, required, update_mask

_LOCATIONS = ("spreadsheet", "sheetId", "dimensionRange")
_CONTENT = ("metadataId", "metadataKey", "metadataValue", "visibility")


def create_developer_metadata(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Leaves a note; an id that the client chose is kept.

    Raises:
        GoogleError: 400 when key, visibility or location is missing, the location doesn't exist
            or is more than one line, the id is taken (measured by others), or there would be more
            characters than Google keeps.
    """
    wanted = required(request, "developerMetadata", place)
    _check_content(wanted, place)
    chosen = wanted.get("metadataId")
    if chosen is not None and chosen < 1:
        raise invalid(f"Invalid {place}: metadataId must be positive.")
    taken = {note.id for note in all_notes(context.workbook)}
    number = chosen_number(chosen, taken, context.ids.number)
    if number is None:
        raise invalid(
            f"Invalid {place}: Cannot add developer metadata with ID [{chosen}] because developer "
            "metadata with that ID already exists."
        )
    note = _placed_note(context, {**wanted, "metadataId": number}, place)
    put(context.workbook, note, place)
    return {"createDeveloperMetadata": {"developerMetadata": note.to_json()}}


def update_developer_metadata(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Changes all notes that the filters select; one that gets another location moves there.

    Raises:
        GoogleError: 400 when no filter is given, or for the reasons that creating the changed
            note would have.
    """
    wanted = required(request, "developerMetadata", place)
    mask = update_mask(request, "DeveloperMetadata", place)
    notes = _selected(context, request.get("dataFilters") or (), place)
    changed = []
    for note in notes:
        now = {**merged(note.to_json(), wanted, mask), "metadataId": note.id}
        _check_content(now, place)
        take_away(context.workbook, note)
        changed.append(_placed_note(context, now, place))
    for note in changed:
        put(context.workbook, note, place)
    return {
        "updateDeveloperMetadata": {"developerMetadata": [note.to_json() for note in changed]}
        if changed
        else {}
    }


def delete_developer_metadata(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes all notes that the filter selects, and answers with them."""
    notes = _selected(context, (request.get("dataFilter") or {},), place)
    for note in notes:
        take_away(context.workbook, note)
    deleted = [note.to_json() for note in notes]
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": deleted} if deleted else {}}


def _check_content(wanted: Json, place: str) -> None:
    if not wanted.get("metadataKey"):
        raise invalid(f"Invalid {place}: metadataKey is required.")
    if wanted.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid(f"Invalid {place}: visibility is required.")


def _placed_note(context: Context, wanted: Json, place: str) -> Note:
    data = required(wanted, "location", f"{place}.developerMetadata")
    only_one_of("location", _LOCATIONS, data, f"{place}.developerMetadata.location")
    try:
        location = location_of(context.workbook, data)
    except GoogleError as error:
        raise invalid(f"Invalid {place}: {error.message}") from error
    if location is None:
        raise invalid(f"Invalid {place}: location is required.")
    return Note({name: wanted[name] for name in _CONTENT if wanted.get(name)}, location)


def _selected(context: Context, filters: Any, place: str) -> list[Note]:
    """The notes that any of the filters selects, each once."""
    if not filters:
        raise invalid(f"Invalid {place}: Must specify at least one dataFilter.")
    notes: dict[int, Note] = {}
    for data_filter in filters:
        try:
            notes |= {note.id: note for note in found(context.workbook, data_filter)}
        except GoogleError as error:
            if error.code != 400:
                raise
            raise invalid(f"Invalid {place}: {error.message}") from error
    return list(notes.values())
