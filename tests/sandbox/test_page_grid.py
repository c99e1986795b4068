"""What the page is told about a tab: texts, what editing begins with, looks and hidden parts."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_dialer.sandbox.google.formulas.calculator import Calculator
from sheets_dialer.sandbox.google.model import Cell, Formula, Sheet, Workbook
from sheets_dialer.sandbox.page_grid import rows_json, tabs_json

NOON = 1_800_000_000.0
RED = {"red": 1.0}
BLUE = {"blue": 1.0}
TEXT = {"numberFormat": {"type": "TEXT", "pattern": "@"}}
MONEY = {"numberFormat": {"type": "NUMBER", "pattern": "#,##0.00"}}
DATE = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}


def tab_of(*rows: tuple[Cell, ...], **properties: Any) -> Sheet:
    tab = Sheet.new({"sheetId": 0, "title": "Calls", **properties}, 10, 6)
    for index, row in enumerate(rows):
        tab.rows[index] = row
    return tab


def rows_of(tab: Sheet) -> dict[str, Any]:
    workbook = Workbook({"title": "T", "timeZone": "Asia/Karachi"}, [tab])
    return rows_json(tab, range(tab.row_count), Calculator(workbook, NOON))


def shown(tab: Sheet, row: int = 0, column: int = 0) -> dict[str, Any]:
    """A cell as it is shown, with its look in place of the look's number."""
    answer = rows_of(tab)
    cells = answer["rows"][row]
    cell = dict(cells[column] or {}) if column < len(cells) else {}
    if "look" in cell:
        cell["look"] = answer["looks"][cell["look"]]
    return cell


class TestTexts:
    @pytest.mark.parametrize(
        ("cell", "text", "raw"),
        [
            (Cell("plain"), "plain", None),
            (Cell("03001234567"), "03001234567", "'03001234567"),
            (Cell("03001234567", TEXT), "03001234567", None),
            (Cell("=not a formula", TEXT), "=not a formula", None),
            (Cell(Formula("=1+1")), "2", "=1+1"),
            (Cell(1500), "1500", None),
            (Cell(1234.5, MONEY), "1,234.50", None),
            (Cell(1234.567, MONEY), "1,234.57", "1234.567"),
            (Cell(45000, DATE), "2023-03-15", None),
            (Cell(True), "TRUE", None),
            (Cell("TRUE"), "TRUE", "'TRUE"),
            (Cell("12-5"), "12-5", "'12-5"),
            (Cell(Formula("=1/0")), "#DIV/0!", "=1/0"),
        ],
    )
    def test_are_as_displayed_and_editing_keeps_the_value(
        self, cell: Cell, text: str, raw: str | None
    ) -> None:
        answer = shown(tab_of((cell,)))
        assert answer["text"] == text
        assert answer.get("raw") == raw

    def test_of_empty_cells_are_left_out(self) -> None:
        assert rows_of(tab_of((Cell(), Cell("b"))))["rows"][:2] == [[None, {"text": "b"}], []]

    def test_that_may_change_by_themselves_are_announced(self) -> None:
        assert rows_of(tab_of((Cell(Formula("=NOW()")),)))["formulas"]
        assert not rows_of(tab_of((Cell("=NOW()"),)))["formulas"]


class TestLooks:
    def test_come_from_the_format(self) -> None:
        cell = Cell(
            "x",
            {
                "backgroundColor": RED,
                "horizontalAlignment": "CENTER",
                "wrapStrategy": "WRAP",
                "textFormat": {"bold": True, "foregroundColorStyle": {"rgbColor": BLUE}},
            },
        )
        assert shown(tab_of((cell,)))["look"] == {
            "background": "#ff0000",
            "color": "#0000ff",
            "align": "center",
            "wrap": True,
            "bold": True,
        }

    def test_put_numbers_right_and_errors_in_the_middle(self) -> None:
        assert shown(tab_of((Cell(1),)))["look"] == {"align": "right"}
        error = shown(tab_of((Cell(Formula("=1/0")),)))
        assert error["look"] == {"align": "center", "error": True}

    def test_are_sent_once(self) -> None:
        row = (Cell("a", {"backgroundColor": RED}), Cell("b", {"backgroundColor": RED}))
        answer = rows_of(tab_of(row, row))
        assert answer["looks"] == [{"background": "#ff0000"}]


def rule(kind: str, *operands: str, color: Any = RED, area: Any = None) -> dict[str, Any]:
    values = [{"userEnteredValue": operand} for operand in operands]
    return {
        "ranges": [area or {"sheetId": 0}],
        "booleanRule": {
            "condition": {"type": kind, "values": values},
            "format": {"backgroundColor": color},
        },
    }


class TestConditionalFormats:
    @pytest.mark.parametrize(
        ("value", "kind", "operands", "holds"),
        [
            ("Busy", "TEXT_EQ", ("busy",), True),
            ("Busy now", "TEXT_EQ", ("Busy",), False),
            ("Busy now", "TEXT_CONTAINS", ("Y N",), True),
            ("Busy now", "TEXT_NOT_CONTAINS", ("free",), True),
            ("Busy now", "TEXT_STARTS_WITH", ("busy",), True),
            ("Busy now", "TEXT_ENDS_WITH", ("now",), True),
            (None, "BLANK", (), True),
            ("x", "BLANK", (), False),
            ("x", "NOT_BLANK", (), True),
            (5, "NUMBER_GREATER", ("4",), True),
            (5, "NUMBER_GREATER", ("5",), False),
            (5, "NUMBER_GREATER_THAN_EQ", ("5",), True),
            (5, "NUMBER_LESS", ("5",), False),
            (5, "NUMBER_LESS_THAN_EQ", ("5",), True),
            (5, "NUMBER_EQ", ("5",), True),
            (5, "NUMBER_NOT_EQ", ("5",), False),
            (5, "NUMBER_BETWEEN", ("1", "5"), True),
            (5, "NUMBER_NOT_BETWEEN", ("1", "5"), False),
            ("five", "NUMBER_LESS", ("9",), False),
            (5, "NUMBER_LESS", (), False),
            ("Busy", "CUSTOM_FORMULA", ('=A1="Busy"',), True),
            ("Fine", "CUSTOM_FORMULA", ('=A1="Busy"',), False),
            ("Fine", "CUSTOM_FORMULA", ("=1/0",), False),
            ("Fine", "CUSTOM_FORMULA", ("=((",), False),
            (9, "NUMBER_GREATER", ("=4+4",), True),
        ],
    )
    def test_hold_as_their_condition_says(
        self, value: Any, kind: str, operands: tuple[str, ...], holds: bool
    ) -> None:
        tab = tab_of((Cell(value), Cell("end")))
        tab.conditional_formats = [rule(kind, *operands)]
        assert ("background" in shown(tab).get("look", {})) is holds

    def test_of_a_formula_move_with_the_cell_and_paint_empty_cells(self) -> None:
        tab = tab_of((Cell("no"),), (Cell("yes"),))
        tab.conditional_formats = [rule("CUSTOM_FORMULA", '=$A1="yes"')]
        assert "look" not in shown(tab, 0, 3)
        assert shown(tab, 1, 3)["look"] == {"background": "#ff0000"}

    def test_of_which_the_first_wins_part_by_part(self) -> None:
        tab = tab_of((Cell("x", {"backgroundColor": {"green": 1.0}}),))
        second = rule("NOT_BLANK", color=BLUE)
        second["booleanRule"]["format"]["textFormat"] = {"bold": True}
        tab.conditional_formats = [rule("NOT_BLANK"), second]
        assert shown(tab)["look"] == {"background": "#ff0000", "bold": True}

    def test_hold_in_their_ranges_only(self) -> None:
        tab = tab_of((Cell("x"), Cell("x")))
        area = {"sheetId": 0, "startColumnIndex": 1}
        tab.conditional_formats = [rule("NOT_BLANK", area=area)]
        assert "look" not in shown(tab, 0, 0)
        assert "look" in shown(tab, 0, 1)

    def test_that_are_not_painted_do_no_harm(self) -> None:
        tab = tab_of((Cell(5),))
        tab.conditional_formats = [
            rule("DATE_BEFORE", "today"),
            {"ranges": [{"sheetId": 0}], "gradientRule": {}},
        ]
        assert shown(tab) == {"text": "5", "look": {"align": "right"}}


def test_tabs_tell_size_frozen_merged_and_hidden_parts() -> None:
    tab = tab_of(
        gridProperties={"frozenRowCount": 1, "frozenColumnCount": 2},
        tabColor={"green": 1.0},
        rightToLeft=True,
    )
    tab.column_properties[1] = {"hiddenByUser": True, "pixelSize": 60}
    tab.merges = [
        {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 3}
    ]
    for row in (2, 3, 7):
        tab.row_properties[row] = {"hiddenByUser": True}
    (told,) = tabs_json(Workbook({}, [tab]))
    assert told == {
        "id": 0,
        "title": "Calls",
        "rows": 10,
        "hidden": False,
        "right_to_left": True,
        "frozen_rows": 1,
        "frozen_columns": 2,
        "color": "#00ff00",
        "columns": [
            {"width": 100, "hidden": False},
            {"width": 60, "hidden": True},
            *[{"width": 100, "hidden": False}] * 4,
        ],
        "merges": [[0, 1, 0, 3]],
        "hidden_rows": [[2, 4], [7, 8]],
    }


def test_notes_and_lists_of_choices_come_along() -> None:
    values = [{"userEnteredValue": "Skip"}, {"userEnteredValue": "Call again"}]
    validation = {"condition": {"type": "ONE_OF_LIST", "values": values}}
    cell = Cell("Skip", note="Choose", validation=validation)
    assert shown(tab_of((cell,))) == {
        "text": "Skip",
        "note": "Choose",
        "options": ["Skip", "Call again"],
    }
