"""DataFilters: the ranges they select and how Google writes them back beside its answers.

Order and words are measured on the real service by others, with two filters or two members wrong
at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .a1 import parse_range
from .areas import checked_grid_range
from .developer_metadata import looked_up
from .errors import GoogleError, invalid
from .model import Json, Workbook
from .ranges import GridRange
from .values import inside_grid


def selected(workbook: Workbook, data_filter: Json, *, tab_word: str = "grid") -> list[GridRange]:
    """The ranges that a DataFilter selects: one, or for a lookup of developer metadata as many as
    there are, in the order of the workbook.

    Args:
        tab_word: what Google calls a tab in its refusal: ``grid`` where values are asked for,
            ``sheet`` where the spreadsheet is.

    Raises:
        GoogleError: 400 when it selects nothing that could be there.
    """
    if "developerMetadataLookup" in data_filter:
        notes = looked_up(workbook, data_filter["developerMetadataLookup"])
        areas = [area for note in notes if (area := note.location.area) is not None]
        if any(note.location.area is None for note in notes):
            areas += [GridRange(sheet.id) for sheet in workbook]
        return areas
    if "a1Range" in data_filter:
        area = parse_range(workbook, data_filter["a1Range"])
        inside_grid(workbook.sheet(area.sheet_id), area)
        return [area]
    if "gridRange" in data_filter:
        return [checked_grid_range(workbook, data_filter["gridRange"], tab_word=tab_word)]
    raise invalid("dataFilter.filter must be specified.")


def all_selected(
    workbook: Workbook, data_filters: Sequence[Json]
) -> list[tuple[Json, list[GridRange]]]:
    """Each filter with its ranges, in the order sent.

    Raises:
        GoogleError: 400 that names the first filter that is refused.
    """
    answer = []
    for index, data_filter in enumerate(data_filters):
        try:
            answer.append((data_filter, selected(workbook, data_filter)))
        except GoogleError as error:
            raise placed(error, f"dataFilter[{index}]") from error
    return answer


def placed(error: GoogleError, place: str) -> GoogleError:
    """The refusal with the place that it is about; what isn't a 400 is left as it is."""
    return invalid(f"Invalid {place}: {error.message}") if error.code == 400 else error


def echo(data_filter: Json) -> dict[str, Any]:
    """The filter as Google writes it back: in plain form, a sheetId of 0 left out."""
    if "gridRange" in data_filter:
        return {"gridRange": GridRange.from_json(data_filter["gridRange"]).to_json()}
    return dict(data_filter)
