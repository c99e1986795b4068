"""Whatever stands in a cell or in the portal's answer: nothing is executed, nothing crashes, and
each row that is not called says why."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from sheets_dialer.texts import say
from tests.support.hurry import HurriedShop, hurried_shop
from tests.support.raw_server import RawServer, answer

DIALERS = ("Status", "Answer", "DTMF", "Call ID", "Called Number", "Attempts", "Called At")
DIALERS += ("Updated At", "Why")
TRIGGERS = ('=HYPERLINK("http://x.example")', "+1+1", "-2+3", "@SUM(1)", "=1+1")
"""Texts that a spreadsheet would execute, if it took them for what a person types."""

NOT_DIALLABLE: tuple[dict[str, Any], ...] = (
    {"formulaValue": "=1/0"},
    {"formulaValue": '=INDIRECT("nowhere")'},
    {"formulaValue": "=NA()"},
    {"stringValue": "#REF!"},
    {"boolValue": True},
    {"numberValue": 46_218.5},
    {"numberValue": -3_000_000_001},
    {"numberValue": 9.23e11},
    {"stringValue": "9" * 50_000},
    {"stringValue": "a" * 50_000},
    {"stringValue": "📞📞📞"},
    {"stringValue": "\u202eنمبر نہیں\u202c"},
    {"stringValue": "\x01\x02\x7f?"},
    *({"stringValue": text} for text in TRIGGERS),
)
DIALLABLE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"formulaValue": '="0300"&"0000001"'}, "923000000001"),
    ({"stringValue": "\u202b0300-0000002\u202c"}, "923000000002"),
    ({"stringValue": "۰۳۰۰ ۰۰۰۰۰۰۳"}, "923000000003"),
    ({"stringValue": "0300\u200b0000004\x00"}, "923000000004"),
    ({"numberValue": 3_000_000_005}, "923000000005"),
    ({"stringValue": "+92 300 0000006"}, "923000000006"),
)
TEXTS = (
    *TRIGGERS,
    "چائے خانہ 🍵\u200f",
    "line\nbreak\ttab\x07bell",
    "'quoted",
)
"""Texts that are the customer's own affair and go to the portal as they are."""


def put(shop: HurriedShop, rows: list[list[dict[str, Any]]]) -> None:
    """Writes cells below the header exactly as given, whatever the column's format would make of
    them."""
    tab = shop.tab()
    start = {"sheetId": tab.id, "rowIndex": 1, "columnIndex": 0}
    cells = [{"values": [{"userEnteredValue": value} for value in row]} for row in rows]
    request = {"start": start, "rows": cells, "fields": "userEnteredValue"}
    tab.spreadsheet.batch_update({"requests": [{"updateCells": request}]})


def entered(shop: HurriedShop) -> list[list[dict[str, Any]]]:
    """What was entered in each cell of each tab, formulas as formulas."""
    session = shop.sandbox.google_session("person.json")
    fields = "sheets.data.rowData.values.userEnteredValue"
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{shop.sandbox.spreadsheet_id}"
    sheets = session.get(address, params={"fields": fields}).json()["sheets"]
    return [
        [cell.get("userEnteredValue", {}) for cell in row.get("values", [])]
        for sheet in sheets
        for data in sheet.get("data", [])
        for row in data.get("rowData", [])
    ]


def formulas(shop: HurriedShop) -> list[str]:
    """Every formula in the spreadsheet but the one by which set-up tells that nothing runs."""
    found = [
        cell["formulaValue"] for row in entered(shop) for cell in row if "formulaValue" in cell
    ]
    return [formula for formula in found if "NOT RUNNING since" not in formula]


def test_cells_of_every_kind_are_called_or_say_why_and_stay_as_they_are(tmp_path: Path) -> None:
    with hurried_shop(tmp_path) as shop:
        put(shop, [[value] for value in NOT_DIALLABLE] + [[value] for value, _ in DIALLABLE])
        shop.ready()
        before = [row[0] for row in entered(shop)[1 : 1 + len(NOT_DIALLABLE) + len(DIALLABLE)]]
        shop.finish()
        rows = shop.rows()
        for row in rows[: len(NOT_DIALLABLE)]:
            assert (row["Status"], row["Call ID"]) == ("Not called", ""), row
            assert row["Why"], row
        numbers = [number for _, number in DIALLABLE]
        assert sorted(shop.called_numbers()) == sorted(numbers)
        assert [row["Called Number"] for row in rows[len(NOT_DIALLABLE) :]] == numbers
        after = [row[0] for row in entered(shop)[1 : 1 + len(NOT_DIALLABLE) + len(DIALLABLE)]]
        assert after == before, "people's cells were changed"
        assert len(formulas(shop)) == 4, "only people's own formulas"


def test_texts_that_look_like_formulas_reach_the_portal_as_they_are(tmp_path: Path) -> None:
    with hurried_shop(tmp_path) as shop:
        rows = [
            [
                {"stringValue": f"92300{2_000_000 + place}"},
                {"numberValue": 1500},
                {"stringValue": text},
                {"stringValue": text},
            ]
            for place, text in enumerate(TEXTS)
        ]
        put(shop, rows)
        shop.ready()
        shop.finish()
        calls = {call["caller_id"]: call for call in shop.calls()}
        assert len(calls) == len(TEXTS)
        for place, text in enumerate(TEXTS):
            call = calls[f"92300{2_000_000 + place}"]
            assert {call["text1"], call["text2"]} == {text}
        assert formulas(shop) == []


def test_a_text_as_long_as_a_cell_can_hold_harms_nobody_else(tmp_path: Path) -> None:
    with hurried_shop(tmp_path) as shop:
        long, short = "92300" + "2000001", "92300" + "2000002"
        put(
            shop,
            [
                [{"stringValue": long}, {}, {"stringValue": "آ" * 50_000}],
                [{"stringValue": short}, {}, {"stringValue": "Shop"}],
            ],
        )
        shop.ready()
        shop.finish()
        first, second = shop.rows()
        assert second["Call ID"]
        assert (first["Status"], first["Why"]) == ("Not called", say("texts_too_long"))
        assert shop.called_numbers() == [short]


def test_answers_of_the_portal_that_look_like_formulas_become_texts(tmp_path: Path) -> None:
    """Its reasons, in all four shapes that a spreadsheet executes; such call ids and keys are none.
    Every second call succeeds, so that none is stopped after failures in a row."""
    numbers = [f"92300{2_000_000 + place}" for place in range(4 * len(TRIGGERS))]

    balance = {"balance": "=10000"}

    def reply(request: str) -> dict[str, Any]:
        if "/api/check_balance" in request:
            return {"status": 200, "data": balance}
        if "/api/get_call" in request:
            return {"data": {"call_status": 2, "dtmf": "=2+5", "retry": 0}}
        place = next(at for at, number in enumerate(numbers) if number in request)
        text = TRIGGERS[place // 4]
        if place % 4 == 1:
            return {"status": 422, "response": text}
        return {
            "status": "200",
            "data": {"call_id": f"{text} {place}" if place % 4 == 3 else place + 1},
        }

    def act(connection: socket.socket) -> None:
        answer(reply(portal.requests[-1].decode()))(connection)

    portal = RawServer(act)
    with hurried_shop(tmp_path) as shop:
        shop.ready(*numbers)
        settings = {"base_url": portal.url, "connections": 1, "lines": 200}
        shop.configure(portal=shop.settings("portal") | settings)
        stopped = shop.run("once", "--for", "60")
        assert "names no balance" in stopped.stderr, "a balance that is no number pays for nothing"
        balance["balance"] = "10000"
        shop.finish()
        for place, row in enumerate(shop.rows()):
            text = TRIGGERS[place // 4]
            if place % 4 == 1:
                assert row["Status"] == "Failed"
                assert text in row["Why"]
            elif place % 4 == 3:
                assert (row["Status"], row["Call ID"]) == ("Check", "")
                assert row["Why"] == say("unknown_outcome")
            else:
                assert (row["Status"], row["Call ID"]) == ("Answered", str(place + 1))
                assert row["DTMF"] == "=2+5"
        assert formulas(shop) == []
        # Rows that waited for the one connection when a pass came were marked once more; what
        # counts is what reached the portal.
        placed = [each for each in portal.requests if b"/api/calls" in each]
        assert len(placed) == len(numbers)
    portal.stop()


def test_a_portal_that_names_an_old_calls_id_gives_nobody_anothers_answer(tmp_path: Path) -> None:
    """One after the other, the call of that id being over: who was asked first keeps the answer."""
    numbers = [f"92300{2_000_000 + place}" for place in range(3)]

    def act(connection: socket.socket) -> None:
        request = portal.requests[-1].decode()
        if "/api/check_balance" in request:
            reply: dict[str, Any] = {"status": 200, "data": {"balance": "10000"}}
        elif "/api/get_call" in request:
            reply = {"data": {"call_status": 2, "dtmf": "1", "retry": 0}}
        else:
            reply = {"status": "200", "data": {"call_id": "111"}}
        answer(reply)(connection)

    portal = RawServer(act)
    with hurried_shop(tmp_path) as shop:
        shop.ready(*numbers)
        settings = {"base_url": portal.url, "connections": 1, "lines": 1}
        shop.configure(portal=shop.settings("portal") | settings)
        shop.finish()
        first, *others = shop.rows()
        assert (first["Status"], first["DTMF"]) == ("Answered", "1")
        for row in others:
            assert (row["Status"], row["Answer"], row["DTMF"]) == ("Check", "", ""), row
            assert row["Why"], row
        placed = [each for each in portal.requests if b"/api/calls" in each]
        assert len(placed) == len(numbers)
    portal.stop()
