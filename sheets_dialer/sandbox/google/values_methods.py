"""The methods of spreadsheets.values: from a checked call to Google's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .a1 import column_letters, format_range, parse_range
from .call import Call
from .data_filters import all_selected, echo, selected
from .errors import GoogleError, invalid
from .model import Json, Sheet, Workbook
from .protection import check_may_edit
from .ranges import GridRange
from .shifting import insert
from .spans import Insertion
from .tables import last_table
from .typed import typing_year
from .values import (
    Rendering,
    Written,
    clear_range,
    data_extent,
    grow_for,
    inside_grid,
    read_range,
    without_trailing_nulls,
    write_range,
)

Answer = dict[str, Any]


def get(call: Call) -> Answer:
    """values.get"""
    return _value_range(call, parse_range(call.workbook, call.subject), _reading(call.query))


def batch_get(call: Call) -> Answer:
    """values.batchGet"""
    rendering = _reading(call.query)
    areas = [parse_range(call.workbook, text) for text in call.query.get("ranges") or ()]
    answer: Answer = {"spreadsheetId": call.document.id}
    if areas:
        answer["valueRanges"] = [_value_range(call, area, rendering) for area in areas]
    return answer


def batch_get_by_data_filter(call: Call) -> Answer:
    """values.batchGetByDataFilter: every range once, with all the filters that named it, sorted by
    tab, column and row, the shorter first. All empty ranges are one, ``#REF!`` (measured)."""
    rendering = _reading(call.body)
    filters = call.body.get("dataFilters")
    if not filters:
        raise invalid("Must specify at least one dataFilter.")
    matched: dict[str, tuple[GridRange, list[Json]]] = {}
    for data_filter, areas in all_selected(call.workbook, filters):
        bounded = [call.workbook.sheet(area.sheet_id).bounded(area) for area in areas]
        for text, area in {_range_text(call.workbook, area): area for area in bounded}.items():
            matched.setdefault(text, (area, []))[1].append(echo(data_filter))
    tabs = {sheet.id: index for index, sheet in enumerate(call.workbook)}
    answer: Answer = {"spreadsheetId": call.document.id}
    if matched:
        answer["valueRanges"] = [
            {"valueRange": _value_range(call, area, rendering), "dataFilters": named}
            for area, named in sorted(matched.values(), key=lambda each: _place(each[0], tabs))
        ]
    return answer


def update(call: Call) -> Answer:
    """values.update"""
    area = parse_range(call.workbook, call.subject)
    named = call.body.get("range")
    if named is not None and parse_range(call.workbook, named) != area:
        raise invalid(
            f"Requested writing within range [{call.subject}], "
            f"but the values are for range [{named}]"
        )
    writing = _Writing.of(call.query)
    written = writing.write(call, area, call.body, is_anchor=_is_anchor(call.subject, area))
    return {"spreadsheetId": call.document.id, **writing.answer(call, written, call.body)}


def append(call: Call) -> Answer:
    """values.append: below the last table that the range touches, or where the range begins."""
    area = parse_range(call.workbook, call.subject)
    sheet = call.workbook.sheet(area.sheet_id)
    closed = inside_grid(sheet, area)
    writing = _Writing.of(call.query)
    table = last_table(sheet, closed)
    answer: Answer = {"spreadsheetId": call.document.id}
    start = closed
    if table is not None:
        answer["tableRange"] = format_range(sheet, table)
        start = GridRange(sheet.id, table.end_row, None, table.start_column, None)
    dimension = call.body.get("majorDimension") or "ROWS"
    body = {**call.body, "values": without_trailing_nulls(call.body.get("values") or ())}
    data = data_extent(start, body["values"], dimension)
    if table is None and area.end_column is not None and not _is_anchor(call.subject, area):
        _check_width(sheet, closed, data)
    top, end = data.start_row or 0, data.end_row or 0
    if call.query.get("insertDataOption") == "INSERT_ROWS" and top < sheet.row_count:
        insertion = Insertion(sheet.id, "ROWS", top, end - top)
        insert(call.workbook, insertion, inherit_from_before=table is not None)
    grow_for(call.workbook, sheet, data)
    written = writing.write(call, data, body, is_anchor=False)
    updates = writing.answer(call, written, body)
    return {**answer, "updates": {"spreadsheetId": call.document.id, **updates}}


def batch_update(call: Call) -> Answer:
    """values.batchUpdate"""
    writing = _Writing.of(call.body)
    done = []
    for index, item in enumerate(call.body.get("data") or ()):
        with _Placed(f"data[{index}]"):
            area = parse_range(call.workbook, item.get("range") or "")
            is_anchor = _is_anchor(item["range"], area)
            done.append((item, writing.write(call, area, item, is_anchor=is_anchor)))
    return _batch_answer(call, writing, [(item, written, {}) for item, written in done])


def batch_update_by_data_filter(call: Call) -> Answer:
    """values.batchUpdateByDataFilter: a filter that selects several ranges writes into each."""
    writing = _Writing.of(call.body)
    done = []
    for index, item in enumerate(call.body.get("data") or ()):
        data_filter = item.get("dataFilter") or {}
        with _Placed(f"data[{index}]"):
            for area in selected(call.workbook, data_filter):
                _check_holds_cells(area)
                written = writing.write(call, area, item, is_anchor=False)
                done.append((item, written, {"dataFilter": echo(data_filter)}))
    return _batch_answer(call, writing, done)


def clear(call: Call) -> Answer:
    """values.clear"""
    area = parse_range(call.workbook, call.subject)
    return {"spreadsheetId": call.document.id, "clearedRange": _clear(call, area)}


def batch_clear(call: Call) -> Answer:
    """values.batchClear"""
    areas = [parse_range(call.workbook, text) for text in call.body.get("ranges") or ()]
    return _batch_clear(call, areas)


def batch_clear_by_data_filter(call: Call) -> Answer:
    """values.batchClearByDataFilter"""
    chosen = all_selected(call.workbook, call.body.get("dataFilters") or ())
    areas = dict.fromkeys(area for _, areas in chosen for area in areas)
    return _batch_clear(call, [area for area in areas if not _is_empty(area)])


READS: Mapping[str, Callable[[Call], Answer]] = {
    "get": get,
    "batchGet": batch_get,
    "batchGetByDataFilter": batch_get_by_data_filter,
}
WRITES: Mapping[str, Callable[[Call], Answer]] = {
    "update": update,
    "append": append,
    "clear": clear,
    "batchUpdate": batch_update,
    "batchUpdateByDataFilter": batch_update_by_data_filter,
    "batchClear": batch_clear,
    "batchClearByDataFilter": batch_clear_by_data_filter,
}


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a write reads its values and what its answer shows, from a query or a body."""

    user_entered: bool
    shows_values: bool
    rendering: Rendering

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> _Writing:
        option = options.get("valueInputOption")
        if option not in {"RAW", "USER_ENTERED"}:
            raise invalid("'valueInputOption' is required but not specified")
        return cls(
            user_entered=option == "USER_ENTERED",
            shows_values=bool(options.get("includeValuesInResponse")),
            rendering=Rendering(
                render=options.get("responseValueRenderOption") or "FORMATTED_VALUE",
                dates=options.get("responseDateTimeRenderOption") or "SERIAL_NUMBER",
            ),
        )

    def write(self, call: Call, area: GridRange, item: Json, *, is_anchor: bool) -> Written:
        """Writes one ValueRange's values into the draft, if the caller may change the cells."""
        values = item.get("values") or ()
        dimension = item.get("majorDimension") or "ROWS"
        sheet = call.workbook.sheet(area.sheet_id)
        target = sheet.bounded(data_extent(area, values, dimension))
        check_may_edit(call.workbook, target, call.account, call.document.owner, "")
        return write_range(
            call.workbook,
            area,
            values,
            dimension=dimension,
            user_entered=self.user_entered,
            is_anchor=is_anchor,
            year=typing_year(call.workbook, call.now),
        )

    def answer(self, call: Call, written: Written, item: Json) -> Answer:
        """Google's UpdateValuesResponse without the spreadsheet's id; zero counts are left out."""
        answer: Answer = {"updatedRange": written.range_text}
        _put_counts(
            answer,
            updatedRows=len(written.rows),
            updatedColumns=len(written.columns),
            updatedCells=written.cells,
        )
        if self.shows_values:
            rendering = Rendering(
                item.get("majorDimension") or "ROWS", self.rendering.render, self.rendering.dates
            )
            answer["updatedData"] = _value_range(call, written.requested, rendering)
        return answer


class _Placed:
    """Says in a refusal which item of a batch it is about, as Google does."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, GoogleError):
            message = error.message
            if message.startswith("Invalid values["):
                raise invalid(
                    f"Invalid {self._place}.{message.removeprefix('Invalid ')}"
                ) from error
            raise invalid(f"Invalid {self._place}: {message}") from error


def _batch_answer(
    call: Call, writing: _Writing, done: Sequence[tuple[Json, Written, Json]]
) -> Answer:
    """The totals count a row, a column and a tab once, however often they were touched."""
    rows = {(w.sheet_id, row) for _, w, _ in done for row in w.rows}
    columns = {(w.sheet_id, column) for _, w, _ in done for column in w.columns}
    answer: Answer = {"spreadsheetId": call.document.id}
    _put_counts(
        answer,
        totalUpdatedRows=len(rows),
        totalUpdatedColumns=len(columns),
        totalUpdatedCells=sum(w.cells for _, w, _ in done),
        totalUpdatedSheets=len({w.sheet_id for _, w, _ in done if w.cells}),
    )
    responses = []
    for item, written, extra in done:
        id_or_filter = extra or {"spreadsheetId": call.document.id}
        responses.append({**id_or_filter, **writing.answer(call, written, item)})
    if responses:
        answer["responses"] = responses
    return answer


def _is_anchor(text: str, area: GridRange) -> bool:
    """Whether the text names one cell, and so only says where values begin (recorded). Written
    with a colon, as ``A1:A1``, it is a range that must hold them (reported by others)."""
    is_cell = GridRange(
        area.sheet_id,
        area.start_row,
        (area.start_row or 0) + 1,
        area.start_column,
        (area.start_column or 0) + 1,
    )
    return area == is_cell and ":" not in text.rpartition("!")[2]


def _check_width(sheet: Sheet, area: GridRange, data: GridRange) -> None:
    """Refuses to append values wider than the range they were to be appended to."""
    end = area.end_column or 0
    if (data.end_column or 0) > end:
        raise invalid(
            f"Requested writing within range [{format_range(sheet, area)}], "
            f"but tried writing to column [{column_letters(end)}]"
        )


def _put_counts(answer: Answer, **counts: int) -> None:
    answer.update({name: count for name, count in counts.items() if count})


def _value_range(call: Call, area: GridRange, rendering: Rendering) -> Answer:
    if _is_empty(area):
        return {"range": "#REF!", "majorDimension": rendering.dimension}
    return read_range(call.workbook.sheet(area.sheet_id), area, rendering, call.calculator)


def _reading(options: Mapping[str, Any]) -> Rendering:
    dimension = options.get("majorDimension")
    return Rendering(
        "COLUMNS" if dimension == "COLUMNS" else "ROWS",
        options.get("valueRenderOption") or "FORMATTED_VALUE",
        options.get("dateTimeRenderOption") or "SERIAL_NUMBER",
    )


def _clear(call: Call, area: GridRange) -> str:
    sheet = call.workbook.sheet(area.sheet_id)
    closed = inside_grid(sheet, area)
    check_may_edit(call.workbook, closed, call.account, call.document.owner, "")
    return clear_range(call.workbook, area)


def _batch_clear(call: Call, areas: Sequence[GridRange]) -> Answer:
    answer: Answer = {"spreadsheetId": call.document.id}
    if areas:
        answer["clearedRanges"] = [_clear(call, area) for area in areas]
    return answer


def _range_text(workbook: Workbook, closed: GridRange) -> str:
    """The range in A1 notation; one without cells has no name, and Google says ``#REF!``."""
    if _is_empty(closed):
        return "#REF!"
    return format_range(workbook.sheet(closed.sheet_id), closed)


def _is_empty(area: GridRange) -> bool:
    return (area.end_row is not None and area.end_row <= (area.start_row or 0)) or (
        area.end_column is not None and area.end_column <= (area.start_column or 0)
    )


def _check_holds_cells(area: GridRange) -> None:
    """Refuses to write into a range without cells (the words are ours)."""
    if _is_empty(area):
        raise invalid("The range holds no cells.")


def _place(closed: GridRange, tabs: Mapping[int, int]) -> tuple[int, ...]:
    """Where a closed range stands among the answers; `tabs` gives each tab's index."""
    corners = (closed.start_column, closed.start_row, closed.end_column, closed.end_row)
    return (tabs[closed.sheet_id], *(corner or 0 for corner in corners))
