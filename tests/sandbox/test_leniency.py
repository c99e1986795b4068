"""What Google takes though it isn't written exactly: slashes, blanks in masks, nulls at the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.running import RunningSandbox
from tests.support.services import Refused, Services

ROOT = "https://sheets.googleapis.com/v4/spreadsheets"


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/{id}/", None),
        ("GET", "/{id}/values/A1/", None),
        ("PUT", "/{id}/values/A1/?valueInputOption=RAW", {"values": [["x"]]}),
        ("POST", "/{id}/values/A1:append/?valueInputOption=RAW", {"values": [["x"]]}),
        ("POST", "/{id}/values/A1:clear/", {}),
        ("GET", "/{id}/values:batchGet/?ranges=A1", None),
        ("POST", "/{id}/values:batchClear/", {"ranges": ["A1"]}),
        ("POST", "/{id}:getByDataFilter/", {}),
        ("POST", "/{id}:batchUpdate/", {"requests": [{"addSheet": {}}]}),
        ("POST", "/", {}),
    ],
)
def test_a_slash_behind_the_path_means_nothing(
    sandbox: RunningSandbox, method: str, path: str, body: Any
) -> None:
    book = sandbox.dialer_client().create("Slashed")
    address = ROOT + path.replace("{id}", book.id)
    assert sandbox.google_session().request(method, address, json=body).status_code == 200


@pytest.mark.parametrize(
    "mask",
    ["title, tabColor", " title ,tabColor ", "title,\ttab_color", "title\n,\ntabColor( red )"],
)
def test_blanks_in_the_mask_of_a_request_are_left_out(services: Services, mask: str) -> None:
    change = {"properties": {"title": "New", "tabColor": {"red": 1}}, "fields": mask}
    services.batch({"updateSheetProperties": change})
    (sheet,) = services.call("GET", services.path)["sheets"]
    assert (sheet["properties"]["title"], sheet["properties"]["tabColor"]) == ("New", {"red": 1})


def test_the_mask_of_an_answer_may_end_with_a_comma_but_holds_no_blanks(
    services: Services,
) -> None:
    answer = services.call("GET", services.path, fields="spreadsheetId,")
    assert answer == {"spreadsheetId": services.id}
    for mask in (" spreadsheetId", "spreadsheetId, sheets", "sheets( properties)"):
        with pytest.raises(Refused) as refused:
            services.call("GET", services.path, fields=mask)
        assert refused.value.code == 400


@pytest.mark.parametrize(
    ("values", "range_text", "cells"),
    [
        ([["a", None, None]], "Sheet1!A2", 1),
        ([["a", "", None]], "Sheet1!A2:B2", 2),
        ([["a", None, "c"]], "Sheet1!A2:C2", 2),
        ([["a"], [None, None]], "Sheet1!A2", 1),
        ([["a"], ["b", None], [None], []], "Sheet1!A2:A3", 2),
        ([["a", None], [None, "b"]], "Sheet1!A2:B3", 2),
    ],
)
def test_nulls_at_the_end_of_appended_rows_ask_for_no_cells(
    services: Services, values: list[list[Any]], range_text: str, cells: int
) -> None:
    services.put("A1", [["head"]])
    updates = services.append("Sheet1", values)["updates"]
    assert (updates["updatedRange"], updates["updatedCells"]) == (range_text, cells)


def test_nulls_beyond_the_grid_or_the_range_are_no_reason_to_grow_or_refuse(
    services: Services,
) -> None:
    services.append("Sheet1", [["a"] + [None] * 40])
    assert services.values("GET", "Sheet1")["range"] == "Sheet1!A1:Z1000"
    services.append("C1:C1", [["a", None, None]])
    services.append("Sheet1", [["b"]] + [[None]] * 2000)
    assert services.values("GET", "Sheet1")["range"] == "Sheet1!A1:Z1000"
