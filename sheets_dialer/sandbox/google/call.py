"""One call of a Sheets method, checked and ready to be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .fieldmask import Mask
from .formulas.calculator import Calculator, Fetching
from .library import Document
from .model import Workbook


@dataclass(slots=True)
class Call:
    """Who calls what on which state of a document.

    `workbook` is the state that the call sees: for a read the present or a past one, for a write a
    draft that is committed when the method returns. `now` is in seconds since 1970. `mask` is what
    is wanted of the answer. `subject` is what the path names below the spreadsheet: a range, or a
    sheet's id.
    """

    document: Document
    workbook: Workbook
    account: str
    now: float
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    mask: Mask | None = None
    subject: str = ""
    imports: Fetching | None = None
    _calculator: Calculator | None = field(default=None)

    @property
    def calculator(self) -> Calculator:
        """Works out the workbook's formulas; ask for it only once all cells are written."""
        if self._calculator is None:
            self._calculator = Calculator(self.workbook, self.now, self.imports)
        return self._calculator
