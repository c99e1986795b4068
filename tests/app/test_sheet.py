"""What people do to a tab while it is dialled: no doubt ends in a call, and the rest goes on."""

from __future__ import annotations

import shutil
from collections import Counter

from sheets_dialer.tabs.fencing_token import anchor_name, read_token
from tests.support.dialing import Shop, eventually

STATE_ROW = 3


def state_of(shop: Shop) -> str:
    return str(shop.tab("Dialer").cell(STATE_ROW, 2).value or "")


def batch(shop: Shop, *requests: dict[str, object]) -> None:
    shop.tab().spreadsheet.batch_update({"requests": list(requests)})


def named_ranges(shop: Shop) -> dict[str, str]:
    listed = shop.tab().spreadsheet.list_named_ranges()
    return {str(each["name"]): str(each["namedRangeId"]) for each in listed}


def header_token(shop: Shop) -> str:
    header = shop.tab().row_values(1)
    return next(cell for cell in header if cell.startswith("Ref")).removeprefix("Ref ").strip()


def test_every_write_swaps_the_token_and_leaves_one_anchor(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    token = read_token(header_token(shop))
    assert token is not None
    assert set(named_ranges(shop)) == {token.name, anchor_name(shop.tab().id)}
    assert named_ranges(shop)[token.name] == token.id


def test_a_header_that_somebody_overwrote_is_put_right_and_dialling_goes_on(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    column = shop.tab().row_values(1).index(f"Ref {header_token(shop)}") + 1
    shop.tab().update_cell(1, column, "Ref")
    shop.paste([["03000000002"]], "A3")
    assert shop.run("once", "--for", "20").returncode == 0
    assert shop.run("once", "--for", "20").returncode == 0
    assert [row["DTMF"] for row in shop.rows()] == ["1", "2"]
    assert len(shop.calls()) == 2


def test_a_header_in_which_somebody_changed_a_letter_is_put_right_too(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    token = header_token(shop)
    column = shop.tab().row_values(1).index(f"Ref {token}") + 1
    shop.tab().update_cell(1, column, f"Ref {token[:5]}{token[6:]}")
    shop.paste([["03000000002"]], "A3")
    shop.run("once", "--for", "20")
    assert shop.run("once", "--for", "20").returncode == 0
    assert [row["DTMF"] for row in shop.rows()] == ["1", "2"]
    assert len(shop.calls()) == 2


def test_columns_of_peoples_with_names_like_ours_stay_theirs(shop: Shop) -> None:
    shop.settles_at_once()
    tab = shop.tab()
    tab.clear()
    invoices = ["INV-1001", "INV-1002"]
    rows = [["03000000001", "INV-1001", "yes"], ["03000000002", "INV-1002", "no"]]
    tab.update([["Phone", "Ref No", "Answer"], *rows], "A1", raw=False)
    for refused in (shop.run("setup"), shop.run("check")):
        assert refused.returncode == 2
        assert "under Answer, in row 2" in refused.stdout + refused.stderr
    assert tab.get_all_values() == [["Phone", "Ref No", "Answer"], *rows]
    tab.update_cell(1, 3, "Agreed")
    shop.set_up()
    assert shop.run("check").returncode == 0
    shop.control("RUN")
    shop.run("start", "--until-done")
    assert [row["DTMF"] for row in shop.rows()] == ["1", "2"]
    assert [row["Ref No"] for row in shop.rows()] == invoices
    assert [row["Agreed"] for row in shop.rows()] == ["yes", "no"]


def test_the_first_pass_takes_no_column_of_peoples(shop: Shop) -> None:
    shop.ready("03000000001", "03000000002")
    header = shop.tab().row_values(1)
    place = header.index("Ref") + 1
    shop.tab().update_cell(3, place, "INV-1002")
    before = shop.tab().get_all_values()
    done = shop.run("once", "--for", "20")
    assert done.returncode == 2
    assert "under Ref, in row 3" in done.stdout + done.stderr
    assert "under Ref, in row 3" in state_of(shop)
    assert shop.tab().get_all_values() == before
    assert shop.calls() == []


def test_a_token_range_that_somebody_deleted_is_put_right_and_dialling_goes_on(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    batch(shop, {"deleteNamedRange": {"namedRangeId": header_token(shop)}})
    shop.paste([["03000000002"]], "A3")
    shop.run("once", "--for", "20")
    assert shop.run("once", "--for", "20").returncode == 0
    assert [row["DTMF"] for row in shop.rows()] == ["1", "2"]
    assert len(shop.calls()) == 2


def test_a_renamed_tab_is_dialled_on(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    shop.tab().update_title("Calls of May")
    shop.tab("Calls of May").update([["03000000002"]], "A3", raw=False)
    assert shop.run("start", "--until-done").returncode == 0
    assert len(shop.calls()) == 2


def test_another_tab_under_the_old_title_is_not_dialled_and_both_are_named(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    book = shop.tab().spreadsheet
    shop.tab().update_title("Old calls")
    book.add_worksheet("Calls", 10, 15).update([["Phone"], ["03000000002"]], "A1", raw=False)
    done = shop.run("once", "--for", "3")
    assert done.returncode == 2
    assert "Old calls" in done.stderr
    assert "setup" in done.stderr
    assert len(shop.calls()) == 1


def test_a_row_that_google_refuses_to_write_is_named_and_the_others_are_written(
    shop: Shop,
) -> None:
    shop.ready("call me", "not a number", "nor this", "or that")
    header = shop.tab().row_values(1)
    status = header.index("Status")
    editors = {"users": [shop.sandbox.credentials("person.json").service_account_email]}
    area = {
        "sheetId": shop.tab().id,
        "startRowIndex": 2,
        "endRowIndex": 3,
        "startColumnIndex": status,
        "endColumnIndex": len(header),
    }
    batch(shop, {"addProtectedRange": {"protectedRange": {"range": area, "editors": editors}}})
    shop.paste([["03000000001"]], "A6")
    shop.run("once", "--for", "4")
    statuses = [row["Status"] for row in shop.rows()]
    assert statuses[1] == ""
    assert [statuses[place] for place in (0, 2, 3)] == ["Not called"] * 3
    assert "row 3 can't be written" in state_of(shop)
    assert shop.calls() == []


def test_a_second_machine_stands_by_while_the_first_one_writes(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    text = shop.config.read_text()
    shop.config.write_text(text.replace("dialer.db", "other.db"))
    shop.paste([["03000000002"]], "A3")
    done = shop.run("once", "--for", "3")
    assert done.returncode == 4
    assert "Another dialer works on this tab" in done.stderr
    assert len(shop.calls()) == 1


def test_a_ledger_older_than_the_sheet_calls_nobody_until_a_person_says_run_again(
    shop: Shop,
) -> None:
    shop.ready("03000000001")
    ledger = shop.config.with_name("dialer.db")
    shop.control("PAUSE")
    assert shop.run("once", "--for", "3").returncode == 0
    shutil.copy(ledger, ledger.with_suffix(".copy"))
    shop.control("RUN")
    shop.run("start", "--until-done")
    assert shop.called_numbers() == ["923000000001"]
    for name in ("dialer.db", "dialer.db-wal", "dialer.db-shm"):
        ledger.with_name(name).unlink(missing_ok=True)
    shutil.copy(ledger.with_suffix(".copy"), ledger)
    shop.paste([["03000000002"]], "A3")
    shop.run("once", "--for", "4")
    assert "older than the sheet" in state_of(shop)
    assert shop.called_numbers() == ["923000000001"]
    shop.control("PAUSE")
    shop.run("once", "--for", "3")
    shop.control("RUN")
    shop.run("start", "--until-done")
    assert Counter(shop.called_numbers()) == {"923000000001": 1, "923000000002": 1}


def test_pause_typed_while_it_runs_stops_new_calls_and_follows_the_others(shop: Shop) -> None:
    shop.ready("03000000001")
    with shop.running("start"):
        eventually(lambda: len(shop.calls()) == 1)
        shop.control("PAUSE")
        eventually(lambda: "Paused" in state_of(shop))
        shop.paste([["03000000002"]], "A3")
        eventually(lambda: shop.rows()[1]["Status"] == "Queued")
        eventually(lambda: shop.rows()[0]["DTMF"] == "1")
    assert len(shop.calls()) == 1


def test_a_number_on_the_do_not_call_tab_is_not_called_in_whatever_form(shop: Shop) -> None:
    shop.ready("03000000001", "03000000002")
    shop.tab("Do Not Call").update([["+92 (0)300-0000001"], ["ask Ahmed"]], "A2", raw=True)
    assert shop.run("start", "--until-done").returncode == 0
    first, second = shop.rows()
    assert first["Status"] == "Not called"
    assert "Do Not Call tab, row 2" in first["Why"]
    assert second["DTMF"] == "2"
    assert "Do Not Call: no number that can be read in row 3. Correct it." in state_of(shop)
    assert shop.called_numbers() == ["923000000002"]


def test_without_a_do_not_call_tab_nobody_is_called(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.tab().spreadsheet.del_worksheet(shop.tab("Do Not Call"))
    shop.run("once", "--for", "3")
    assert "Do Not Call tab is missing" in state_of(shop)
    assert shop.calls() == []


def test_nobody_is_called_while_no_number_on_the_do_not_call_tab_can_be_read(shop: Shop) -> None:
    shop.ready("03000000001")
    tab = shop.tab("Do Not Call")
    tab.update([["Name", "Note"], ["Ali", "not on Sundays"]], "A1", raw=True)
    shop.run("once", "--for", "2")
    assert shop.calls() == []
    assert "No phone number can be read on the Do Not Call tab." in state_of(shop)
    tab.update([["Name", "Tel."], ["Ali", "0300 0000001"]], "A1", raw=True)
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.calls() == []
    assert "Do Not Call tab, row 2" in shop.rows()[0]["Why"]


def test_two_rows_with_one_number_are_called_one_after_the_other(shop: Shop) -> None:
    header = ["Phone", "Amount"]
    shop.paste([header, ["03000000001", "100"], ["0300 0000001", "200"]], "A1")
    shop.set_up()
    shop.control("RUN")
    assert shop.run("start", "--until-done").returncode == 0
    first, second = shop.calls()
    assert second["accepted_at"] > first["accepted_at"]
    assert {call["amount"] for call in (first, second)} == {"100", "200"}
    assert [row["DTMF"] for row in shop.rows()] == ["1", "1"]


def test_the_same_row_twice_is_called_once_and_the_other_says_when(shop: Shop) -> None:
    shop.ready("03000000001", "0300 0000001")
    assert shop.run("start", "--until-done").returncode == 0
    first, second = shop.rows()
    assert first["DTMF"] == "1"
    assert second["Status"] == "Not called"
    assert second["Why"].startswith("The same call was placed today at ")
    assert len(shop.calls()) == 1


def test_when_the_portal_refuses_the_first_of_two_same_rows_the_second_is_called(
    shop: Shop,
) -> None:
    shop.ready("03000000001", "0300 0000001")
    fault = {"service": "portal", "kind": "400", "path": "/api/calls", "count": 1}
    shop.sandbox.post("/_sandbox/faults", fault)
    assert shop.run("start", "--until-done").returncode == 0
    first, second = shop.rows()
    assert (first["Status"], second["Status"]) == ("Failed", "Answered")
    assert len(shop.calls()) == 1


def test_call_again_typed_into_status_calls_once_more_and_only_once(shop: Shop) -> None:
    shop.settles_at_once()
    shop.ready("03000000005")
    shop.run("start", "--until-done")
    column = shop.tab().row_values(1).index("Status") + 1
    shop.tab().update_cell(2, column, "Call again")
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.run("start", "--until-done").returncode == 0
    (row,) = shop.rows()
    assert (row["Status"], row["Attempts"]) == ("Busy", "2")
    assert len(shop.calls()) == 2


def test_a_run_with_nothing_to_do_writes_nothing(shop: Shop) -> None:
    shop.ready("03000000001", "not a number")
    shop.run("start", "--until-done")
    shop.run("once", "--for", "3")
    shop.sandbox.delete("/_sandbox/requests")
    assert shop.run("once", "--for", "3").returncode == 0
    assert shop.sandbox.get("/_sandbox/requests")["sheets"].get("write", 0) == 0


def protected(shop: Shop, title: str, row: int, column: int) -> None:
    """Lets only the person write to one cell, zero-based."""
    area = {
        "sheetId": shop.tab(title).id,
        "startRowIndex": row,
        "endRowIndex": row + 1,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    editors = {"users": [shop.sandbox.credentials("person.json").service_account_email]}
    batch(shop, {"addProtectedRange": {"protectedRange": {"range": area, "editors": editors}}})


def test_a_row_that_is_protected_after_it_was_queued_is_named(shop: Shop) -> None:
    shop.ready("03000000001", "03000000002")
    shop.control("PAUSE")
    shop.run("once", "--for", "4")
    protected(shop, "Calls", 2, shop.tab().row_values(1).index("Status"))
    shop.control("RUN")
    shop.run("once", "--for", "4")
    assert "row 3 can't be written" in state_of(shop)
    assert shop.calls() == []


def test_calls_go_on_when_the_row_that_could_not_be_written_is_deleted(shop: Shop) -> None:
    shop.ready("not a number")
    protected(shop, "Calls", 1, shop.tab().row_values(1).index("Status"))
    shop.run("once", "--for", "4")
    assert "row 2 can't be written" in state_of(shop)
    shop.tab().delete_rows(2)
    shop.paste([["03000000001"]], "A2")
    assert shop.run("once", "--for", "20").returncode == 0
    assert len(shop.calls()) == 1


def test_a_state_that_can_not_be_written_stops_the_calls_and_is_told(shop: Shop) -> None:
    shop.ready("03000000001", "not a number")
    protected(shop, "Dialer", STATE_ROW - 1, 1)
    done = shop.run("once", "--for", "4")
    assert done.returncode == 3
    assert "The Dialer tab can't be written" in done.stderr
    assert [row["Status"] for row in shop.rows()] == ["Queued", "Not called"]
    assert shop.calls() == []


def test_a_header_that_can_not_be_written_is_told_and_no_row_is_blamed(shop: Shop) -> None:
    shop.ready("03000000001", "not a number")
    protected(shop, "Calls", 0, shop.tab().row_values(1).index("Ref"))
    done = shop.run("once", "--for", "4")
    assert done.returncode == 3
    assert "Ref column's header" in done.stderr
    assert "row" not in state_of(shop)
    assert shop.calls() == []
