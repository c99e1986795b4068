"""The Do Not Call tab: whatever stands beside a number, it bars; what can't be read stops calls."""

from __future__ import annotations

import random
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.domain.number_search import find_numbers
from sheets_dialer.domain.phone_numbers import Number, read_number
from sheets_dialer.tabs.do_not_call import OWN_COLUMNS, DoNotCall, read_do_not_call
from sheets_dialer.texts import say
from tests.support.dialing import Shop

KARACHI = ZoneInfo("Asia/Karachi")
ONE, TWO = "923002000001", "923002000002"
A_LINE, NEXT_LINE = "92512345678", "92512345679"

BARS: list[tuple[object, set[str]]] = [
    ("0300 2000001 / 0300 2000002", {ONE, TWO}),
    ("0300 2000001, 0300 2000002", {ONE, TWO}),
    ("0300 2000001\n0300 2000002", {ONE, TWO}),
    ("0300 2000001 or 3002000002", {ONE, TWO}),
    ("Ali: 0300-2000001; Sana: 0300-2000002 (office)", {ONE, TWO}),
    ("+92 300 2000001 +92 300 2000002", {ONE, TWO}),
    ("0300-2000001/2000002", {ONE, TWO}),
    ("03002000001/2", {ONE, TWO}),
    ("Mr Ali 0300 2000001", {ONE}),
    ("0300 2000001 (wife)", {ONE}),
    ("0300 2000001 5 Dec 2026", {ONE}),
    ("2026-12-05 14:30 0300 2000001", {ONE}),
    ("0300 2000001 - called 3 times on 5/12/2026", {ONE}),
    ("tel:0300-2000001", {ONE}),
    ("tel:+923002000001", {ONE}),
    ("https://wa.me/923002000001?text=hello", {ONE}),
    ("923002000001@s.whatsapp.net", {ONE}),
    ("923002000001.0", {ONE}),
    ("3002000001.00", {ONE}),
    (3002000001, {ONE}),
    (923002000001.0, {ONE}),
    (-3002000001, {ONE}),
    (3002000001.5, {ONE}),
    ("0300 2000001 ext 12", {ONE}),
    ("0300 2000001 x12", {ONE}),
    ("0300 2000001#12", {ONE}),
    ("۰۳۰۰ ۲۰۰۰۰۰۱ (بیوی)", {ONE}),
    ("احمد ٠٣٠٠٢٠٠٠٠٠١", {ONE}),
    ("０３００－２０００００１", {ONE}),
    ("0300\u200b2000001", {ONE}),
    ("\u202e1000002 0030", {ONE}),
    ("0300\n2000001", {ONE}),
    ("[0300] 2000001", {ONE}),
    ("0300*2000001", {ONE}),
    ("(0300)-(2000001)", {ONE}),
    ("O300 2000001", {ONE}),
    ("0300 2000001²", {ONE}),
    ("0\u03363\u03360\u03360\u0336 2000001", {ONE}),
    ("0 3 0 0 2 0 0 0 0 0 1", {ONE}),
    ("0-3-0-0-2-0-0-0-0-0-1 (Ali)", {ONE}),
    ("0300200000103002000002", {ONE, TWO}),
    ("923002000001923002000002", {ONE, TWO}),
    ("O3OO 2OOOOO1", {ONE}),
    ("0300-20000Ol", {ONE}),
    ("tel:+92-300-2000001;ext=12", {ONE}),
    ("0300 2 000 001", {ONE}),
    ("Ph0300 2000001no", {ONE}),
    ("03 00 2 00 00 01", {ONE}),
    ("CNIC 35202-1234567-1, 0300 2000001", {ONE}),
    ("051-2345678/9", {A_LINE, NEXT_LINE}),
    ("051-2345678-9", {A_LINE, NEXT_LINE}),
    ("051 2345678, 79", {A_LINE, NEXT_LINE}),
    ("051-2345678 / 2345679", {A_LINE, NEXT_LINE}),
    ("051-2345678/9/80", {A_LINE, NEXT_LINE, "92512345680"}),
    ("051-2345677-79", {"92512345677", A_LINE, NEXT_LINE}),
    ("051-2345677 to 9", {"92512345677", A_LINE, NEXT_LINE}),
    ("UAN 051-111-222-333", {"9251111222333"}),
    ("0800 12345 (helpline)", {"9280012345"}),
    ("0900-12345", {"9290012345"}),
    ("+971 50 123 4567 (Dubai)", {"971501234567"}),
    ("971501234567", {"971501234567"}),
    ("+1 415 555 2671 x5", {"14155552671"}),
    ("+8816 1234 5678", {"881612345678"}),
    ("[12/11/2026, 10:15 PM] Ali: don't call 0300 2000001", {ONE}),
    ("[10:15, 12/11/2026] +92 300 2000001: mat karo call", {ONE}),
    ("2026-11-12T10:00:00 03002000001", {ONE}),
    ("0300-2000001 blocked 12/11/2026", {ONE}),
    ("12/11/26-03002000001", {ONE}),
    ("Lahore 54000, H#12 St#5, 0300 2000001", {ONE}),
    ("35202-1234567-1/03002000001", {ONE}),
    ("+92 [0] 300 2000001", {ONE}),
    ("92.300.2000001", {ONE}),
    ("0300:200:0001", {ONE}),
    ("0300,200,0001", {ONE}),
    ("whatsapp://send?phone=923002000001&text=1234567", {ONE}),
    ("https://wa.me/%2B923002000001", {ONE}),
    ("https://api.whatsapp.com/send?phone=%2B92%20300%202000001", {ONE}),
    ("sms:03002000001?body=0300%202000002", {ONE, TWO}),
    ("نمبر۰۳۰۰۲۰۰۰۰۰۱ہے، ۰۳۰۰-۲۰۰۰۰۰۲ بھی", {ONE, TWO}),
    ("\u2066+92 300 2000001\u2069 \u2066+92 300 2000002\u2069", {ONE, TWO}),
    ("0️⃣3️⃣0️⃣0️⃣2000001 📵", {ONE}),
    ("𝟎𝟑𝟎𝟎𝟐𝟎𝟎𝟎𝟎𝟎𝟏", {ONE}),
    ('=HYPERLINK("tel:03002000001","Ali")', {ONE}),
]


@pytest.mark.parametrize(("cell", "numbers"), BARS)
def test_every_number_in_a_cell_bars(cell: object, numbers: set[str]) -> None:
    for header in ("Phone", "Whom not", "Order ID", "Date", ""):
        listed = read_do_not_call([[header], [cell]], KARACHI)
        assert numbers <= set(listed.rows), header
        assert listed.problem is None, header


AMONG_OTHER_DIGITS = (
    *("53002000001", "503002000001", "20193002000001", "92923002000001"),
    *("123450300 2000001", "030020000015", "0300200000112", "9230020000015"),
    *("code 0300 number 2000001", "0300 no 2000001", "0300 (Jazz) line 200-0001"),
)


@pytest.mark.parametrize("cell", AMONG_OTHER_DIGITS)
def test_a_number_among_other_digits_bars_beside_numbers_that_can_be_read(cell: str) -> None:
    """Alone it stops all calls, as nobody knows what was meant; beside another number it might
    pass for an order's."""
    alone = read_do_not_call([["Phone"], [cell]], KARACHI)
    assert alone.problem == say("do_not_call_unclear", cells="A2")
    assert ONE in alone.rows
    other = "0301 9000009"
    for grid in (
        [["Phone"], [f"{other}, {cell}"]],
        [["Phone"], [f"{cell}\n{other}"]],
        [["Phone", "Order ID"], [other, cell]],
        [["", "Remarks"], [other, cell]],
    ):
        listed = read_do_not_call(grid, KARACHI)
        assert {ONE, "923019000009"} <= set(listed.rows), grid


UNCLEAR: list[tuple[str, object]] = [
    (header, cell)
    for header in ("Phone", "Whom not", "", "Remark")
    for cell in (
        *("0300 12", "0300-200", "9.23E+11", "9,23e11", "0300x200000", "03002000", 923000000000),
        *(
            "030020000012",
            "0300 2000001 / 0300 20000",
            "Ali 0300 20000",
            30020000,
            "35202-1234567-1",
        ),
    )
]


@pytest.mark.parametrize(("header", "cell"), UNCLEAR)
def test_digits_in_which_no_number_can_be_found_stop_all_calls(header: str, cell: object) -> None:
    grid: list[list[object]] = [["Name", header], ["Sana", "0300 2000009"], ["Ali", cell]]
    problem = read_do_not_call(grid, KARACHI).problem
    assert problem == say("do_not_call_unclear", cells="B3")


@pytest.mark.parametrize(
    ("grid", "cells"),
    [
        ([["Phone", "Mobile"], ["0300 12", ONE]], "A2"),
        ([["Mobile No", "Name"], ["12", "Ali"]], "A2"),
        ([["Phone"], [46361]], "A2"),
        ([["Order ID"], [1000234567]], "A2"),
        ([["Do Not Call"], [], ["Name", "Contact No"], ["Ali", "0300 12"]], "B4"),
        ([["0300 12345"], ["0300 2000001"]], "A1"),
        ([["", ONE], [91234, ""]], "A2"),
        ([["Phone"], *[["0300 12"]] * 7], "A2, A3, A4, A5, A6 and 2 more"),
        ([["", *[""] * 26, "Phone"], [ONE, *[""] * 26, "0300"]], "AB2"),
    ],
)
def test_the_cells_are_named(grid: list[list[object]], cells: str) -> None:
    assert read_do_not_call(grid, KARACHI).problem == say("do_not_call_unclear", cells=cells)


@pytest.mark.parametrize(
    "grid",
    [
        [["Sr. No", "Phone"], [1, ONE], [2, ""], [3, ""]],
        [["S#", "Phone"], ["1.", ""], ["2.", ""]],
        [["Sr. No", "Phone"], *[[number, ""] for number in range(1, 1_200)]],
        [["", ""], *[[number, ""] for number in range(998, 1_200)]],
        [["Date", "Phone"], [46361, ""], [46361.6, ""], ["2026-12-05", ""], ["5 Dec 2026", ""]],
        [["", "Phone"], [46361, ""], [0.604166, ""], ["05/12/2026 14:30", ""], [2026, ""]],
        [["Phone", ""], [ONE, ""], ["", "5 December 2026"], ["", "on 5th Dec, 2:30 pm"]],
        [["Phone", "Remark"], [ONE, ""], ["", "called 3 times, house 12"], ["", "see above"]],
        [["Do not call! Updated 5 Dec 2026"], ["Phone 1", "Phone 2"], [ONE, TWO]],
        [["Do not call list 2026"], [], ["Sr", "Mobile No"], [1, ONE]],
        [["Phone numbers not to call"], [], ["Sr", "Name", "Mobile No"], [1, "Ali", ONE], [2]],
        [["Phones of those who complained"], ["Name", "Phone"], ["Ali 2", ONE], ["Sana 2", ""]],
        [["Phone", "Order ID", "Amount"], [ONE, 1000234567, 2_500_000], ["", "A-1001", ""]],
        [["Phone", "CNIC"], [ONE, "35202-1234567-1"]],
        [["Phone", "Mobile"], [ONE, 0], [TWO, "0"], ["0300 2000003", "-"]],
        [["Phone", "Done"], [ONE, True], ["", False]],
        [["Phone", "Age"], [ONE, 45], ["", 46]],
    ],
)
def test_what_is_no_number_for_certain_stops_nothing(grid: list[list[object]]) -> None:
    assert read_do_not_call(grid, KARACHI).problem is None


ERRORS = (
    *("#REF!", "#N/A", "#DIV/0!", "#ERROR!", "Loading..."),
    "#N/A (Did not find value '0300 2000001' in VLOOKUP evaluation.)",
    "#REF! (You don't have permissions to access that sheet.)",
)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("row", range(3))
def test_an_error_anywhere_stops_all_calls(error: str, place: int, row: int) -> None:
    grid: list[list[object]] = [["Phone", "Remark", "Opted Out", "Order ID", ""]]
    grid += [[ONE, "", "", "", ""], [TWO, "", "", "", ""]]
    grid[row][place] = error
    cell = f"{'ABCDE'[place]}{row + 1}"
    assert read_do_not_call(grid, KARACHI).problem == say("do_not_call_errors", cells=cell)


def test_both_are_told() -> None:
    problem = read_do_not_call([["Phone"], ["0300 12"], ["#REF!"]], KARACHI).problem
    assert problem is not None
    assert "A2" in problem
    assert "A3" in problem


def test_what_another_ledger_lists_is_read_as_generously() -> None:
    grid = [list(OWN_COLUMNS), [f"{ONE} (wife)", "2026-11-03 14:00:00", "orders"]]
    assert read_do_not_call(grid, KARACHI) == DoNotCall({ONE: 2})


# --- Over whatever people can type ----------------------------------------------------------------

BESIDE = (
    *(
        "",
        "",
        "Mr Ali ",
        "(wife) ",
        "tel:",
        "phone: ",
        "office - ",
        "احمد ",
        "Ali, ",
        "\n",
        "#",
        "* ",
    ),
    *(
        "5 Dec 2026 ",
        "2026-12-05 ",
        "14:30 ",
        "1) ",
        "1. ",
        "https://wa.me/",
        "CNIC 35202-1234567-1, ",
    ),
)
BEHIND = (
    *(
        "",
        "",
        " (wife)",
        " ext 12",
        " x12",
        "#12",
        ".0",
        " / ",
        ", ",
        ";",
        " - angry",
        "\n",
        " بیوی",
    ),
    *(
        " 5 Dec 2026",
        " 2026-12-05 14:30",
        " on 5/12/2026",
        "/9",
        "-8",
        " or later",
        ", house 12",
        "²",
    ),
)
SCRIPTS = ("0123456789", "0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")


def written(rng: random.Random, number: str) -> str:
    """A number of Pakistan as somebody may write it."""
    national = number[2:]
    code, rest = national[:3], national[3:]
    if not national.startswith("3"):
        code, rest = national[:2], national[2:]
    separators = (" ", "-", "", "", ".", " - ", "/", "  ", "\u00a0", "–")
    separator = rng.choice(separators)
    middle = rng.choice((rest, rest[:3] + rng.choice((" ", "-", "")) + rest[3:]))
    before = rng.choice(("0", "0", "+92 ", "+92", "0092 ", "92", "92-", "+92 (0)", "+92-", ""))
    if before == "" and code[0] != "3":
        before = "0"
    text = f"{before}{code}{separator}{middle}"
    if rng.random() < 0.1:
        text = text.replace(code, f"({code})", 1) if before in ("+92 ", "0092 ") else f"({text})"
    return text.translate(str.maketrans("0123456789", rng.choice(SCRIPTS)))


def a_number(rng: random.Random) -> str:
    code = rng.choice(("300", "321", "333", "345", "301", "355", "51", "42", "21", "41"))
    first = rng.choice("23456789")
    length = {"51": 6, "41": 6, "42": 7, "21": 7}.get(code, 6)
    return f"92{code}{first}{''.join(rng.choices('0123456789', k=length))}"


def test_every_number_listed_in_any_form_bars(full: bool) -> None:
    rng = random.Random(12)
    for _ in range(20_000 if full else 400):
        numbers = [a_number(rng) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        between = rng.choice((" / ", ", ", "\n", " or ", "; ", " and ", " & ", "  |  ", "، "))
        cell = between.join(written(rng, number) for number in numbers)
        cell = rng.choice(BESIDE) + cell + rng.choice(BEHIND)
        header = rng.choice(("Phone", "Name", "Order ID", "Date", "", "Remark"))
        listed = read_do_not_call([[header], [cell]], KARACHI)
        assert set(numbers) <= set(listed.rows), cell


def test_every_number_cell_bars(full: bool) -> None:
    rng = random.Random(13)
    for _ in range(20_000 if full else 400):
        number = a_number(rng)
        value = int(number) if rng.random() < 0.5 else int(number[2:])
        cell: object = rng.choice((value, float(value), -value, str(value), f"{value}.0"))
        assert number in find_numbers(cell).numbers, cell


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "9" * 50_000,
            "a" * 50_000,
            "1" + " " * 49_000 + "a",
            "1" + " -" * 24_000,
            "jan" * 16_000,
        ),
        *("0300 " * 10_000, "03001234567 " * 4_000, "1 " * 25_000, "1/" * 25_000, "(" * 50_000),
        *("0300 1234567" + " " * 49_000 + "x", "1e" * 25_000, "1:00 " * 10_000, "+92" * 16_000),
        "0300 1:00 " * 5_000,
    ],
    ids=lambda cell: f"{cell[:12]}…",
)
def test_a_cell_as_long_as_they_can_be_is_read(cell: str) -> None:
    assert not isinstance(read_number(cell), Number)
    read_do_not_call([["Phone"], [cell]], KARACHI)


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
        st.text(alphabet="0123456789+-() ./,\n۰۱۲٣٤٥０１２Ee'#xl\u200b\u202e²"),
    )
)
def test_what_is_dialled_is_found(cell: object) -> None:
    """A number that a row would be called by bars when the same stands on the list. (No cell holds
    more than the greatest float: Google shows #NUM! there, and JSON can't say it.)"""
    number = read_number(cell)
    found = find_numbers(cell)
    if isinstance(number, Number):
        assert number.digits in found.numbers
    read_do_not_call([["Phone", cell], [cell, cell], [cell]], KARACHI)


# --- The whole way, over HTTP ---------------------------------------------------------------------


def state(shop: Shop) -> str:
    labels = shop.tab("Dialer").get_all_values()
    return next(line[1] for line in labels if line[0] == "State")


def test_nobody_on_the_list_is_called_whatever_stands_beside_the_number(shop: Shop) -> None:
    shop.ready(
        *("0300 2000002", "0300 2000003", "0300 2000004", "0300 2000005", "051-2345678"),
        *("051-2345679", "0300 2000006", "0300 2000007", "0300 0000001"),
    )
    lines = (
        *("0300 2000002 / 0300 2000003", "Mr Ali 0300 2000004", "0300 2000005 (wife)"),
        *("051-2345678/9", "tel:+923002000006", "923002000007.0"),
    )
    shop.tab("Do Not Call").update([["Phone"], *[[line] for line in lines]], "A1", raw=True)
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers() == ["923000000001"]
    whys = [row["Why"] for row in shop.rows()]
    places = (2, 2, 3, 4, 5, 5, 6, 7)
    assert whys[:8] == [say("listed", row=place) for place in places]


# What is pasted, and whom it bars.
LINES_OF_A_CHAT = (
    ("[12/11/2026, 10:15 PM] Ali: don't call 0300 2000011", "923002000011"),
    ("\u2066+92 300 2000012\u2069 said no on 12/11/2026", "923002000012"),
    ("https://wa.me/%2B923002000013", "923002000013"),
    ("https://api.whatsapp.com/send?phone=%2B92%20300%202000014", "923002000014"),
    ("0301 9000009 and the old one, 53002000015", "923002000015"),
    ("0301 9000009\nJazz code 0300 number 2000016", "923002000016"),
    ("نمبر۰۳۰۰۲۰۰۰۰۱۷ہے، کال نہ کریں", "923002000017"),
    ("35202-1234567-1/03002000018", "923002000018"),
    ("0301 9000009 202611280300 2000019", "923002000019"),
    ("042-35761234/5/6 and UAN 042-111-222-333", "924235761236"),
    ("92.300.2000020", "923002000020"),
    ("📵 0️⃣3️⃣0️⃣0️⃣2000021", "923002000021"),
)


def test_nobody_in_a_pasted_chat_is_called(shop: Shop) -> None:
    shop.ready(*(f"'+{number}" for _, number in LINES_OF_A_CHAT), "0300 0000001")
    lines = [[line] for line, _ in LINES_OF_A_CHAT]
    shop.tab("Do Not Call").update([["Whom not to call"], *lines], "A1", raw=True)
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers() == ["923000000001"]
    whys = [row["Why"] for row in shop.rows()]
    places = range(2, 2 + len(LINES_OF_A_CHAT))
    assert whys[:-1] == [say("listed", row=place) for place in places]


def test_what_no_number_can_be_found_in_stops_calls_until_it_is_put_right(shop: Shop) -> None:
    shop.ready("0300 0000001")
    tab = shop.tab("Do Not Call")
    tab.update([["Sr", "Phone"], [1, "0300 2000002"], [2, "0300 20"], [3, ""]], "A1", raw=True)
    assert shop.run("once", "--for", "2").returncode == 0
    assert say("do_not_call_unclear", cells="B3") in state(shop)
    checked = shop.run("check")
    assert checked.returncode != 0
    assert "B3" in checked.stdout
    tab.update_acell("B3", "")
    tab.update_acell("G3", "=1/0")
    assert shop.run("once", "--for", "2").returncode == 0
    assert say("do_not_call_errors", cells="G3") in state(shop)
    assert shop.called_numbers() == []
    tab.update_acell("G3", "")
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers() == ["923000000001"]


def test_a_number_with_a_tail_never_rings_a_stranger(shop: Shop) -> None:
    shop.ready()
    cells = (
        *("051-2345678/9", "512345678.0", "0300-0000001-8", "0300 0000002 ext 12"),
        *("0300 0000003 (wife)", "0900 12345", "+881612345678"),
    )
    # As another program writes it: as texts, whatever the column's format.
    shop.tab().update([[cell] for cell in cells], "A2", raw=True)
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers() == ["92512345678"]
    rows = shop.rows()
    assert [row["Status"] for row in rows].count("Not called") == 6
    assert rows[0]["Why"] == say("another_end")
    assert "kinds: [mobile, landline, uan, premium]" in rows[5]["Why"]
    assert "countries: [PK, 001]" in rows[6]["Why"]


def test_a_premium_number_is_called_where_the_setting_has_it(shop: Shop) -> None:
    shop.ready("0900 12345")
    data = yaml.safe_load(shop.config.read_text(encoding="utf-8"))
    data["campaigns"][0]["may_be_called"] = {"kinds": ["premium"]}
    shop.config.write_text(yaml.safe_dump(data), encoding="utf-8")
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers() == ["9290012345"]
