"""What a cell becomes when a value is written to it, and Google's ExtendedValue both ways."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Cell, Computed, ErrorValue, Formula, Json, Stored, Workbook
from .serial import year_at
from .typed_dates import parse_date
from .typed_numbers import parse_number, tidy


@dataclass(frozen=True, slots=True)
class Entered:
    """What to keep: the value (None clears it) and, where the typed text implies one and the
    cell has none of its own, Google's NumberFormat for the cell (None leaves it as it is)."""

    value: Stored | None
    number_format: Json | None = None


def enter(
    raw: str | int | float | bool,
    *,
    user_entered: bool,
    current_format: Json | None,
    year: int | None,
) -> Entered:
    """What one JSON value of a values write puts into a cell; an empty string clears it.

    RAW keeps every string as it is. USER_ENTERED reads it as if it had been typed into an en_US
    spreadsheet; JSON numbers and booleans stay what they are under both (documented).

    Args:
        raw: the JSON value; null means "leave the cell alone" and never comes here.
        user_entered: whether valueInputOption is USER_ENTERED.
        current_format: the cell's userEnteredFormat (CellFormat). A cell formatted as plain text
            keeps what is typed.
        year: completes dates typed without a year, such as ``Jan 5``; without it they are text.
    """
    if raw == "":
        return Entered(None)
    if not isinstance(raw, str):
        return Entered(raw if isinstance(raw, bool) else tidy(raw))
    own_format = (current_format or {}).get("numberFormat")
    if not user_entered or (own_format or {}).get("type") == "TEXT":
        return Entered(raw)
    if raw.startswith("'"):
        return Entered(raw[1:])
    if raw.startswith("=") and len(raw) > 1:
        return Entered(Formula(raw))
    value, implied = _read(raw, year)
    if value is raw and raw.startswith("+") and raw.strip() != "+":
        # Observed by others: what begins with a plus and is no number is taken for a formula, so
        # that "+92 300 1234567" ends as #ERROR! and has to be typed with an apostrophe.
        return Entered(Formula(f"={raw}"))
    return Entered(value, None if own_format else implied)


def typed_into(cell: Cell, text: str, year: int) -> Cell:
    """The cell after somebody typed the text into it; note and validation stay."""
    entered = enter(text, user_entered=True, current_format=cell.format, year=year)
    new_format = cell.format
    if entered.number_format is not None:
        new_format = {**(cell.format or {}), "numberFormat": entered.number_format}
    return Cell(entered.value, new_format, cell.note, cell.validation)


def typing_year(workbook: Workbook, now: float) -> int:
    """The year that completes dates typed into the spreadsheet now: its own calendar's."""
    return year_at(now, str(workbook.properties.get("timeZone", "Etc/GMT")))


def read_typed(text: str, *, year: int | None = None) -> str | int | float | bool:
    """What text becomes when typed into a cell, formulas aside; unrecognised text stays text."""
    return _read(text, year)[0]


def _read(text: str, year: int | None) -> tuple[str | int | float | bool, Json | None]:
    folded = text.strip().casefold()
    if folded in ("true", "false"):
        return folded == "true", None
    number = parse_number(text)
    if number is not None:
        return number
    moment = parse_date(text, year=year)
    if moment is not None:
        return moment
    return text, None


def extended_value(json: Json | None) -> Stored | None:
    """The value that an ExtendedValue stands for; None for none and for an empty one.

    An errorValue is read-only at Google and counts as none.
    """
    if not json:
        return None
    for key in ("numberValue", "boolValue", "stringValue", "formulaValue"):
        if json.get(key) is None:
            continue
        value = json[key]
        if key == "numberValue":
            return tidy(value)
        if key == "boolValue":
            return bool(value)
        if key == "formulaValue" and str(value).startswith("=") and len(str(value)) > 1:
            return Formula(str(value))
        return str(value)
    return None


def to_extended(value: Stored | Computed) -> dict[str, object]:
    """Google's ExtendedValue for a stored or computed value; empty for an empty cell."""
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int | float):
        return {"numberValue": tidy(value)}
    if isinstance(value, Formula):
        return {"formulaValue": value.text}
    if isinstance(value, ErrorValue):
        error = {"type": value.kind}
        if value.message:
            error["message"] = value.message
        return {"errorValue": error}
    return {"stringValue": value}
