"""What hangs on cells and goes where they go: names, protections, rules, filters and charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .groups import follow_groups
from .merges import follow_merges
from .model import Json, Sheet, Workbook
from .ranges import GridRange
from .spans import Change, moved_range
from .table_layout import moved_columns

Moved = Callable[[GridRange], GridRange | None]
"""Where a range lies after a change; None when nothing of it is left."""


def follow(workbook: Workbook, change: Change, rules_change: Change | None = None) -> None:
    """Moves everything in the draft that lies on the changed tab; formulas aside.

    What lay wholly on deleted lines goes with them. `rules_change` is the change as conditional
    formats see it, if that differs.
    """

    def moved(area: GridRange) -> GridRange | None:
        return moved_range(change, area)

    def moved_rule(area: GridRange) -> GridRange | None:
        return moved_range(rules_change or change, area)

    follow_names(workbook, moved)
    for sheet in workbook:
        if sheet.id == change.sheet_id:
            _follow_protections(sheet, moved)
            sheet.conditional_formats = with_moved_rules(sheet.conditional_formats, moved_rule)
            _follow_filters(sheet, change)
            follow_merges(sheet, change)
            follow_groups(sheet, change)
            _follow_tables(sheet, moved)
        _follow_charts(sheet, change)


def follow_names(workbook: Workbook, moved: Moved) -> None:
    """Moves the named ranges.

    A name whose cells are all gone stays taken but has no range any more, and Google's answers
    don't list it (reported by users of the real service).
    """
    for range_id, named in workbook.named_ranges.items():
        if "range" in named:
            workbook.named_ranges[range_id] = _with_range(named, moved)


def with_moved_rules(rules: list[Json], moved: Moved) -> list[Json]:
    """The conditional formats with their ranges moved; one that has none left is dropped."""
    kept: list[Json] = []
    for rule in rules:
        ranges = moved_ranges(rule.get("ranges", ()), moved)
        if ranges:
            kept.append({**rule, "ranges": ranges})
    return kept


def moved_ranges(ranges: Any, moved: Moved) -> list[Json]:
    """The JSON ranges that are left, where they lie now."""
    areas = (moved(GridRange.from_json(area)) for area in ranges)
    return [area.to_json() for area in areas if area is not None]


def without_sources(spec: Any, moved: Moved) -> Any:
    """A chart's specification with the ranges it draws moved and the lost ones left out."""
    if isinstance(spec, list):
        return [without_sources(item, moved) for item in spec]
    if not isinstance(spec, Mapping):
        return spec
    return {
        key: moved_ranges(value, moved) if key == "sources" else without_sources(value, moved)
        for key, value in spec.items()
    }


def _with_range(thing: Json, moved: Moved) -> dict[str, Any]:
    """The thing with its range moved; without one when nothing of the range is left."""
    area = moved(GridRange.from_json(thing["range"]))
    if area is None:
        return {key: value for key, value in thing.items() if key != "range"}
    return {**thing, "range": area.to_json()}


def _follow_protections(sheet: Sheet, moved: Moved) -> None:
    for protected_id, protected in list(sheet.protected_ranges.items()):
        now = _with_range(protected, moved) if "range" in protected else dict(protected)
        if "range" not in now:
            del sheet.protected_ranges[protected_id]
            continue
        if "unprotectedRanges" in now:
            now["unprotectedRanges"] = moved_ranges(now["unprotectedRanges"], moved)
        sheet.protected_ranges[protected_id] = now


def _follow_tables(sheet: Sheet, moved: Moved) -> None:
    for table_id, table in list(sheet.tables.items()):
        now = _with_range(table, moved)
        if "range" in now:
            if "columnProperties" in now:
                now["columnProperties"] = moved_columns(table, moved)
            sheet.tables[table_id] = now
        else:
            del sheet.tables[table_id]


def _follow_filters(sheet: Sheet, change: Change) -> None:
    if sheet.basic_filter is not None:
        sheet.basic_filter = _moved_filter(sheet.basic_filter, change)
    for view_id, view in list(sheet.filter_views.items()):
        now = _moved_filter(view, change)
        if now is None:
            del sheet.filter_views[view_id]
        else:
            sheet.filter_views[view_id] = now


def _moved_filter(one: Json, change: Change) -> Json | None:
    now = _with_range(one, lambda area: moved_range(change, area)) if "range" in one else dict(one)
    if "range" in one and "range" not in now:
        return None
    if change.dimension == "ROWS":
        return now
    if "criteria" in now:
        columns = ((change.index(int(key)), value) for key, value in now["criteria"].items())
        now["criteria"] = {str(key): value for key, value in columns if key is not None}
    for name, key in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        if name in now:
            now[name] = _moved_specs(now[name], key, change)
    return now


def _moved_specs(specs: list[Json], key: str, change: Change) -> list[Json]:
    moved: list[Json] = []
    for spec in specs:
        column = change.index(int(spec.get(key, 0)))
        if column is not None:
            moved.append({**spec, key: column})
    return moved


def _follow_charts(sheet: Sheet, change: Change) -> None:
    for chart_id, chart in sheet.charts.items():
        now = dict(chart)
        now["spec"] = without_sources(chart["spec"], lambda area: moved_range(change, area))
        overlay = chart["position"].get("overlayPosition")
        if overlay and sheet.id == change.sheet_id:
            anchor = _moved_anchor(overlay.get("anchorCell", {}), change, sheet)
            now["position"] = {"overlayPosition": {**overlay, "anchorCell": anchor}}
        sheet.charts[chart_id] = now


def _moved_anchor(anchor: Json, change: Change, sheet: Sheet) -> Json:
    """The cell that a chart hangs on. If its line was deleted it hangs on the one that follows,
    or on the last one of the grid."""
    by_row = change.dimension == "ROWS"
    key = "rowIndex" if by_row else "columnIndex"
    before = int(anchor.get(key, 0))
    index = change.index(before)
    if index is None:
        upto = change.span((None, before + 1))
        index = upto[1] or 0 if upto else 0
    last = (sheet.row_count if by_row else sheet.column_count) - 1
    rest = {name: value for name, value in anchor.items() if name != key}
    index = min(index, last)
    return {**rest, key: index} if index else rest
