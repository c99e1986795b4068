"""Who presses the key for it is never called again, whatever the sheet says."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import gspread
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_dialer.app.wiring import build
from sheets_dialer.base.clock import Clock
from sheets_dialer.config import load_config
from sheets_dialer.domain.attempt import AttemptState, Reason, Transition
from sheets_dialer.domain.opt_out import OptOut
from sheets_dialer.domain.phone_numbers import Number, read_number
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.reconciler.row_cache import RowCache
from sheets_dialer.tabs.do_not_call import OWN_COLUMNS, DoNotCall, read_do_not_call
from sheets_dialer.tabs.opt_out_lines import MOST_LINES, missing_lines
from sheets_dialer.texts import say
from tests.app.test_sheet import protected
from tests.ledger.test_ledger import add, content, go, history, intend
from tests.reconciler.test_row_selection import surveyed
from tests.support.dialing import Shop
from tests.support.examples import some_of
from tests.support.ledger_process import T0
from tests.support.planning import KARACHI, World, moment, policy

INTENDED, SENDING, PLACED = AttemptState.INTENDED, AttemptState.SENDING, AttemptState.PLACED
ENDED, WITHDRAWN = AttemptState.ENDED, AttemptState.WITHDRAWN
LATER = T0 + timedelta(hours=2)


# --- The ledger keeps it --------------------------------------------------------------------------


def called(ledger: Ledger, number: int = 1, campaign: str = "orders", amount: str = "") -> int:
    """A call that has ended; its attempt."""
    (job,) = add(ledger, content(number, amount=amount), campaign=campaign)
    (attempt,) = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)
    return attempt.id


def press(ledger: Ledger, attempt_id: int, at: datetime = T0, key: str = "9") -> None:
    """The portal tells of the key."""
    told = {"call_status": 2, "dtmf": key, "changed_at": at, "polled_at": at}
    ledger.report([(attempt_id, told)], at, opting_out={attempt_id: key})


def test_a_key_is_kept_with_its_number_campaign_and_time(ledger: Ledger, address: str) -> None:
    attempt_id = called(ledger)
    press(ledger, attempt_id)
    number = content(1).number
    (opt_out,) = ledger.opted_out([number, "923000000099"]).values()
    assert (opt_out.number, opt_out.since) == (number, T0)
    assert (opt_out.key, opt_out.campaign, opt_out.allowed_at) == ("9", "orders", None)
    assert history(address, attempt_id)[-1] == "opted out with key 9"


def test_no_campaign_may_intend_a_call_to_it(ledger: Ledger) -> None:
    press(ledger, called(ledger))
    jobs = add(ledger, content(1, amount="7"), content(2), campaign="others")
    for reason in Reason:
        made = ledger.record("others", LATER, intents=[Intent(job, reason) for job in jobs[:1]])
        assert made == []
    (made_for_other,) = intend(ledger, *jobs, at=LATER)
    assert made_for_other.number == content(2).number


def test_a_key_between_the_plan_and_the_request_still_counts(ledger: Ledger, address: str) -> None:
    first = called(ledger)
    (job,) = add(ledger, content(1, amount="7"))
    (attempt,) = intend(ledger, job)
    press(ledger, first)
    move = Transition(attempt.id, INTENDED, SENDING, {"sending_at": LATER})
    assert ledger.move([move], LATER) == set()
    assert ledger.jobs("orders")[-1].attempts[0].state is WITHDRAWN
    assert ledger.open_attempts() == []
    assert history(address, attempt.id)[-1] == "withdrawn: opted out"


def test_a_person_may_allow_calls_again(ledger: Ledger, address: str) -> None:
    attempt_id = called(ledger)
    press(ledger, attempt_id)
    number = content(1).number
    taken_back = ledger.allow(number, LATER)
    assert taken_back is not None
    assert taken_back.since == T0
    assert ledger.opted_out([number]) == {}
    assert ledger.allow(number, LATER) is None
    assert history(address, attempt_id)[-1] == "allowed again by a person"
    (job,) = add(ledger, content(1, amount="7"))
    assert intend(ledger, job, at=LATER)


def test_the_same_key_told_once_more_does_not_undo_what_a_person_allowed(ledger: Ledger) -> None:
    first, second = called(ledger), called(ledger, amount="2")
    press(ledger, second)
    press(ledger, first)
    number = content(1).number
    ledger.allow(number, LATER)
    for attempt_id in (first, second):
        press(ledger, attempt_id, LATER)
    assert ledger.opted_out([number]) == {}
    press(ledger, called(ledger, amount="3"), LATER)
    assert ledger.opted_out([number])[number].since == LATER


def tell(ledger: Ledger, attempt_id: int, at: datetime, key: str | None, **more: Any) -> None:
    """The portal tells of a key that means nothing."""
    told = {"call_status": 2, "dtmf": key, "changed_at": at, "polled_at": at, **more}
    ledger.report([(attempt_id, told)], at)


def test_a_key_that_is_corrected_to_another_one_takes_no_opt_out_back(
    ledger: Ledger, address: str
) -> None:
    attempt_id = called(ledger)
    press(ledger, attempt_id)
    tell(ledger, attempt_id, LATER, "1")
    number = content(1).number
    assert ledger.opted_out([number])[number].key == "9"
    assert history(address, attempt_id)[-1] == "key corrected from 9 to 1"


def test_a_key_that_is_corrected_after_a_person_allowed_calls_opts_out_again(
    ledger: Ledger,
) -> None:
    """What the person allowed was an earlier call's key; nobody had told of this one."""
    first, second = called(ledger), called(ledger, amount="2")
    press(ledger, first)
    tell(ledger, second, T0, "1")
    number = content(1).number
    ledger.allow(number, LATER)
    press(ledger, second, LATER, key="9")
    assert ledger.opted_out([number])[number].since == LATER
    told = {"call_status": 2, "dtmf": "19", "changed_at": LATER, "polled_at": LATER}
    ledger.allow(number, LATER)
    ledger.report([(second, told)], LATER, opting_out={second: "9"})
    assert ledger.opted_out([number]) == {}, "that key was known when calls were allowed"


def test_words_that_cannot_be_read_and_hold_the_key_opt_out(ledger: Ledger, address: str) -> None:
    attempt_id = called(ledger)
    told = {"call_status": 2, "dtmf": None, "unread": "choice 9 of 923009000001", "polled_at": T0}
    ledger.report([(attempt_id, told)], T0, opting_out={attempt_id: "9"})
    number = content(1).number
    assert number in ledger.opted_out([number])
    said = history(address, attempt_id)
    assert "key in words that can't be read" in said
    assert not any("923009000001" in each for each in said)


@pytest.mark.parametrize(
    ("words", "opts_out"),
    [
        *(("choice 9", True), ("choice ۹ of the menu", True), ("nine, I think", True)),
        *(('{"a": "9", "b": 1}', True), ("آٹھ یا نو", True), ("choice 8", False), ("", False)),
    ],
)
def test_words_opt_out_where_they_hold_the_key_anyhow(words: str, opts_out: bool) -> None:
    assert policy({"opt_out_key": "9"}).opts_out(None, words) is opts_out
    assert not policy({}).opts_out(None, words)


def test_what_changed_is_found_without_reading_the_rest(ledger: Ledger) -> None:
    attempts = [called(ledger, number) for number in range(3)]
    for attempt_id in attempts:
        press(ledger, attempt_id)
    everything = ledger.opt_outs_after(0)
    assert [each.number for each in everything] == [content(n).number for n in range(3)]
    assert ledger.opt_outs_after(everything[-1].id) == []
    # Taking back the newest and opting out anew give ids that were never used before.
    for number, change in ((2, "allow"), (2, "press"), (0, "allow")):
        last = ledger.opt_outs_after(0)[-1].id
        if change == "allow":
            ledger.allow(content(number).number, LATER)
        else:
            press(ledger, called(ledger, number, amount="9"), LATER)
        (news,) = ledger.opt_outs_after(last)
        allowed_at = LATER if change == "allow" else None
        assert (news.number, news.allowed_at) == (content(number).number, allowed_at)


def test_only_the_numbers_that_are_asked_for_are_looked_up(ledger: Ledger) -> None:
    for number in range(3):
        press(ledger, called(ledger, number))
    many = [content(number).number for number in range(2, 1_500)]
    assert list(ledger.opted_out(many)) == [content(2).number]


# --- Plans obey it --------------------------------------------------------------------------------

NOVEMBER = moment("2026-11-03 14:00")


def opted_out(number: str = "923001234567", since: datetime = NOVEMBER) -> dict[str, OptOut]:
    return {number: OptOut(1, number, since, "9", "orders")}


def test_a_row_says_when_its_number_opted_out_and_call_again_changes_nothing() -> None:
    world = World(now=moment("2026-11-20 12:00"), sheet=[{"Phone": "0300 1234567"}])
    world.opted_out = opted_out()
    for word in ("", "Call again"):
        world.sheet[0]["Status"] = word or world.sheet[0].get("Status", "")
        for _ in range(3):
            assert not world.run().dials
        assert world.sheet[0]["Status"] == "Not called"
        assert world.sheet[0]["Why"] == say("opted_out", day="3 Nov", key="9")
    world.now = moment("2027-01-02 12:00")
    world.run()
    assert world.sheet[0]["Why"] == say("opted_out", day="3 Nov 2026", key="9")


def test_it_is_not_called_again_by_the_redial_policy() -> None:
    world = World(now=moment("2026-11-20 12:00"), sheet=[{"Phone": "0300 1234567"}])
    world.policy = policy({"redial": {"after": ["5 minutes"]}, "account_retries": 0})
    for _ in range(2):
        world.run()
    world.report("call1", world.now, call_status=5)
    world.opted_out = opted_out()
    for _ in range(3):
        world.now += timedelta(minutes=30)
        world.report("call1", world.now, call_status=5)
        assert not world.run().dials
    assert world.sheet[0]["Status"] == "No Answer"
    assert world.sheet[0]["Why"] == say("opted_out", day="3 Nov", key="9")


def test_a_quiet_row_is_looked_at_anew_when_its_number_opts_out_and_when_it_is_allowed() -> None:
    world = World(now=moment("2026-11-20 12:00"), sheet=[{"Phone": "0300 1234567"}])
    world.obstacle = "The balance is too low."
    row_cache = RowCache("102")

    def passes() -> str:
        for _ in range(3):
            plan = surveyed(world, row_cache, batch_rows=5)
            world.record(plan)
            world.write(plan)
        return str(world.sheet[0]["Status"])

    assert passes() == "Queued"
    world.opted_out = opted_out()
    assert passes() == "Queued", "nobody said that anything changed"
    row_cache.look_at({"923001234567"})
    assert passes() == "Not called"
    world.opted_out = {}
    row_cache.look_at({"923001234567"})
    assert passes() == "Queued"


# --- The do-not-call tab lists it -----------------------------------------------------------------

NUMBERS = [f"9230000000{number:02}" for number in range(6)]
HEADER = ["Phone", *OWN_COLUMNS]
ALLOWED = moment("2026-11-12 12:00")
campaigns = st.sampled_from(["orders", "others"])
listed = st.lists(
    st.builds(
        OptOut,
        id=st.just(0),
        number=st.sampled_from(NUMBERS),
        since=st.integers(0, 9).map(lambda day: datetime(2026, 11, 1 + day, tzinfo=UTC)),
        key=st.just("9"),
        campaign=campaigns,
        allowed_at=st.sampled_from([None, ALLOWED]),
    ),
    max_size=6,
    unique_by=lambda each: each.number,
)
TIMES = ["2026-11-01 05:00:00", "2026-11-20 05:00:00", "x"]
cells = st.sampled_from(
    [*NUMBERS[:3], "0300 0000001", 923000000002, "", "orders", "theirs", *TIMES]
)
grids = st.lists(st.lists(cells, max_size=4), max_size=8)


def digits(cell: object) -> str:
    """The number that a cell means; empty where it means none."""
    number = read_number(cell)
    return number.digits if isinstance(number, Number) else ""


def put(grid: list[list[Any]], row: int, column: int, text: str) -> None:
    while len(grid) <= row:
        grid.append([])
    line = grid[row]
    line += [""] * (column + 1 - len(line))
    line[column] = text


@settings(max_examples=some_of(300), deadline=None)
@given(opt_outs=listed, people=grids, place=st.integers(0, 3))
def test_the_tab_lists_each_opt_out_once_whatever_people_did_to_it(
    opt_outs: list[OptOut], people: list[list[Any]], place: int
) -> None:
    order = HEADER[1:]
    order.insert(place, "Phone")
    grid: list[list[Any]] = [list(order), *map(list, people)]
    phones = [line[place] if place < len(line) else "" for line in grid]
    for _ in range(2):
        lines = missing_lines(grid, opt_outs, KARACHI)
        for row, texts in lines.cells.items() if lines else ():
            for title, text in texts.items():
                put(grid, row, order.index(title), text)
    assert missing_lines(grid, opt_outs, KARACHI) is None, "it never comes to rest"
    after = [line[place] if place < len(line) else "" for line in grid]
    assert after[: len(phones)] == phones, "people's cells were touched"
    assert not any(after[len(phones) :])
    number_place = order.index("Opted Out")
    ours = {each.campaign for each in opt_outs}
    since_place = order.index("Opted Out At")

    def own_lines(grid: list[list[Any]], number: str) -> list[str]:
        """What stands in Opted Out At on the lines of this number that are our campaigns'."""
        padded = [[*line, *[""] * (4 - len(line))] for line in grid[1:]]
        return [
            str(line[since_place])
            for line in padded
            if digits(line[number_place]) == number and line[order.index("Opted Out In")] in ours
        ]

    for each in opt_outs:
        lines_of_it = own_lines(grid, each.number)
        if each.allowed_at:
            # A newer line, or one of an unclear time, was written by another ledger.
            before = own_lines([[], *people], each.number)
            assert lines_of_it == [time for time in before if time != TIMES[0]]
        else:
            assert any(each.number in map(digits, line) for line in grid), "it isn't listed"
            assert len(lines_of_it) <= 1


@pytest.mark.parametrize("header", [["Phone"], ["Phone", *OWN_COLUMNS[:2]], HEADER + HEADER[1:2]])
def test_nothing_is_listed_where_a_column_is_missing_or_stands_twice(header: list[str]) -> None:
    assert missing_lines([header], opted_out().values(), KARACHI) is None


def test_no_more_lines_are_written_at_once_than_one_write_takes() -> None:
    many = [OptOut(n, f"9230{n:08}", T0, "9", "orders") for n in range(MOST_LINES + 3)]
    lines = missing_lines([HEADER], many, KARACHI)
    assert lines is not None
    assert sorted(lines.lines) == list(range(1, MOST_LINES + 1))


def test_the_dialers_own_columns_are_not_taken_for_peoples_numbers() -> None:
    grid = [["Opted Out", "opted out at", "Opted Out In", "Whom not"]]
    grid += [["923000000001", "2026-11-03 14:00:00", "orders", ""], ["x", "", "", "0300 0000002"]]
    known = {"923000000001": None}
    found = read_do_not_call(grid, KARACHI, known)
    assert dict(found.rows) == {"923000000002": 3}
    assert found.unreadable == ()
    only_own = read_do_not_call([line[:3] for line in grid], KARACHI, known)
    assert only_own == DoNotCall()


def test_a_number_that_another_ledger_lists_is_barred_and_one_that_ours_knows_is_not() -> None:
    grid = [HEADER, ["", "923000000001", "", "orders"], ["", "+92 300 0000002", "", "theirs"]]
    assert dict(read_do_not_call(grid, KARACHI).rows) == {"923000000001": 2, "923000000002": 3}
    known = {"923000000002": None}
    assert dict(read_do_not_call(grid, KARACHI, known).rows) == {"923000000001": 2}


@pytest.mark.parametrize(
    ("since", "barred"),
    [
        ("2026-11-12 11:59:59", False),
        ("2026-11-12 12:00:01", True),
        (46_338.4, False),
        (46_338.6, True),
        ("14:00", True),
        ("", True),
        ("some day", True),
    ],
)
def test_who_was_allowed_again_is_barred_by_a_line_that_another_ledger_wrote_since(
    since: object, barred: bool
) -> None:
    """Whoever allowed the number hadn't heard of that key; in doubt it was pressed later."""
    for number, campaign in itertools.product(
        ("923000000001", "0300 0000001"), ("orders", "north")
    ):
        grid = [HEADER, ["", number, since, campaign]]
        found = read_do_not_call(grid, KARACHI, {ONE: ALLOWED})
        assert dict(found.rows) == ({"923000000001": 2} if barred else {})
        allowed = OptOut(3, "923000000001", NOVEMBER, "9", "orders", ALLOWED)
        lines = missing_lines(grid, [allowed], KARACHI)
        blanked = lines is not None and lines.lines[1] == ("", "", "")
        assert blanked == (campaign == "orders" and not barred), "a newer line is lost"


def test_without_its_time_a_line_bars_even_who_was_allowed_again() -> None:
    grid = [["Phone", "Opted Out"], ["", "923000000001"]]
    known = {"923000000001": ALLOWED}
    assert dict(read_do_not_call(grid, KARACHI, known).rows) == {"923000000001": 2}


# --- Whom people list -----------------------------------------------------------------------------

ONE, TWO = "923000000001", "923000000002"


@pytest.mark.parametrize(
    ("grid", "rows"),
    [
        ([["Phone", "Mobile"], ["", "03000000001"], [3000000002, ""]], {ONE: 2, TWO: 3}),
        ([["Phone", "WhatsApp"], ["0300 0000001", "0300-0000002"]], {ONE: 2, TWO: 2}),
        ([["Phone", "موبائل نمبر"], ["", "٠٣٠٠٠٠٠٠٠٠١"]], {ONE: 2}),
        ([["Phone", ""], ["", "03000000001"]], {ONE: 2}),
        ([HEADER, ["", "", "", "", "03000000001"]], {ONE: 2}),
        ([["Name", "Tel."], ["Ali", "03000000001"], ["Sana", 923000000002]], {ONE: 2, TWO: 3}),
        ([["Phone", "Office"], ["0300 0000001", "021 35123456"]], {ONE: 2, "922135123456": 2}),
        ([["Whom not to call"], [], ["Name", "Tel."], ["Ali", "03000000001"]], {ONE: 4}),
        ([["03000000001"], ["03000000002"]], {ONE: 1, TWO: 2}),
        ([["Ali", "03000000001"], ["Sana", "03000000002"]], {ONE: 1, TWO: 2}),
        ([["PhoneNo", "CalledNumber"], ["", ONE]], {ONE: 2}),
    ],
)
def test_a_number_bars_in_whatever_column_people_wrote_it(
    grid: list[list[object]], rows: dict[str, int]
) -> None:
    found = read_do_not_call(grid, KARACHI)
    assert (dict(found.rows), found.problem) == (rows, None)


def test_what_stands_beside_the_numbers_is_neither_a_number_nor_missed() -> None:
    grid: list[list[object]] = [
        ["Phone", "Mobile", "Name", "Since", "Order ID", "Amount", "Done", "", *OWN_COLUMNS],
        ["0300 0000001", "-", "Ali", "2026-11-03 14:00", 3001234567, 1_500, True, "angry"],
        ["0300 0000002", "none", "Sana", 46_329.58, "3007654321", "25,000", False, "on 03/11/2026"],
        ["", "", "", "", "", "", False, ""],
        ["0300 0000003", "", "", 1_783_000_000, "", 2_500_000, False, "2026-11-03 10:00, 14:00"],
    ]
    found = read_do_not_call(grid, KARACHI)
    # An order's number that is one of a phone as well bars, too.
    also = {"923001234567": 2, "923007654321": 3}
    assert found == DoNotCall({ONE: 2, TWO: 3, "923000000003": 5, **also})


@pytest.mark.parametrize(
    ("grid", "unreadable"),
    [
        ([["Phone", "Mobile"], [ONE], ["ask Ahmed", ""], ["", "his wife"]], (3, 4)),
        ([["Phone", "Mobile"], ["his wife", ONE], ["ask Ahmed", TWO]], ()),
        ([["Name", "Tel."], ["Ali", ONE], ["Sana", "ask"], ["Umar", ""]], (3,)),
        ([["Phone", "Remark"], [ONE, "angry"], ["", "see above"]], ()),
    ],
)
def test_a_row_in_which_words_stand_for_the_number_is_named(
    grid: list[list[object]], unreadable: tuple[int, ...]
) -> None:
    found = read_do_not_call(grid, KARACHI)
    assert (found.unreadable, found.problem) == (unreadable, None)


@pytest.mark.parametrize(
    "grid",
    [
        [["Phone"], ["ask Ahmed"]],
        [["Name", "Tel."], ["Ali", ""]],
        [["Phone", *OWN_COLUMNS], ["the man with the dog", ONE, "2026-11-03 14:00:00", "north"]],
    ],
)
def test_a_tab_on_which_no_number_can_be_read_stops_all_calls(grid: list[list[object]]) -> None:
    assert read_do_not_call(grid, KARACHI).problem == say("do_not_call_unreadable")


@pytest.mark.parametrize("grid", [[], [["Phone"]], [HEADER, ["", ONE, "", "north"]], [[], [False]]])
def test_a_tab_on_which_people_wrote_nothing_stops_none(grid: list[list[object]]) -> None:
    assert read_do_not_call(grid, KARACHI).problem is None


# --- The whole way, over HTTP ---------------------------------------------------------------------


def with_key(shop: Shop, key: str = "2") -> gspread.Worksheet:
    """Sets the key that opts out, and gives the do-not-call tab its columns."""
    data = yaml.safe_load(shop.config.read_text())
    data["campaigns"][0] |= {"opt_out_key": key, "answers": {key: ""}}
    shop.config.write_text(yaml.safe_dump(data, sort_keys=False))
    tab = shop.tab("Do Not Call")
    tab.update([HEADER, ["0300 9999999"]], "A1", raw=True)
    return tab


def status_column(shop: Shop) -> int:
    return int(shop.tab().row_values(1).index("Status")) + 1


def until_done(shop: Shop) -> None:
    done = shop.run("start", "--until-done")
    assert done.returncode == 0, done.stderr


def test_who_presses_the_key_is_listed_and_never_called_again_until_allowed(shop: Shop) -> None:
    shop.ready("03000000001", "03000000002")
    tab = with_key(shop)
    until_done(shop)
    assert shop.called_numbers() == ["923000000001", "923000000002"]
    _, people, line = tab.get_all_values()
    assert people == ["0300 9999999", "", "", ""]
    assert (line[0], line[1], line[3]) == ("", "923000000002", "orders")
    assert datetime.fromisoformat(line[2])

    # Another order to the same number, and a person who insists.
    shop.paste([["03000000002"]], "A4")
    until_done(shop)
    third = shop.rows()[2]
    today = datetime.now(KARACHI)
    assert third["Status"] == "Not called"
    assert "asked not to be called again on" in third["Why"], third
    assert f"on {today.day} {today:%b} (key 2)" in third["Why"]
    for row in (3, 4):
        shop.tab().update_cell(row, status_column(shop), "Call again")
    until_done(shop)
    assert len(shop.calls()) == 2
    test_call = shop.run("call", "0300 0000002")
    assert test_call.returncode == 2
    assert "asked not to be called again" in test_call.stderr
    assert len(shop.calls()) == 2

    allowed = shop.run("allow", "0300-0000002")
    assert allowed.returncode == 0, allowed.stderr
    assert "923000000002 may be called again" in allowed.stdout
    until_done(shop)
    # Once: this customer presses the key again.
    assert shop.called_numbers()[2:] == ["923000000002"]
    assert tab.get_all_values()[1:] != [people, line]
    again = shop.run("allow", "0300-0000009")
    assert again.returncode == 2
    assert "hasn't opted out" in again.stderr


def test_the_list_heals_and_is_not_written_when_nothing_changed(shop: Shop) -> None:
    shop.ready("03000000002", "03000000003")
    tab = with_key(shop)
    until_done(shop)
    with build(load_config(shop.config)) as parts:
        # One more, that another campaign of this ledger heard of.
        (job,) = add(parts.ledger, content(7), campaign="others")
        (attempt,) = intend(parts.ledger, job)
        go(parts.ledger, attempt.id, SENDING, PLACED, ENDED, call_id="c7")
        press(parts.ledger, attempt.id)
    until_done(shop)
    numbers = [line[1] for line in tab.get_all_values()[2:]]
    assert numbers == ["923000000002", content(7).number]
    before = tab.get_all_values()

    def writes() -> int:
        shop.sandbox.session().delete(f"{shop.sandbox.url}/_sandbox/requests")
        assert shop.run("once", "--for", "3").returncode == 0
        return int(shop.sandbox.get("/_sandbox/requests")["sheets"].get("write", 0))

    writes()
    assert writes() == 0
    tab.delete_rows(3)
    tab.update_cell(3, 4, "theirs too")
    tab.update_cell(2, 2, "scribbled")
    assert writes() == 1
    assert writes() == 0
    after = tab.get_all_values()
    assert {line[1] for line in after[1:]} == {"scribbled", "923000000002", content(7).number}
    assert [line[0] for line in after[1:2]] == ["0300 9999999"]
    assert before[0] == after[0]
    assert len(shop.calls()) == 2


def test_many_opt_outs_are_listed_over_several_passes_on_a_tab_that_grows(shop: Shop) -> None:
    shop.ready()
    tab = with_key(shop)
    count = MOST_LINES + 700
    tab.resize(rows=10)
    with build(load_config(shop.config)) as parts:
        jobs = add(parts.ledger, *(content(number) for number in range(count)), campaign="others")
        made = intend(parts.ledger, *jobs)
        steps = itertools.pairwise((INTENDED, SENDING, PLACED, ENDED))
        for source, target in steps:
            parts.ledger.move([Transition(each.id, source, target, {}) for each in made], T0)
        told = [(each.id, {"call_status": 2, "dtmf": "9"}) for each in made]
        parts.ledger.report(told, T0, opting_out={each.id: "9" for each in made})
        for _ in range(4):
            parts.reconciler.run_pass(timedelta(seconds=2))
    listed_now = [line[1] for line in tab.get_all_values()[1:] if line[1]]
    assert sorted(listed_now) == sorted(content(number).number for number in range(count))


def test_a_list_that_can_not_be_written_stops_no_call_and_is_told(shop: Shop) -> None:
    shop.ready("03000000002")
    tab = with_key(shop)
    until_done(shop)
    tab.delete_rows(3)
    protected(shop, "Do Not Call", 2, 1)
    shop.paste([["03000000001"]], "A3")
    until_done(shop)
    assert shop.called_numbers() == ["923000000002", "923000000001"]
    assert shop.rows()[1]["DTMF"] == "1"
    state = str(shop.tab("Dialer").acell("B3").value)
    assert "opted-out numbers can't be written on the Do Not Call tab" in state


def test_whom_another_ledger_lists_is_not_called_until_a_person_removes_the_line(
    shop: Shop,
) -> None:
    """The ledger that heard the key was lost, restored from before, or is another machine's."""
    shop.ready("03000000002")
    tab = with_key(shop)
    tab.update([["", "923000000002", "2026-11-03 14:00:00", "orders"]], "A3", raw=True)
    until_done(shop)
    (row,) = shop.rows()
    assert (shop.calls(), row["Status"]) == ([], "Not called")
    assert "on the Do Not Call tab, row 3" in row["Why"]
    tab.delete_rows(3)
    until_done(shop)
    assert shop.called_numbers() == ["923000000002"]


def test_what_can_not_be_listed_is_told_without_a_break_and_no_more_once_it_can(
    shop: Shop,
) -> None:
    shop.ready("03000000002")
    tab = with_key(shop)
    until_done(shop)
    tab.delete_rows(3)
    protected(shop, "Do Not Call", 2, 1)
    ahead = timedelta(0)
    states: list[bool] = []
    clock = Clock(now=lambda: datetime.now(UTC) + ahead)
    with build(load_config(shop.config), clock=clock) as parts:
        for minutes in (0, 1, 11, 12, 22):
            ahead = timedelta(minutes=minutes)
            result = parts.reconciler.run_pass(timedelta(seconds=2))
            states.append("can't be written on the Do Not Call tab" in result.sentence)
        assert states == [False, True, True, True, True]
        tab.delete_rows(3)
        for minutes in (33, 34):
            ahead = timedelta(minutes=minutes)
            result = parts.reconciler.run_pass(timedelta(seconds=2))
        assert "Do Not Call" not in result.sentence
    assert "923000000002" in tab.col_values(2)
