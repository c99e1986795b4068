"""What formulas fetch from elsewhere, and how long they say ``Loading...`` before they have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .a1 import parse_range
from .errors import GoogleError
from .formulas.calculator import Calculator
from .formulas.values import Failure
from .library import Document, Library
from .model import Computed, Formula, Workbook


@dataclass(slots=True)
class Loading:
    """For how many seconds a fetching formula loads: from when it was entered or from when this
    was ordered, whichever is later. Google fetches the same formula once, wherever it stands."""

    seconds: float = 0.0
    _ordered_at: float = 0.0
    _entered: dict[tuple[str, str], float] = field(default_factory=dict)

    def order(self, seconds: float, now: float) -> None:
        """Makes every fetching formula load anew, and those entered from now on as long."""
        self.seconds = seconds
        self._ordered_at = now
        self._entered.clear()

    def notice(self, document_id: str, old: Workbook, new: Workbook, now: float) -> None:
        """Takes down when the formulas were entered that a write brought."""
        if not self.seconds:
            return
        before = set(_formulas(old, new))
        for text in _formulas(new, old):
            if text not in before:
                self._entered.setdefault((document_id, text), now)

    def is_loading(self, document_id: str, text: str, now: float) -> bool:
        """Whether the formula doesn't have what it fetches yet."""
        entered = self._entered.get((document_id, text), self._ordered_at)
        return now < entered + self.seconds


def _formulas(workbook: Workbook, other: Workbook) -> Iterator[str]:
    """The formulas in rows that the other state doesn't have."""
    known = {id(row) for sheet in other for row in sheet.rows}
    for sheet in workbook:
        for row in sheet.rows:
            if row and id(row) not in known:
                yield from (cell.value.text for cell in row if isinstance(cell.value, Formula))


@dataclass(frozen=True, slots=True)
class Imports:
    """What the formulas of one document fetch. `reached` are the documents that lead here."""

    library: Library
    loading: Loading
    document: Document
    reached: frozenset[str] = frozenset()

    def is_loading(self, text: str, now: float) -> bool:
        """Whether the formula doesn't have what it fetches yet."""
        return self.loading.is_loading(self.document.id, text, now)

    def cell(self, address: str, range_text: str, now: float) -> Computed:
        """The upper left cell of a range of another spreadsheet, named by its id or URL.

        Raises:
            Failure: there is none, the owner of this one may not see it, or it leads back here.
        """
        key = address.partition("/d/")[2].partition("/")[0] or address
        source = self.library.documents.get(key)
        if source is None or source.role_of(self.document.owner) is None:
            raise Failure("REF", "You don't have permissions to access that sheet.")
        reached = self.reached | {self.document.id}
        if key in reached:
            raise Failure("REF", "Circular dependency detected.")
        try:
            area = parse_range(source.workbook, range_text)
        except GoogleError:
            raise Failure("REF", "Cannot find range or sheet for imported range.") from None
        sheet = source.workbook.sheet(area.sheet_id)
        row, column = area.start_row or 0, area.start_column or 0
        if row >= sheet.row_count or column >= sheet.column_count:
            raise Failure("REF", "Cannot find range or sheet for imported range.")
        imports = Imports(self.library, self.loading, source, reached)
        return Calculator(source.workbook, now, imports).value(sheet, row, column)
