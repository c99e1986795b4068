"""Columns of people's that bear a name of the dialer's are told from the dialer's own."""

from __future__ import annotations

import pytest

from sheets_dialer.app.wiring import new_refs
from sheets_dialer.tabs.column_conflicts import find_column_conflict, is_ref_of_ours
from sheets_dialer.tabs.fencing_token import Token
from sheets_dialer.tabs.queue_columns import DIALER, find_columns

HEADER = ["Phone", *DIALER.values()]
NUMBER = "03001234567"


def found(*rows: dict[str, object], header: list[str] = HEADER) -> tuple[str, int] | None:
    cells = [[row.get(title, "") for title in header] for row in rows]
    return find_column_conflict([header, *cells], find_columns(header, {}))


@pytest.mark.parametrize("title", [title for title in DIALER.values() if title != "Status"])
@pytest.mark.parametrize("value", ["INV-1001", 7, False])
def test_what_stands_on_an_untouched_tab_is_peoples(title: str, value: object) -> None:
    name = next(name for name, each in DIALER.items() if each == title)
    assert found({"Phone": NUMBER}, {"Phone": NUMBER, title: value}) == (name, 2)


def test_an_untouched_tab_of_a_template_is_ready() -> None:
    assert found() is None
    assert found({"Phone": NUMBER}, {"Phone": NUMBER, "Why": "  ", "Ref": None}) is None


@pytest.mark.parametrize("word", ["Skip", "done by phone", "Call again", "Answered"])
def test_words_in_status_are_how_people_steer(word: str) -> None:
    assert found({"Phone": NUMBER, "Status": word}) is None


def test_under_a_token_everything_is_the_dialers() -> None:
    for text in (Token("abcdefgh", 3).header, "Ref sdabcdXfghx3"):
        header = [*HEADER[:-1], text]
        assert found({"Phone": NUMBER, text: "INV-1", "Answer": "yes"}, header=header) is None


@pytest.mark.parametrize(
    "row",
    [
        {"Status": "Queued", "Ref": "k3v09a8xq2m1"},
        {"Status": "Answered", "Call ID": "718293"},
        {"Status": "Unknown status 9", "Call ID": "718293"},
    ],
)
def test_a_row_that_a_dialer_worked_on_makes_everything_a_dialers(row: dict[str, object]) -> None:
    assert found({"Why": "a stray edit"}, row, {"Attempts": "2"}) is None


@pytest.mark.parametrize(
    "row",
    [
        {"Status": "Paid", "Call ID": "718293"},
        {"Call ID": "718293"},
        {"Status": "Answered", "Ref": "923001234567"},
        {"Status": "Answered", "Ref": "INV-1001"},
        {"Status": "Answered", "Answer": "yes"},
    ],
)
def test_other_rows_are_no_sign_of_a_dialer(row: dict[str, object]) -> None:
    assert found(row) is not None


def test_every_ref_of_ours_is_known_as_one() -> None:
    refs = new_refs()
    assert all(is_ref_of_ours(next(refs)) for _ in range(1000))


def test_a_tab_without_our_columns_has_none_of_peoples() -> None:
    assert found({"Phone": NUMBER, "Ref No": "INV-1"}, header=["Phone", "Ref No"]) is None


# --- exports that have columns like ours, in the column sets that they come with ---

EXPORTS: list[tuple[list[str], list[object], str]] = [
    (["CN", "Consignee Cell No", "Status", "Call ID"], ["7001", NUMBER, "Delivered", ""], "status"),
    (["CN", "Consignee Cell No", "Status", "Call ID"], ["7001", NUMBER, "", 10023], "call_id"),
    (["CN", "Phone", "Status", "Call ID"], ["7001", NUMBER, "No Answer", 10023], "call_id"),
    (["Phone", "Call ID", "Status", "Agent"], [NUMBER, "718293", "Answered", "Ali"], "call_id"),
    (["Phone", "Call ID", "Status", "Answer"], [NUMBER, "718293", "Busy", "later"], "answer"),
    (["Order ID", "Consignee Phone", "Status", "Attempts"], ["A1", NUMBER, "RTO", 2], "attempts"),
    (["Customer Phone", "Order Status", "Status"], [NUMBER, "Booked", "Unpaid"], "status"),
    (["Phone", "Status", "Updated At"], [NUMBER, "pending", "2026-11-01 10:00"], "updated_at"),
    (["Phone", "Status", "Ref"], [NUMBER, "Answered", "LE123456789"], "ref"),
    (["Phone", "Answer", "DTMF"], [NUMBER, "haan", ""], "answer"),
    (["Phone", "Why", "City"], [NUMBER, "wrong size", "Lahore"], "why"),
    (["billing_phone", "status", "order_total"], [NUMBER, "processing", 1500], "status"),
]


@pytest.mark.parametrize(("header", "row", "name"), EXPORTS, ids=lambda each: str(each)[:60])
def test_what_an_export_says_in_columns_like_ours_is_its_own(
    header: list[str], row: list[object], name: str
) -> None:
    named = find_column_conflict([header, *[row] * 9], find_columns(header, {}))
    assert named is not None
    assert named == (name, 1)
