"""Headers as people and exports have them, on a sheet: what is called, with what, and what is
asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Thread

import pytest
from typer.testing import CliRunner

from sheets_dialer.app.cli import app
from sheets_dialer.app.wiring import build
from sheets_dialer.base.errors import SheetUnreachable
from sheets_dialer.config import load_config
from sheets_dialer.google_sheets import ColumnsMoved, QueueTab, Snapshot
from sheets_dialer.reconciler.pass_result import PassResult
from sheets_dialer.tabs.fencing_token import Token
from tests.check.test_check import configure_campaign
from tests.support.dialing import Shop, eventually
from tests.support.setting_up import Desk

IN_TWO_DAYS = (datetime.now() + timedelta(days=2)).strftime("%Y-%m-%d")
SHOPIFY = [
    ["Name", "Email", "Financial Status", "Total", "Billing Phone", "Shipping Phone", "Phone"],
    *(
        [f"#10{at:02d}", "a@example.com", "pending", "1500.00", "", f"03000000{at:03d}", ""]
        for at in range(1, 9)
    ),
]
WOO = [
    ["Order Number", "Order Status", "City (Billing)", "Phone (Billing)", "Order Total Amount"],
    ["501", "Processing", "Lahore", "0300-0000001", "2450"],
    ["502", "Processing", "Quetta", "0300-0000002", "900"],
]
COURIER = [
    ["Booking sheet", "", "Karachi Mart"],
    [],
    ["Shipper Phone", "Consignee Name", "Consignee Mobile No.", "COD Amount (PKR)", "Order Ref #"],
    ["03009999999", "Ali", "0300-0000001", "1500", "KM-1"],
    ["03009999999", "Sana", "0300-0000002", "2300", "KM-2"],
]


def lay_out(shop: Shop, rows: Sequence[Sequence[str]]) -> None:
    """Has the queue tab hold these rows alone."""
    shop.tab().clear()
    shop.paste(rows, "A1")


def command(shop: Shop, *words: str) -> tuple[int, str]:
    name, *rest = words
    done = CliRunner().invoke(app, [name, "-c", str(shop.config), *rest])
    return done.exit_code, done.output


def table(shop: Shop) -> tuple[int, list[dict[str, str]]]:
    """Where the header row stands, and the rows below by header."""
    rows = shop.tab().get_all_values()
    at = next(place for place, row in enumerate(rows) if "Status" in row)
    return at, [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]


def state(shop: Shop) -> str:
    tab = shop.tab("Dialer")
    cell = tab.find("State")
    assert cell is not None
    return str(tab.cell(cell.row, cell.col + 1).value)


def test_headers_that_are_nearly_known_are_taken(shop: Shop) -> None:
    header = ["Phone", "Amount (Rs)", "Shop Name", "Order #", "Call After (time)"]
    early = ["0300 0000001", "1500", "Karachi Mart", "A1", IN_TWO_DAYS]
    lay_out(shop, [header, early, ["0300 0000002", "900", "Karachi Mart", "A2", ""]])
    shop.set_up()
    shop.control("RUN")
    shop.run("once", "--for", "20")
    (call,) = shop.calls()
    sent = [call[name] for name in ("caller_id", "amount", "text1", "text2")]
    assert sent == ["923000000002", "900", "Karachi Mart", "A2"]


def test_titles_above_the_header_are_left_alone(shop: Shop) -> None:
    titles = [["Orders of November"], [""]]
    lay_out(shop, [*titles, ["Phone", "Store", "Order ID"], ["03000000001", "Shop", "O1"]])
    tab = shop.tab()
    shop.set_up()
    shop.control("RUN")
    assert shop.run("start", "--until-done").returncode == 0
    at, (row,) = table(shop)
    assert at == 2
    assert (row["Status"], row["DTMF"]) == ("Answered", "1")
    assert tab.get("A1:Z2") == [["Orders of November"]]
    (call,) = shop.calls()
    assert (call["text1"], call["text2"]) == ("Shop", "O1")
    code, told = command(shop, "check")
    assert code == 0, told


MERGED: dict[str, tuple[list[list[str]], list[str]]] = {
    "a title over all columns": ([["Orders of November"]], ["A1:D1"]),
    "a title over all columns and two rows": ([["Orders of November"], []], ["A1:D2"]),
    "a title that speaks of phones": ([["Phone orders, amount by store"]], ["A1:D1"]),
    "groups above the headers": ([["Customer", "", "Order", ""]], ["A1:B1", "C1:D1"]),
    "groups with names of columns": ([["Contact", "", "Order", ""]], ["A1:B1", "C1:D1"]),
    "a helpline above groups": (
        [["Karachi Mart", "", "021-111-222-333"], ["Phone", "", "Order"]],
        ["A1:B1", "C1:D1", "A2:B2", "C2:D2"],
    ),
    "a logo's cell at the left": ([["", "Orders"], ["", "2026-11-28"], []], ["A1:A3", "B1:D1"]),
    "titles over more columns than the table has": ([["Call sheet"], [""]], ["A1:J1"]),
    "titles in three rows": ([["Mart"], ["Orders"], ["November"]], ["A1:D1", "A2:D2", "A3:D3"]),
    "a merged total": ([["Total", "", "5,400", ""]], ["A1:B1", "C1:D1"]),
}


@pytest.mark.parametrize(("titles", "merges"), MERGED.values(), ids=MERGED.keys())
def test_merged_titles_above_the_header_hide_nothing(
    shop: Shop, titles: list[list[str]], merges: list[str]
) -> None:
    shop.settles_at_once()
    header = ["Phone", "Amount", "Store", "Order ID"]
    rows = [[f"0300000000{at}", str(at * 100), "Shop", f"A{at}"] for at in (1, 2)]
    lay_out(shop, [*titles, header, *rows])
    tab = shop.tab()
    tab.freeze(rows=0)
    for each in merges:
        tab.merge_cells(each)
    above = tab.get(f"A1:J{len(titles)}")
    shop.set_up()
    shop.control("RUN")
    assert shop.run("start", "--until-done").returncode == 0
    at, told = table(shop)
    assert at == len(titles)
    assert [row["DTMF"] for row in told] == ["1", "2"]
    assert tab.get(f"A1:J{len(titles)}") == above
    said = [[str(call[name]) for name in ("caller_id", "amount", "text2")] for call in shop.calls()]
    assert sorted(said) == [["923000000001", "100", "A1"], ["923000000002", "200", "A2"]]
    code, told_by_check = command(shop, "check")
    assert code == 0, told_by_check


def test_a_title_that_is_merged_while_it_dials_calls_nobody_twice(shop: Shop) -> None:
    shop.settles_at_once()
    shop.ready("03000000001", "03000000002")
    tab = shop.tab()
    with shop.running("start"):
        eventually(lambda: len(shop.calls()) == 2)
        tab.insert_rows([["Orders of November"], [""]], 1)
        tab.merge_cells("A1:H2")
        tab.append_row(["03000000003"], table_range="A3")
        eventually(lambda: all(row["DTMF"] for row in table(shop)[1]), seconds=60)
    at, rows = table(shop)
    assert at == 2
    assert sorted(shop.called_numbers()) == [f"92300000000{n}" for n in (1, 2, 3)]
    assert [row["Called Number"] for row in rows] == [f"92300000000{n}" for n in (1, 2, 3)]


def test_customers_whose_number_is_merged_over_rows_are_called_once_and_told(shop: Shop) -> None:
    """One customer, two lines of an order: below the first row a merged cell reads as blank."""
    shop.settles_at_once()
    header = ["Phone", "Amount", "Store", "Order ID"]
    lay_out(shop, [header, ["03000000001", "100", "Shop", "A1"], ["", "200", "Shop", "A1"]])
    shop.tab().merge_cells("A2:A3")
    shop.set_up()
    shop.control("RUN")
    assert shop.run("start", "--until-done").returncode == 0
    (_, (first, second)) = table(shop)
    assert shop.called_numbers() == ["923000000001"]
    assert first["DTMF"] == "1"
    assert second["Status"] == "Not called"
    assert "no phone number" in second["Why"]


def test_titles_that_come_and_go_between_passes_call_nobody_twice(shop: Shop) -> None:
    numbers = [f"0300000000{at}" for at in range(1, 7)]
    shop.ready(*numbers)
    tab = shop.tab()
    with build(load_config(shop.config)) as parts, parts.ledger.held():
        parts.worker.start()

        def one_pass() -> PassResult:
            result = parts.reconciler.run_pass(timedelta(seconds=15))
            assert not result.problems
            time.sleep(0.3)
            return result

        one_pass()
        tab.insert_rows([["Orders"], [""]], 1)
        one_pass()
        tab.insert_rows([["of November"]], 2)
        one_pass()
        tab.delete_rows(1, 2)
        eventually(lambda: one_pass().nothing_left, seconds=60)
    at, rows = table(shop)
    assert at == 1
    assert tab.row_values(1) == [""] or not tab.row_values(1)
    assert sorted(shop.called_numbers()) == [f"92{number[1:]}" for number in numbers]
    by_number = {call["caller_id"]: str(call["call_id"]) for call in shop.calls()}
    assert {row["Called Number"]: row["Call ID"] for row in rows} == by_number
    assert [row["Called Number"][2:] for row in rows] == [number[1:] for number in numbers]


@pytest.mark.parametrize("count", [1, 3])
def test_titles_that_are_inserted_under_a_write_cost_no_header(shop: Shop, count: int) -> None:
    numbers = [f"0300000000{at}" for at in range(1, 5)]
    shop.ready(*numbers)
    tab = shop.tab()
    header = tab.row_values(1)[:-1]
    with build(load_config(shop.config)) as parts, parts.ledger.held():
        parts.worker.start()
        results: list[PassResult] = []

        def one_pass() -> None:
            results.append(parts.reconciler.run_pass(timedelta(seconds=15)))

        one_pass()  # the rows get their Refs; the next pass marks the first of them
        slow = {"service": "sheets", "kind": "slow", "path": "batchGetByDataFilter"}
        shop.sandbox.post("/_sandbox/faults", {**slow, "seconds": 2, "count": 1})
        passing = Thread(target=one_pass)
        passing.start()
        eventually(lambda: shop.sandbox.get("/_sandbox/faults")[0]["fired"] == 1, every=0.02)
        tab.insert_rows([["Orders"]] * count, 1)
        passing.join()
        (told,) = results[-1].problems.values()
        assert "above the header row" in str(told)
        assert not shop.calls()

        def is_done() -> bool:
            one_pass()
            time.sleep(0.3)
            assert not results[-1].problems
            return results[-1].nothing_left

        eventually(is_done, seconds=60)
    at, rows = table(shop)
    assert at == count
    assert tab.row_values(count + 1)[:-1] == header
    assert all(tab.row_values(place + 1) == ["Orders"] for place in range(count))
    by_number = {call["caller_id"]: str(call["call_id"]) for call in shop.calls()}
    assert sorted(by_number) == sorted(shop.called_numbers())
    assert {row["Called Number"]: row["Call ID"] for row in rows} == by_number
    assert [row["Called Number"][2:] for row in rows] == [number[1:] for number in numbers]


def test_an_export_of_shopify_is_asked_about_and_then_called(shop: Shop) -> None:
    lay_out(shop, SHOPIFY)
    code, told = command(shop, "setup")
    assert code == 2
    assert "columns: {phone: Shipping Phone}" in told
    code, told = command(shop, "check")
    assert code == 2
    assert "F has 8 numbers" in told
    assert "columns: {phone: Shipping Phone}" in told
    configure_campaign(shop, columns={"phone": "Shipping Phone"})
    code, told = command(shop, "setup")
    assert code == 0, told
    assert "Column F “Shipping Phone” is Phone" in told
    assert "Column A “Name” is Order ID" in told
    assert "Not used: Email, Financial Status, Billing Phone, Phone" in told
    shop.control("RUN")
    code, told = command(shop, "plan")
    assert "Column D “Total” is Amount" in told
    shop.run("once", "--for", "15")
    called = {call["caller_id"]: call["text2"] for call in shop.calls()}
    assert called
    assert all(text == f"#10{number[-2:]}" for number, text in called.items())


@pytest.mark.parametrize(
    ("rows", "sent"),
    [
        (WOO, [("923000000001", "2450", "501"), ("923000000002", "900", "502")]),
        (COURIER, [("923000000001", "1500", "KM-1"), ("923000000002", "2300", "KM-2")]),
    ],
    ids=["WooCommerce", "a courier's booking sheet"],
)
def test_exports_are_read_without_configuration(
    shop: Shop, rows: Sequence[Sequence[str]], sent: list[tuple[str, ...]]
) -> None:
    lay_out(shop, rows)
    shop.set_up()
    shop.control("RUN")
    shop.run("start", "--until-done")
    calls = [(call["caller_id"], call["amount"], call["text2"]) for call in shop.calls()]
    assert sorted(calls) == sent


def test_a_column_that_looks_like_call_after_stops_calls_until_it_is_answered(shop: Shop) -> None:
    lay_out(shop, [["Phone", "Call after 5pm?"], ["03000000001", "yes"]])
    shop.set_up()
    shop.control("RUN")
    shop.run("once", "--for", "4")
    assert not shop.calls()
    assert "“Call after 5pm?” looks like Call After" in state(shop)
    code, told = command(shop, "check")
    assert code == 2
    assert "columns: {call_after: none}" in told
    configure_campaign(shop, columns={"call_after": "none"})
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers() == ["923000000001"]


def test_an_exports_status_is_asked_about(shop: Shop) -> None:
    rows = [[f"0300000{at:04d}", "pending" if at % 10 else ""] for at in range(1, 41)]
    lay_out(shop, [["Phone", "Status"], *rows])
    code, told = command(shop, "setup")
    assert code == 2
    assert "under Status, in row 2" in told
    _, told = command(shop, "check")
    assert "under Status" in told
    shop.tab().update_cell(1, 2, "Payment")
    code, told = command(shop, "setup")
    assert code == 0, told


def test_a_column_without_numbers_is_told(shop: Shop) -> None:
    rows = [["Ali", "03000000001"], ["Sana", "03000000002"], ["Omar", "03000000003"]]
    lay_out(shop, [["Contact", "Cell of customer"], *rows])
    _, told = command(shop, "check")
    assert "3 of 3 rows with something in them have no number in the column Contact" in told


class Lost:
    """A write whose answer is lost."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.desk = Desk(shop, ("Phone", "Amount"))
        self.desk.setup()
        self.tab = self.desk.book.worksheet("Calls")
        self.tab.update([["03000000001", 1200]], "A2", raw=False)
        self.sheet = QueueTab(self.desk.connection, "Calls", {})
        self.write(self.sheet.read(), 1)
        self.header = self.tab.row_values(1)[:-1]

    def write(self, snapshot: Snapshot, count: int) -> None:
        cells = {1 + snapshot.columns.header_row: {"status": "Queued", "why": f"Because {count}"}}
        self.sheet.write(snapshot, Token("abcdefgh", count), cells)

    def lose(self, snapshot: Snapshot) -> None:
        fault = {"service": "sheets", "kind": "503-applied", "path": "batchUpdate", "count": 1}
        self.shop.sandbox.post("/_sandbox/faults", fault)
        with pytest.raises(SheetUnreachable):
            self.write(snapshot, 2)


def test_a_lost_answer_hides_no_header_row_that_had_moved(shop: Shop) -> None:
    lost = Lost(shop)
    snapshot = lost.sheet.read()
    lost.tab.insert_rows([["Orders"]], 1)
    lost.lose(snapshot)
    with pytest.raises(ColumnsMoved) as raised:
        lost.sheet.read()
    lost.sheet.put_back(raised.value.damage, Token("abcdefgh", 3))
    found = lost.sheet.read()
    assert found.columns.header_row == 1
    assert found.token == Token("abcdefgh", 3)
    assert lost.tab.row_values(1) == ["Orders"]
    assert lost.tab.row_values(2)[:-1] == lost.header
    lost.write(found, 4)


def test_what_is_inserted_after_a_lost_answer_takes_the_write_along(shop: Shop) -> None:
    lost = Lost(shop)
    lost.lose(lost.sheet.read())
    lost.tab.insert_rows([["Orders"]], 1)
    found = lost.sheet.read()
    assert (found.columns.header_row, found.token) == (1, Token("abcdefgh", 2))
    assert lost.tab.row_values(2)[:-1] == lost.header


def test_numbers_can_not_be_said_to_have_no_column(shop: Shop) -> None:
    configure_campaign(shop, columns={"phone": "none"})
    code, told = command(shop, "check")
    assert code == 2
    assert "without numbers nobody can be called" in told


def test_setup_dresses_the_rows_below_the_header_alone(shop: Shop) -> None:
    desk = Desk(shop, ("Orders of November",))
    desk.book.sheet1.update([["", ""], ["Phone", "Amount"], ["03000000001", "5"]], "A2")
    before = desk.requests()
    added = desk.setup()
    assert desk.requests() - before <= 5
    assert "column Status" in added
    tab = desk.tab("Calls")
    assert tab["properties"]["gridProperties"]["frozenRowCount"] == 3
    rows = [row.get("values", []) for row in tab["data"][0]["rowData"]]
    for above in rows[:2]:
        assert not any("dataValidation" in cell or "note" in cell for cell in above)
    header = desk.book.sheet1.row_values(3)
    status = header.index("Status")
    assert rows[2][status].get("note")
    assert "dataValidation" not in rows[2][status]
    assert "dataValidation" in rows[3][status]
    assert all(view["range"]["startRowIndex"] == 2 for view in tab["filterViews"])
    assert all(each["range"]["startRowIndex"] == 2 for each in tab["protectedRanges"])
    assert desk.setup() == []
