"""Collects the requests that one tab gets, and remembers in the sheet what they made."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ..cell_updates import update
from .reading import MEMORY_KEY, MEMORY_SEPARATOR, TabState

_MOST = 2**31 - 1
_ROW, _COLUMN = "ROWS", "COLUMNS"

Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlacedValue:
    """A value that is put into a cell that was there before. It belongs beside `label`, which
    stands in the first column, and under `heading`, which stands in the first row. A formula
    `needs` other rows, with their labels."""

    row: int
    column: int
    value: str
    label: str
    heading: str
    needs: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """Rows or columns that are inserted: from where on, and how many."""

    at: int = 0
    count: int = 0

    def __contains__(self, place: int) -> bool:
        return self.at <= place < self.at + self.count

    def before(self, place: int) -> int:
        """Where a place that isn't in it was before the room was made."""
        return place - self.count if place >= self.at + self.count else place

    def after(self, place: int) -> int:
        """Where a place is once the room was made."""
        return place + self.count if place >= self.at else place


@dataclass(slots=True)
class Look:
    """A look or comfort: its requests, what is remembered once they were applied, and what it is
    in words where it has any. It is made as a whole or not at all."""

    requests: list[Request] = field(default_factory=list)
    memory: list[tuple[int | None, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What it is, for people."""
        return ", ".join(self.words) or ", ".join(part for _column, part in self.memory) or "a look"


class Making:
    """What is about to be made of one tab: first what dialling needs, of which `added` tells in
    words; then `looks`, each of which Google may refuse without harm to the others.

    What is added gets rows and columns of its own, `new_rows` and `new_columns`, inserted by the
    batch that fills them: cells that were blank at the read may be people's by then. `placed` is
    what goes into cells of people's rows and columns all the same, and must be looked after;
    `found` is what stood on the tab at the read. `header_row` is where its header row stands.
    """

    def __init__(self, tab: TabState) -> None:
        self.tab = tab
        self.header_row = 0
        self.added: list[str] = []
        self.found = tab.values()
        self.new_rows, self.new_columns = Room(), Room()
        self.placed: list[PlacedValue] = []
        self.looks: list[Look] = []
        self._inserted: list[Request] = []
        self._requests: list[Request] = []
        self._memory: dict[int | None, list[str]] = {}
        self._marked: set[tuple[int | None, str]] = set()
        self._rows, self._columns = tab.rows, tab.columns

    def once(
        self, part: str, column: int | None = None, *, again: bool = False, needed: bool = False
    ) -> bool:
        """Whether a part is to be made: it wasn't made yet here, or its cells were lost (`again`).
        It is remembered with the look that the next requests make, or with what is `needed`."""
        is_new = part not in self._known(column) and (column, part) not in self._marked
        if not is_new and not again:
            return False
        if needed and is_new:
            self._memory.setdefault(column, []).append(part)
        elif not needed:
            if not self.looks or self.looks[-1].requests:
                self.looks.append(Look())
            if is_new:
                self.looks[-1].memory.append((column, part))
        self._marked.add((column, part))
        return True

    def has_made(self, part: str, column: int, *, before: bool = False) -> bool:
        """Whether a part was made at a column, now or `before`."""
        return part in self._known(column) or (not before and (column, part) in self._marked)

    def tell(self, what: str) -> None:
        """Says once what dialling needs and was added."""
        if what not in self.added:
            self.added.append(what)

    def call_it(self, words: str) -> None:
        """Says what the look is whose requests were just added."""
        self.looks[-1].words += [words] if words not in self.looks[-1].words else []

    def ask(self, kind: str, **content: Any) -> None:
        """Adds a request to the look that is being made."""
        if not self.looks:
            self.looks.append(Look())
        self.looks[-1].requests.append({kind: content})

    def write(self, row: int, column: int, rows: Sequence[Sequence[str]]) -> None:
        """Writes texts; the grid grows where it is too small."""
        self.need(row + len(rows), column + max(map(len, rows)))
        self._requests.append(update(self.tab.id, row, column, rows))

    def insert_columns(self, at: int, count: int, *, like_before: bool = False) -> None:
        """Inserts columns before everything else is done; places are meant as after that. They
        look like the column that stands there, or like the one before it."""
        if self.tab.is_new:  # nobody is on it yet
            return
        self.tab.columns += self._insert(_COLUMN, at, count, self.tab.columns, like_before)
        self.tab.insert_columns(at, count)
        self._columns = max(self._columns + count, self.tab.columns)
        self.new_columns = Room(at, count)

    def insert_rows(self, at: int, count: int) -> None:
        """Inserts rows as `insert_columns` does columns."""
        if self.tab.is_new:
            return
        self.tab.rows += self._insert(_ROW, at, count, self.tab.rows, False)
        self.tab.insert_rows(at, count)
        self._rows = max(self._rows + count, self.tab.rows)
        self.new_rows = Room(at, count)

    def _insert(self, dimension: str, at: int, count: int, size: int, like_before: bool) -> int:
        """Asks for it; returns by how much the grid grows at its end before. Behind the last column
        nothing can be inserted, and what is appended there might not come to stand where it is
        meant to."""
        growth = max(0, at + 1 - size)
        if growth:
            self._inserted.append(self._append(dimension, growth))
        span = {"dimension": dimension, "startIndex": at, "endIndex": at + count}
        self._inserted.append(
            {
                "insertDimension": {
                    "range": {"sheetId": self.tab.id, **span},
                    "inheritFromBefore": like_before,
                }
            }
        )
        return growth

    def _append(self, dimension: str, length: int) -> Request:
        return {
            "appendDimension": {
                "sheetId": self.tab.id,
                "dimension": dimension,
                "length": length,
            }
        }

    def need(self, rows: int, columns: int) -> None:
        """Lets the grid have at least so many rows and columns."""
        self._rows, self._columns = max(self._rows, rows), max(self._columns, columns)

    def note(self, row: int, column: int, text: str) -> None:
        """Puts a note on a cell."""
        self.ask(
            "updateCells",
            start={"sheetId": self.tab.id, "rowIndex": row, "columnIndex": column},
            rows=[{"values": [{"note": text}]}],
            fields="note",
        )

    def formula(self, row: int, column: int, text: str) -> None:
        """Writes a formula, which belongs to what is needed."""
        cells = {
            "start": {"sheetId": self.tab.id, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [{"userEnteredValue": {"formulaValue": text}}]}],
            "fields": "userEnteredValue",
        }
        self._requests.append({"updateCells": cells})

    def look(self, area: Mapping[str, int], fields: str, **look: Any) -> None:
        """Gives cells a format; `fields` names what of it changes."""
        self.ask(
            "repeatCell",
            range=area,
            cell={"userEnteredFormat": look},
            fields=",".join(f"userEnteredFormat.{name}" for name in fields.split(",")),
        )

    def dropdown(self, area: Mapping[str, int], words: Sequence[str]) -> None:
        """Offers words in cells; others may be typed."""
        self.ask(
            "setDataValidation",
            range=area,
            rule={
                "condition": {
                    "type": "ONE_OF_LIST",
                    "values": [{"userEnteredValue": word} for word in words],
                },
                "strict": False,
                "showCustomUi": True,
            },
        )

    def colour(
        self, area: Mapping[str, int], condition: Mapping[str, Any], look: Mapping[str, Any]
    ) -> None:
        """Adds a conditional format behind those that are there, which go first; none if the same
        condition is there already."""
        wanted = (condition.get("type"), _operands(condition))
        for rule in self.tab.rules:
            there = rule.get("booleanRule", {}).get("condition", {})
            if (there.get("type"), _operands(there)) == wanted:
                return
        self.ask(
            "addConditionalFormatRule",
            rule={"ranges": [area], "booleanRule": {"condition": condition, "format": look}},
            # Where an earlier one is refused, this one still finds its place.
            index=len(self.tab.rules),
        )

    def column_properties(self, column: int, **properties: Any) -> None:
        """Sets a column's width (`pixelSize`) or hides it (`hiddenByUser`)."""
        self.ask(
            "updateDimensionProperties",
            range={
                "sheetId": self.tab.id,
                "dimension": _COLUMN,
                "startIndex": column,
                "endIndex": column + 1,
            },
            properties=properties,
            fields=",".join(properties),
        )

    def freeze(self, *, rows: int, columns: int = 0) -> None:
        """Freezes the first rows and columns, once, where people froze none."""
        wanted = {
            "frozenRowCount": 0 if self.tab.frozen_rows else rows,
            "frozenColumnCount": 0 if self.tab.frozen_columns else columns,
        }
        wanted = {name: count for name, count in wanted.items() if count}
        if not self.once("frozen") or not wanted:
            return
        self.ask(
            "updateSheetProperties",
            properties={"sheetId": self.tab.id, "gridProperties": wanted},
            fields=",".join(f"gridProperties.{name}" for name in wanted),
        )

    def area(
        self, *, rows: tuple[int, int | None], columns: tuple[int, int | None]
    ) -> dict[str, int]:
        """Google's range of these rows and columns; an end of None is the grid's."""
        sides = {
            "startRowIndex": rows[0],
            "endRowIndex": rows[1],
            "startColumnIndex": columns[0],
            "endColumnIndex": columns[1],
        }
        return {
            "sheetId": self.tab.id,
            **{name: side for name, side in sides.items() if side is not None},
        }

    def below_header(self, column: int) -> dict[str, int]:
        """A column without its header cell."""
        return self.area(rows=(self.header_row + 1, None), columns=(column, column + 1))

    def protect(self, columns: Sequence[int], why: str) -> None:
        """Lets people be warned before they change these columns, where no protection is."""
        for start, end in _runs([each for each in columns if not self._is_protected(each)]):
            self.ask(
                "addProtectedRange",
                protectedRange={
                    "range": self.area(rows=(self.header_row, None), columns=(start, end)),
                    "description": why,
                    "warningOnly": True,
                },
            )

    def batch(self) -> list[Request]:
        """All requests for what is needed, in order. One that can't be applied twice comes early:
        where an answer was lost and setup runs again, only one of the two batches is applied,
        whichever comes late."""
        memory = self._memory
        made = [*self._new_tab(), *self._inserted, *self._growth()]
        if (self._requests or made) and not memory:
            memory = {None: ["completed"]}  # nothing new is remembered: only against two of these
        return [*made, *self._notes(memory), *self._requests]

    def memory_of(self, looks: Sequence[Look]) -> list[Request]:
        """Remembers in the sheet that these were made."""
        memory: dict[int | None, list[str]] = {}
        for look in looks:
            for column, part in look.memory:
                memory.setdefault(column, []).append(part)
        return self._notes(memory)

    def _new_tab(self) -> list[Request]:
        if not self.tab.is_new:
            return []
        properties = {"sheetId": self.tab.id, "title": self.tab.title}
        return [{"addSheet": {"properties": properties}}]

    def _growth(self) -> list[Request]:
        lacking = {_ROW: self._rows - self.tab.rows, _COLUMN: self._columns - self.tab.columns}
        return [
            self._append(dimension, length) for dimension, length in lacking.items() if length > 0
        ]

    def _notes(self, memory: Mapping[int | None, Sequence[str]]) -> list[Request]:
        return [
            {
                "createDeveloperMetadata": {
                    "developerMetadata": {
                        "metadataId": self._free_id(parts),
                        "metadataKey": MEMORY_KEY,
                        "metadataValue": MEMORY_SEPARATOR.join(parts),
                        "visibility": "DOCUMENT",
                        "location": self._location(column),
                    }
                }
            }
            for column, parts in memory.items()
        ]

    def _free_id(self, parts: Sequence[str]) -> int:
        """The same for the same batch, so that one of two that come late is refused."""
        names = (f"{number}/{MEMORY_SEPARATOR.join(parts)}" for number in count())
        numbers = (stable_id(self.tab.id, name) for name in names)
        return next(number for number in numbers if number not in self.tab.memory_ids)

    def _location(self, column: int | None) -> dict[str, Any]:
        if column is None:
            return {"sheetId": self.tab.id}
        span = {"dimension": _COLUMN, "startIndex": column, "endIndex": column + 1}
        return {"dimensionRange": {"sheetId": self.tab.id, **span}}

    def _known(self, column: int | None) -> frozenset[str]:
        return self.tab.made if column is None else self.tab.made_there(column)

    def _is_protected(self, column: int) -> bool:
        return any(
            area.get("startColumnIndex", 0) <= column < area.get("endColumnIndex", _MOST)
            and area.get("startRowIndex", 0) <= self.header_row
            and "endRowIndex" not in area
            for area in self.tab.protected
        )


def new_tab(title: str, taken: Sequence[int]) -> TabState:
    """A tab that is to be added, with an id of its own."""
    while (number := secrets.randbelow(_MOST) + 1) in taken:
        pass
    return TabState(id=number, title=title, is_new=True)


def stable_id(sheet_id: int, name: str) -> int:
    """The id of something of ours on a tab, by which it is found again."""
    return zlib.crc32(f"sheets-dialer/{sheet_id}/{name}".encode()) % _MOST + 1


def _operands(condition: Mapping[str, Any]) -> list[str]:
    return [str(value.get("userEnteredValue", "")) for value in condition.get("values", [])]


def _runs(columns: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring columns, together, as start and end (exclusive)."""
    runs: list[tuple[int, int]] = []
    for column in sorted(columns):
        if runs and runs[-1][1] == column:
            runs[-1] = (runs[-1][0], column + 1)
        else:
            runs.append((column, column + 1))
    return runs
