"""`spreadsheets.batchUpdate`: many requests, applied in order, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from .a1 import parse_range
from .behaviour import AS_KNOWN, Behaviour
from .context import Context
from .errors import invalid, violation
from .fieldmask import Mask
from .formulas.calculator import Fetching
from .ids import Ids
from .library import Document
from .merges import drop_covered_values
from .model import Json, Workbook
from .requests import (
    appending,
    borders,
    cells,
    charts,
    cleaning,
    clipboard,
    conditional_formats,
    dimensions,
    filling,
    filters,
    find_replace,
    grouping,
    merging,
    metadata,
    named_ranges,
    protected_ranges,
    sheets,
    shifted_cells,
    sorting,
    splitting,
    spreadsheet,
    tables,
    validation,
)
from .resources import spreadsheet_json
from .table_layout import name_formula_headers
from .typed_columns import check_typed_columns, rows_with_tables
from .values import inside_grid

Handler: TypeAlias = Callable[[Context, Json, str], dict[str, Any]]
"""Applies one request to the context's draft. Its last argument is the request's place in the
batch, such as ``requests[0].addSheet``; it answers the reply, or raises GoogleError."""

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "updateSpreadsheetProperties": spreadsheet.update_spreadsheet_properties,
        "addSheet": sheets.add_sheet,
        "deleteSheet": sheets.delete_sheet,
        "duplicateSheet": sheets.duplicate_sheet,
        "updateSheetProperties": sheets.update_sheet_properties,
        "insertDimension": dimensions.insert_dimension,
        "deleteDimension": dimensions.delete_dimension,
        "moveDimension": dimensions.move_dimension,
        "appendDimension": dimensions.append_dimension,
        "updateDimensionProperties": dimensions.update_dimension_properties,
        "autoResizeDimensions": dimensions.auto_resize_dimensions,
        "addNamedRange": named_ranges.add_named_range,
        "updateNamedRange": named_ranges.update_named_range,
        "deleteNamedRange": named_ranges.delete_named_range,
        "addProtectedRange": protected_ranges.add_protected_range,
        "updateProtectedRange": protected_ranges.update_protected_range,
        "deleteProtectedRange": protected_ranges.delete_protected_range,
        "addConditionalFormatRule": conditional_formats.add_conditional_format_rule,
        "updateConditionalFormatRule": conditional_formats.update_conditional_format_rule,
        "deleteConditionalFormatRule": conditional_formats.delete_conditional_format_rule,
        "addChart": charts.add_chart,
        "updateChartSpec": charts.update_chart_spec,
        "deleteEmbeddedObject": charts.delete_embedded_object,
        "appendCells": appending.append_cells,
        "updateCells": cells.update_cells,
        "repeatCell": cells.repeat_cell,
        "addDimensionGroup": grouping.add_dimension_group,
        "deleteDimensionGroup": grouping.delete_dimension_group,
        "updateDimensionGroup": grouping.update_dimension_group,
        "addTable": tables.add_table,
        "updateTable": tables.update_table,
        "deleteTable": tables.delete_table,
        "mergeCells": merging.merge_cells,
        "unmergeCells": merging.unmerge_cells,
        "sortRange": sorting.sort_range,
        "cutPaste": clipboard.cut_paste,
        "copyPaste": clipboard.copy_paste,
        "insertRange": shifted_cells.insert_range,
        "deleteRange": shifted_cells.delete_range,
        "findReplace": find_replace.find_replace,
        "trimWhitespace": cleaning.trim_whitespace,
        "deleteDuplicates": cleaning.delete_duplicates,
        "textToColumns": splitting.text_to_columns,
        "pasteData": splitting.paste_data,
        "autoFill": filling.auto_fill,
        "updateBorders": borders.update_borders,
        "setDataValidation": validation.set_data_validation,
        "setBasicFilter": filters.set_basic_filter,
        "clearBasicFilter": filters.clear_basic_filter,
        "createDeveloperMetadata": metadata.create_developer_metadata,
        "updateDeveloperMetadata": metadata.update_developer_metadata,
        "deleteDeveloperMetadata": metadata.delete_developer_metadata,
        "addFilterView": filters.add_filter_view,
        "duplicateFilterView": filters.duplicate_filter_view,
        "updateFilterView": filters.update_filter_view,
        "deleteFilterView": filters.delete_filter_view,
    }
)
"""Every kind of request that is emulated; all others are refused."""

_WRITES_OF_CELLS = frozenset(
    {
        *("appendCells", "updateCells", "repeatCell", "setDataValidation", "findReplace"),
        *("trimWhitespace", "textToColumns", "pasteData", "autoFill"),
    }
)
"""The requests that typed columns of Tables refuse when they don't fit."""


def batch_update(
    document: Document,
    body: Json,
    *,
    account: str,
    now: float,
    ids: Ids,
    mask: Mask | None = None,
    behaviour: Behaviour = AS_KNOWN,
    imports: Fetching | None = None,
    rebasing: bool = False,
) -> tuple[Workbook, dict[str, Any]]:
    """Works out what a batch makes of a spreadsheet. The document stays as it is: the caller
    keeps the new state or forgets it.

    Args:
        document: the spreadsheet, which the caller may write to.
        body: Google's BatchUpdateSpreadsheetRequest, checked against its schema.
        account: the caller's e-mail address.
        now: seconds since 1970.
        ids: where new ids come from.
        mask: the mask that will be put over the answer, if any. Then it alone decides whether
            cells come along (discovery document, `responseIncludeGridData`).
        behaviour: where Google is to behave otherwise than known.
        imports: where formulas find what isn't in the spreadsheet.
        rebasing: whether it was made for an older state and is fitted to this one.

    Returns:
        The new state and the whole answer, before any mask.

    Raises:
        GoogleError: 400 for the first request that isn't valid; nothing is applied then.
    """
    requests = body.get("requests") or ()
    if not requests:
        raise invalid("Must specify at least one request.")
    context = Context(
        workbook=document.workbook.draft(),
        account=account,
        owner=document.owner,
        now=now,
        ids=ids,
        editors=_editors(document),
        behaviour=behaviour,
        imports=imports,
        rebasing=rebasing,
    )
    if not behaviour.range_swaps and _swaps_named_ranges(requests):
        raise invalid("Named ranges can't be deleted and added in one batch.")
    replies = [_apply(context, request, index) for index, request in enumerate(requests)]
    answer: dict[str, Any] = {"spreadsheetId": document.id, "replies": replies}
    if body.get("includeSpreadsheetInResponse"):
        answer["updatedSpreadsheet"] = _updated(document, context, body, mask)
    return context.workbook, answer


def _swaps_named_ranges(requests: Sequence[Json]) -> bool:
    kinds = {kind for request in requests for kind in request}
    return {"deleteNamedRange", "addNamedRange"} <= kinds


def _apply(context: Context, request: Json, index: int) -> dict[str, Any]:
    place = f"requests[{index}]"
    kinds = [kind for kind, content in request.items() if content is not None]
    if not kinds:
        raise invalid(f"Invalid {place}: No request set.")
    if len(kinds) > 1:
        raise violation(
            place,
            f"Invalid value at '{place}' (oneof), oneof field 'kind' is already set. "
            f"Cannot set '{kinds[1]}'",
        )
    kind = kinds[0]
    handler = HANDLERS.get(kind)
    if handler is None:
        raise invalid(f"Invalid {place}: {kind} is not emulated by this sandbox.")
    before = rows_with_tables(context.workbook)
    reply = handler(context, request[kind], f"{place}.{kind}")
    drop_covered_values(context.workbook)
    name_formula_headers(context.workbook)
    if kind in _WRITES_OF_CELLS:
        check_typed_columns(context.workbook, before, f"{place}.{kind}")
    return reply


def _editors(document: Document) -> tuple[str, ...]:
    """Who may edit the spreadsheet besides its owner."""
    return tuple(
        str(permission["emailAddress"])
        for permission in document.permissions.values()
        if permission.get("role") == "writer" and permission.get("emailAddress")
    )


def _updated(document: Document, context: Context, body: Json, mask: Mask | None) -> dict[str, Any]:
    """The spreadsheet as the batch left it, reduced to the ranges that were asked for."""
    workbook = context.workbook
    ranges = [parse_range(workbook, text) for text in body.get("responseRanges") or ()]
    for area in ranges:
        inside_grid(workbook.sheet(area.sheet_id), area)
    grid_data = (
        bool(body.get("responseIncludeGridData"))
        if mask is None
        else mask.covers("updatedSpreadsheet", "sheets", "data")
    )
    return spreadsheet_json(
        document,
        workbook,
        ranges=ranges or None,
        grid_data=grid_data,
        account=context.account,
        calculator=context.calculator(),
        mask=_below(mask),
    )


def _below(mask: Mask | None) -> Mask | None:
    """What a mask over the answer says about the spreadsheet in it; None keeps all of it."""
    if mask is None:
        return None
    paths = [path[1:] for path in mask.paths() if path[0] in {"updatedSpreadsheet", "*"}]
    if not paths or () in paths:
        return None
    return Mask.parse(",".join(".".join(path) for path in paths))
