"""Cells with an error, as clients read them over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.running import RunningSandbox

NOBODY = "Did not find value 'X' in VLOOKUP evaluation."

CASES = [
    ("=1/0", "DIVIDE_BY_ZERO", "#DIV/0!", "Function DIVIDE parameter 2 cannot be zero."),
    ("=MOD(5,0)", "DIVIDE_BY_ZERO", "#DIV/0!", "Function MOD parameter 2 cannot be zero."),
    ('=VLOOKUP("X",F1:G3,2,FALSE)', "N_A", "#N/A", NOBODY),
    ('=MATCH("X",F1:F3,0)', "N_A", "#N/A", "Did not find value 'X' in MATCH evaluation."),
    ("=NA()", "N_A", "#N/A", ""),
    ("=#REF!", "REF", "#REF!", "Reference does not exist."),
    ("=Nowhere!A1", "REF", "#REF!", "Unresolved sheet name 'Nowhere'."),
    ("=VLOOKUP(1,F1:G3,9,FALSE)", "REF", "#REF!", "VLOOKUP evaluates to an out of bounds range."),
    ("=NOSUCH(1)", "NAME", "#NAME?", "Unknown function: 'NOSUCH'."),
    ("=Nobody", "NAME", "#NAME?", "Unknown range name: 'NOBODY'."),
    (
        '="a"+1',
        "VALUE",
        "#VALUE!",
        "Function ADD parameter 1 expects number values. "
        "But 'a' is a text and cannot be coerced to a number.",
    ),
    ("=9^999", "NUM", "#NUM!", "Numeric value is too large."),
    ("+92 300 1234567", "ERROR", "#ERROR!", "Formula parse error."),
    ("=1+", "ERROR", "#ERROR!", "Formula parse error."),
    ("=H2", "ERROR", "#ERROR!", "Formula parse error."),
]
"""What is typed, its error's type, its label and its message; the last reads a cell with one."""


@pytest.mark.parametrize(("typed", "kind", "label", "message"), CASES)
def test_an_error_has_its_message_unformatted_and_its_label_alone_formatted(
    sandbox: RunningSandbox, typed: str, kind: str, label: str, message: str
) -> None:
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    tab = book.sheet1
    tab.update([["=1+"]], "H2", raw=False)
    tab.update([[typed]], "C7", raw=False)

    def read(option: str) -> Any:
        return book.values_get("Calls!C7", {"valueRenderOption": option})["values"][0][0]

    assert read("FORMATTED_VALUE") == label
    assert read("UNFORMATTED_VALUE") == (f"{label} ({message})" if message else label)
    assert read("FORMULA") == (typed if typed.startswith("=") else f"={typed}")
    cell = book.fetch_sheet_metadata({"ranges": "Calls!C7", "includeGridData": "true"})["sheets"][
        0
    ]["data"][0]["rowData"][0]["values"][0]
    error = {"type": kind, "message": message} if message else {"type": kind}
    assert cell["effectiveValue"] == {"errorValue": error}
    assert cell["formattedValue"] == label


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('=VLOOKUP("b",F1:G3,2,FALSE)', 2),
        ('=VLOOKUP("B",F1:G3,2,FALSE)', 2),
        ('=VLOOKUP("bb",F1:G3,2)', 2),
        ('=VLOOKUP("c",F1:G3,1,FALSE)', "c"),
        ('=MATCH("c",F1:F3,0)', 3),
        ("=MATCH(2,G1:G3)", 2),
        ('=IFNA(VLOOKUP("X",F1:G3,2,FALSE),"none")', "none"),
        ("=ISNA(NA())", True),
        ('=IFERROR(NA(),"gone")', "gone"),
    ],
)
def test_what_is_there_is_found(sandbox: RunningSandbox, formula: str, value: Any) -> None:
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    book.sheet1.update([["a", 1], ["b", 2], ["c", 3]], "F1")
    book.sheet1.update([[formula]], "C7", raw=False)
    answer = book.values_get("Calls!C7", {"valueRenderOption": "UNFORMATTED_VALUE"})
    assert answer["values"] == [[value]]
