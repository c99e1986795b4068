"""What a request of a batch works with."""

from __future__ import annotations

from dataclasses import dataclass

from .behaviour import AS_KNOWN, Behaviour
from .formulas.calculator import Calculator, Fetching
from .ids import Ids
from .model import Workbook


@dataclass(slots=True)
class Context:
    """The draft that the requests of one batch change one after the other, and who sent them.

    `account` is the caller's e-mail address, `owner` the spreadsheet's, `editors` those of the
    others who may edit it. `now` is in seconds since 1970. Whoever holds the context may change
    `workbook`, but no cell, row or JSON in it.
    """

    workbook: Workbook
    account: str
    owner: str
    now: float
    ids: Ids
    editors: tuple[str, ...] = ()
    behaviour: Behaviour = AS_KNOWN
    imports: Fetching | None = None
    rebasing: bool = False
    """Whether the batch is fitted to what another writer left: taking away what is gone and adding
    what is there do nothing, and a tab whose title is taken gets another."""

    def calculator(self) -> Calculator:
        """Works out the formulas of the draft as it stands."""
        return Calculator(self.workbook, self.now, self.imports)
