"""A rectangle on one sheet, half-open and possibly unbounded: Google's GridRange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class GridRange:
    """Rows `start_row` to before `end_row` and columns likewise, zero-based; None is unbounded."""

    sheet_id: int
    start_row: int | None = None
    end_row: int | None = None
    start_column: int | None = None
    end_column: int | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GridRange:
        """Reads Google's GridRange; a missing sheetId is 0."""
        return cls(
            sheet_id=int(data.get("sheetId") or 0),
            start_row=data.get("startRowIndex"),
            end_row=data.get("endRowIndex"),
            start_column=data.get("startColumnIndex"),
            end_column=data.get("endColumnIndex"),
        )

    def to_json(self) -> dict[str, Any]:
        """Google's GridRange, which leaves out a sheetId of 0 (recorded) but keeps zero indexes."""
        data: dict[str, Any] = {"sheetId": self.sheet_id} if self.sheet_id else {}
        for key, value in (
            ("startRowIndex", self.start_row),
            ("endRowIndex", self.end_row),
            ("startColumnIndex", self.start_column),
            ("endColumnIndex", self.end_column),
        ):
            if value is not None:
                data[key] = value
        return data

    def bounded(self, row_count: int, column_count: int) -> GridRange:
        """The same rectangle with every open side closed at the grid's edge."""
        return replace(
            self,
            start_row=self.start_row or 0,
            end_row=row_count if self.end_row is None else min(self.end_row, row_count),
            start_column=self.start_column or 0,
            end_column=(
                column_count if self.end_column is None else min(self.end_column, column_count)
            ),
        )

    def rows(self, row_count: int) -> range:
        """The row indexes covered on a grid with this many rows."""
        end = row_count if self.end_row is None else min(self.end_row, row_count)
        return range(self.start_row or 0, end)

    def columns(self, column_count: int) -> range:
        """The column indexes covered on a grid with this many columns."""
        end = column_count if self.end_column is None else min(self.end_column, column_count)
        return range(self.start_column or 0, end)

    def covers(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return (
            (self.start_row or 0) <= row
            and (self.end_row is None or row < self.end_row)
            and (self.start_column or 0) <= column
            and (self.end_column is None or column < self.end_column)
        )

    def overlaps(self, other: GridRange) -> bool:
        """Whether the two share a cell on one sheet."""
        return (
            self.sheet_id == other.sheet_id
            and _overlap(self.start_row, self.end_row, other.start_row, other.end_row)
            and _overlap(self.start_column, self.end_column, other.start_column, other.end_column)
        )


def _overlap(
    start: int | None, end: int | None, other_start: int | None, other_end: int | None
) -> bool:
    begins_in_time = end is None or (other_start or 0) < end
    ends_late_enough = other_end is None or (start or 0) < other_end
    return begins_in_time and ends_late_enough
