"""The sheet changes under a running dialer: it goes on, or stops and says in one sentence why."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gspread
import pytest

from tests.support.dialing import eventually
from tests.support.hurry import API_KEY, HurriedShop, fault, hurried_shop
from tests.support.judging import assert_kept, words_of

Act = Callable[[HurriedShop], object]


def document(shop: HurriedShop) -> gspread.Spreadsheet:
    """The spreadsheet as a person has it open."""
    return shop.sandbox.person_client().open_by_key(shop.sandbox.spreadsheet_id)


def head(shop: HurriedShop, old: str, new: str) -> None:
    """Renames the column whose header begins with `old`."""
    tab = shop.tab()
    place = next(at for at, title in enumerate(tab.row_values(1), 1) if title.startswith(old))
    tab.update_cell(1, place, new)


def rename_tab(shop: HurriedShop, old: str, new: str) -> None:
    document(shop).worksheet(old).update_title(new)


def put_another_tab_in_its_place(shop: HurriedShop) -> None:
    rename_tab(shop, "Calls", "Old calls")
    document(shop).add_worksheet("Calls", 20, 20)


def put_it_back(shop: HurriedShop) -> None:
    book = document(shop)
    book.del_worksheet(book.worksheet("Calls"))
    rename_tab(shop, "Old calls", "Calls")


def unshare(shop: HurriedShop) -> None:
    document(shop).remove_permissions(shop.sandbox.credentials().service_account_email)


def share(shop: HurriedShop) -> None:
    email = shop.sandbox.credentials().service_account_email
    document(shop).share(email, "user", "writer", notify=False)


def delete_tab(title: str) -> Act:
    def act(shop: HurriedShop) -> None:
        book = document(shop)
        book.del_worksheet(book.worksheet(title))

    return act


def set_up_again(shop: HurriedShop) -> None:
    assert shop.run("setup").returncode == 0
    shop.control("RUN")


def revoke_the_google_key(shop: HurriedShop) -> None:
    shop.sandbox.post("/_sandbox/faults", fault("token", "401", 1))
    shop.sandbox.post("/_sandbox/tokens", {"expire": True})


def portal_keys(shop: HurriedShop, *keys: str) -> None:
    shop.sandbox.post("/_sandbox/portal", {"api_keys": list(keys)})


def move_columns(shop: HurriedShop, kind: str) -> None:
    tab = shop.tab()
    if kind == "inserted":
        tab.insert_cols([["Notes"]], 2)
        return
    # Order ID becomes the first column, as when a person drags it.
    dimension = {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4}
    tab.spreadsheet.batch_update(
        {"requests": [{"moveDimension": {"source": dimension, "destinationIndex": 0}}]}
    )


@dataclass(frozen=True)
class Change:
    """Something that happens to the sheet, the way back, and what the dialer must say of it."""

    name: str
    happens: Act
    is_undone: Act
    words: str
    place: str = "state"
    """Where: `state` on the Dialer tab, else the `log`."""


STOPS = [
    Change(
        "the header Status renamed",
        lambda shop: head(shop, "Status", "Stage"),
        lambda shop: head(shop, "Stage", "Status"),
        "lacks these columns: Status",
    ),
    Change(
        "the header Phone renamed",
        lambda shop: head(shop, "Phone", "Kontakt"),
        lambda shop: head(shop, "Kontakt", "Phone"),
        "has no column Phone",
    ),
    Change(
        "the header Ref renamed",
        lambda shop: head(shop, "Ref", "Mine"),
        lambda shop: head(shop, "Mine", "Ref"),
        "lacks these columns: Ref",
    ),
    Change(
        "another tab in its place",
        put_another_tab_in_its_place,
        put_it_back,
        "Another tab is named Calls",
    ),
    Change("the sheet unshared", unshare, share, "Share the sheet with", "log"),
    Change(
        "the Dialer tab deleted",
        delete_tab("Dialer"),
        set_up_again,
        "The Dialer tab is missing",
        "log",
    ),
    Change(
        "the Do Not Call tab deleted",
        delete_tab("Do Not Call"),
        set_up_again,
        "The Do Not Call tab is missing",
    ),
    Change(
        "the portal's key revoked",
        lambda shop: portal_keys(shop, "another-key"),
        lambda shop: portal_keys(shop, API_KEY),
        "API Key not matched",
    ),
    Change(
        "the Google key revoked",
        revoke_the_google_key,
        lambda shop: shop.sandbox.delete("/_sandbox/faults"),
        "Google refused the service account",
        "log",
    ),
]


GOES_ON: dict[str, tuple[Act, Act]] = {
    "the tab renamed": (
        lambda shop: rename_tab(shop, "Calls", "July"),
        lambda shop: rename_tab(shop, "July", "Calls"),
    ),
    "the token's header overwritten": (lambda shop: head(shop, "Ref", "Ref"), lambda _shop: None),
}


def last_problem(shop: HurriedShop) -> str:
    """Last problem on the Dialer tab."""
    return next(row[1] for row in shop.tab("Dialer").get_values() if row[0] == "Last problem")


def begin(shop: HurriedShop, rows: int = 12) -> None:
    """A queue that is long enough for something to happen in the middle of it."""
    shop.ready(*numbers(rows))
    shop.configure(portal=shop.settings("portal") | {"lines": 4})


def numbers(count: int, begin: int = 0) -> list[str]:
    return [f"92300{2_000_000 + begin + each}" for each in range(count)]


def stops_and_goes_on(shop: HurriedShop, change: Change) -> None:
    """Lets it happen while calls go out, until it is named, and then be undone."""
    change.happens(shop)
    said = shop.state if change.place == "state" else shop.said
    eventually(lambda: change.words in said())
    called = len(shop.calls())
    time.sleep(1)
    assert len(shop.calls()) == called, "called nevertheless"
    assert change.words in said()
    change.is_undone(shop)


def test_changes_that_stop_the_calls_are_named_and_nothing_is_lost(tmp_path: Path) -> None:
    """The quick form: one run through all of them."""
    with hurried_shop(tmp_path) as shop:
        begin(shop, 0)
        with shop.dialling():
            for turn, change in enumerate(STOPS):
                called = len(shop.calls())
                shop.paste([[number] for number in numbers(3, 3 * turn)], f"A{3 * turn + 2}")
                eventually(lambda before=called: len(shop.calls()) > before)
                stops_and_goes_on(shop, change)
        shop.finish()
        assert_kept(shop)
        assert len(shop.calls()) == 3 * len(STOPS)


@pytest.mark.usefixtures("only_in_full")
@pytest.mark.parametrize("change", STOPS, ids=lambda change: change.name)
def test_a_change_that_stops_the_calls_is_named_and_nothing_is_lost(
    tmp_path: Path, change: Change
) -> None:
    """The full form: each of them alone."""
    with hurried_shop(tmp_path) as shop:
        begin(shop)
        with shop.dialling():
            eventually(lambda: len(shop.calls()) >= 4)
            stops_and_goes_on(shop, change)
        shop.finish()
        assert_kept(shop)


def test_a_run_that_meets_such_a_change_ends_with_the_sentence_and_its_code(
    tmp_path: Path,
) -> None:
    """What cron reports, and what `start` says at its end."""
    with hurried_shop(tmp_path) as shop:
        shop.ready("923000000001")
        for change in STOPS[:5]:
            change.happens(shop)
            done = shop.run("once", "--for", "30")
            assert change.words in done.stderr
            assert done.returncode == (3 if change.name == "the sheet unshared" else 2)
            change.is_undone(shop)
        assert shop.calls() == []


@pytest.mark.parametrize("name", GOES_ON)
def test_a_change_that_does_not_matter_does_not_stop_the_calls(tmp_path: Path, name: str) -> None:
    happens, is_undone = GOES_ON[name]
    with hurried_shop(tmp_path) as shop:
        begin(shop)
        with shop.dialling():
            eventually(lambda: len(shop.calls()) >= 4)
            happens(shop)
            eventually(lambda: len(shop.calls()) >= 8)
        is_undone(shop)
        shop.finish()
        assert_kept(shop)
        assert len(shop.calls()) == 12


def test_tokens_that_expire_in_the_middle_of_passes_cost_nothing(tmp_path: Path) -> None:
    with hurried_shop(tmp_path) as shop:
        begin(shop)
        with shop.dialling():
            eventually(shop.calls)
            for _ in range(60):
                shop.sandbox.post("/_sandbox/tokens", {"expire": True})
                time.sleep(0.05)
        shop.finish()
        assert_kept(shop)
        assert len(shop.calls()) == 12


def test_columns_that_are_inserted_or_moved_between_passes_change_nothing(tmp_path: Path) -> None:
    with hurried_shop(tmp_path) as shop:
        begin(shop)
        for kind in ("inserted", "moved"):
            with shop.dialling():
                before = len(shop.calls())
                eventually(lambda least=before: len(shop.calls()) >= least + 4)
            move_columns(shop, kind)
        shop.finish()
        assert_kept(shop)
        assert len(shop.calls()) == 12


def test_a_column_inserted_under_a_write_is_as_people_left_it_and_calls_go_on(
    tmp_path: Path,
) -> None:
    """Google moves no write along with the columns, so this one lands beside its own. Its answer is
    lost as well, so it is the next read that finds it."""
    with hurried_shop(tmp_path) as shop:
        begin(shop)
        with shop.dialling():
            eventually(lambda: len(shop.calls()) >= 4)
            late = fault("sheets write", "late", 1, seconds=1, count=1)
            shop.sandbox.post("/_sandbox/faults", late)
            eventually(lambda: shop.sandbox.get("/_sandbox/faults")[0]["fired"] == 1, every=0.02)
            move_columns(shop, "inserted")
            eventually(lambda: "Columns were moved while the dialer wrote" in last_problem(shop))
            eventually(lambda: len(shop.calls()) >= 8)
        shop.finish()
        assert_kept(shop)
        assert len(shop.calls()) == 12


def test_calls_of_a_deleted_tab_are_followed_to_their_end(tmp_path: Path) -> None:
    """The rows are gone, so the results stand in the ledger, and the Dialer tab says why."""
    with hurried_shop(tmp_path) as shop:
        begin(shop)
        with shop.dialling():
            eventually(lambda: len(shop.calls()) >= 4)
            delete_tab("Calls")(shop)
            eventually(lambda: "no tab named Calls" in shop.state())
            called = len(shop.calls())
            time.sleep(4)
            assert len(shop.calls()) == called
        exported = shop.run("export").stdout
        for call in shop.calls():
            line = next(each for each in exported.splitlines() if str(call["call_id"]) in each)
            assert words_of(call) in line
