"""The queue tab on Google Sheets: one request to read a pass's facts, one to write its results.

Rules of the service that shape this package (recorded, or from Google's documentation): a batch is
applied whole or not at all; a 503 may have been applied; tabs are addressed by id because a rename
breaks every A1 range; `updateCells` with `stringValue` never becomes a formula.
"""

from .cell_updates import Mark
from .overwrite_repair import ColumnsMoved
from .queue_tab import QueueTab
from .readiness import require_ready
from .snapshot import Snapshot
from .spreadsheet import Spreadsheet, TabFacts, cells_of

__all__ = [
    "ColumnsMoved",
    "Mark",
    "QueueTab",
    "Snapshot",
    "Spreadsheet",
    "TabFacts",
    "cells_of",
    "require_ready",
]
