"""Grouped rows and columns. How deep each line lies says it all: a group is a run of neighbouring
lines that lie at least that deep."""

from __future__ import annotations

from typing import Any

from .model import Json, Sheet
from .spans import Change, Dimension


def depths_of(sheet: Sheet, dimension: Dimension) -> list[int]:
    """In how many groups each line lies."""
    depths = [0] * (sheet.row_count if dimension == "ROWS" else sheet.column_count)
    for group in groups_of(sheet, dimension):
        for line in range(group["start"], min(group["end"], len(depths))):
            depths[line] += 1
    return depths


def groups_of(sheet: Sheet, dimension: Dimension) -> list[Json]:
    """The groups: ``start``, ``end``, ``depth`` and ``collapsed`` of each."""
    return sheet.row_groups if dimension == "ROWS" else sheet.column_groups


def regroup(sheet: Sheet, dimension: Dimension, depths: list[int]) -> None:
    """Makes the groups what the depths say; one that begins where a collapsed one of its depth
    began stays collapsed."""
    collapsed = {
        (group["start"], group["depth"])
        for group in groups_of(sheet, dimension)
        if group["collapsed"]
    }
    groups: list[Json] = []
    open_since: list[int] = []
    for line, depth in enumerate([*depths, 0]):
        while len(open_since) > depth:
            level, start = len(open_since), open_since.pop()
            is_collapsed = (start, level) in collapsed
            groups.append({"start": start, "end": line, "depth": level, "collapsed": is_collapsed})
        open_since.extend([line] * (depth - len(open_since)))
    set_groups(sheet, dimension, groups)


def set_groups(sheet: Sheet, dimension: Dimension, groups: list[Json]) -> None:
    """Makes these the groups, in their order on the tab."""
    ordered = sorted(groups, key=lambda group: (group["start"], group["depth"]))
    if dimension == "ROWS":
        sheet.row_groups = ordered
    else:
        sheet.column_groups = ordered


def follow_groups(sheet: Sheet, change: Change) -> None:
    """Moves, grows and shrinks the groups with the tab's lines."""
    moved: list[Json] = []
    for group in groups_of(sheet, change.dimension):
        span = change.span((group["start"], group["end"]))
        if span is not None:
            moved.append({**group, "start": span[0], "end": span[1]})
    set_groups(sheet, change.dimension, moved)
    if moved:
        regroup(sheet, change.dimension, depths_of(sheet, change.dimension))


def group_json(sheet: Sheet, dimension: Dimension, group: Json) -> dict[str, Any]:
    """Google's DimensionGroup."""
    span: dict[str, Any] = {"sheetId": sheet.id} if sheet.id else {}
    span |= {"dimension": dimension, "startIndex": group["start"], "endIndex": group["end"]}
    answer: dict[str, Any] = {"range": span, "depth": group["depth"]}
    return answer | ({"collapsed": True} if group["collapsed"] else {})
