"""The looks and comforts that setup gives one tab: what helps people, and dialling doesn't need.
Google may refuse each of them without harm to the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .memory import HIGHEST_ID, MadePart, PartsMemory, Request
from .reading import TabState


@dataclass(slots=True)
class Look:
    """A look or comfort: its requests, what is remembered once they were applied, and what it is
    in words where it has any. It is made as a whole or not at all."""

    requests: list[Request] = field(default_factory=list)
    memory: list[MadePart] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What it is, for people."""
        return ", ".join(self.words) or ", ".join(part for _column, part in self.memory) or "a look"


class Looks:
    """Collects the looks of one tab in `wanted`. `header_row` is where its header row stands."""

    def __init__(self, tab: TabState, memory: PartsMemory, header_row: int) -> None:
        self._tab = tab
        self._memory = memory
        self.header_row = header_row
        self.wanted: list[Look] = []

    def once(self, part: str, column: int | None = None, *, again: bool = False) -> bool:
        """Whether a part is to be made: it wasn't made yet here, or its cells were lost (`again`).
        It is remembered with the look that the next requests make."""
        is_new = not self._memory.has_made(part, column)
        if not is_new and not again:
            return False
        if not self.wanted or self.wanted[-1].requests:
            self.wanted.append(Look())
        if is_new:
            self.wanted[-1].memory.append((column, part))
        self._memory.mark(part, column)
        return True

    def call_it(self, words: str) -> None:
        """Says what the look is whose requests were just added."""
        self.wanted[-1].words += [words] if words not in self.wanted[-1].words else []

    def ask(self, kind: str, **content: Any) -> None:
        """Adds a request to the look that is being made."""
        if not self.wanted:
            self.wanted.append(Look())
        self.wanted[-1].requests.append({kind: content})

    def note(self, row: int, column: int, text: str) -> None:
        """Puts a note on a cell."""
        self.ask(
            "updateCells",
            start={"sheetId": self._tab.id, "rowIndex": row, "columnIndex": column},
            rows=[{"values": [{"note": text}]}],
            fields="note",
        )

    def format(self, area: Mapping[str, int], fields: str, **look: Any) -> None:
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
        for rule in self._tab.comforts.rules:
            there = rule.get("booleanRule", {}).get("condition", {})
            if (there.get("type"), _operands(there)) == wanted:
                return
        self.ask(
            "addConditionalFormatRule",
            rule={"ranges": [area], "booleanRule": {"condition": condition, "format": look}},
            # Where an earlier one is refused, this one still finds its place.
            index=len(self._tab.comforts.rules),
        )

    def column_properties(self, column: int, **properties: Any) -> None:
        """Sets a column's width (`pixelSize`) or hides it (`hiddenByUser`)."""
        self.ask(
            "updateDimensionProperties",
            range={
                "sheetId": self._tab.id,
                "dimension": "COLUMNS",
                "startIndex": column,
                "endIndex": column + 1,
            },
            properties=properties,
            fields=",".join(properties),
        )

    def freeze(self, *, rows: int, columns: int = 0) -> None:
        """Freezes the first rows and columns, once, where people froze none."""
        wanted = {
            "frozenRowCount": 0 if self._tab.grid.frozen_rows else rows,
            "frozenColumnCount": 0 if self._tab.grid.frozen_columns else columns,
        }
        wanted = {name: count for name, count in wanted.items() if count}
        if not self.once("frozen") or not wanted:
            return
        self.ask(
            "updateSheetProperties",
            properties={"sheetId": self._tab.id, "gridProperties": wanted},
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
            "sheetId": self._tab.id,
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

    def _is_protected(self, column: int) -> bool:
        return any(
            area.get("startColumnIndex", 0) <= column < area.get("endColumnIndex", HIGHEST_ID)
            and area.get("startRowIndex", 0) <= self.header_row
            and "endRowIndex" not in area
            for area in self._tab.comforts.protected
        )


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
