"""The commands beside the main job: what they print, and what they leave alone."""

from __future__ import annotations

import csv
import io
import json
import re

from hypothesis import example, given
from hypothesis import strategies as st

from sheets_dialer.app.reports import as_csv
from tests.support.dialing import Shop


def test_plan_says_what_would_be_called_and_what_it_costs_and_changes_nothing(shop: Shop) -> None:
    shop.ready("03000000001", "03000000002", "not a number")
    before = shop.tab().get_all_values()
    done = shop.run("plan")
    assert done.returncode == 0, done.stderr
    assert "2 to call, about" in done.stdout
    assert "rupees" in done.stdout
    assert "This is not a phone number" in done.stdout
    assert shop.tab().get_all_values() == before
    assert shop.calls() == []


def test_plan_as_json_can_be_read_by_a_program(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.control("PAUSE")
    preview = json.loads(shop.run("plan", "--json").stdout)
    assert preview["to_call"] == 1
    assert preview["stopped"] == "Paused: Control says PAUSE."


def test_call_rings_one_number_and_follows_it_without_touching_the_sheet(shop: Shop) -> None:
    shop.ready()
    before = shop.tab().get_all_values()
    done = shop.run("call", "0300-0000001")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("Answered, key 1 (call ")
    assert shop.called_numbers() == ["923000000001"]
    assert shop.tab().get_all_values() == before


def test_call_says_why_a_text_is_no_number(shop: Shop) -> None:
    done = shop.run("call", "Ahmed")
    assert done.returncode == 2
    assert "not a phone number" in done.stderr
    assert shop.calls() == []


def test_a_call_that_the_portal_refuses_ends_with_its_code(shop: Shop) -> None:
    done = shop.run("call", "03000000011")
    assert done.returncode == 3
    assert "Refused: The portal refused: " in done.stdout


def test_call_with_a_campaign_that_does_not_exist_names_it(shop: Shop) -> None:
    done = shop.run("call", "03000000001", "--campaign", "nobody")
    assert done.returncode == 2
    assert "nobody" in done.stderr


def test_status_and_export_tell_what_the_ledger_knows(shop: Shop) -> None:
    shop.settles_at_once()
    shop.ready("03000000001", "03000000005", "03000000011")
    shop.run("start", "--until-done")
    figures = json.loads(shop.run("status", "--json").stdout)["orders"]
    assert figures["jobs"] == {"all": 3, "not called yet": 0}
    assert figures["today"] == {"Answered": 1, "Busy": 1, "refused": 1}
    assert figures["keys today"] == {"1": 1}
    assert "3 all" in shop.run("status").stdout
    rows = list(csv.DictReader(io.StringIO(shop.run("export").stdout)))
    assert [row["number"] for row in rows] == ["923000000001", "923000000005", "923000000011"]
    assert [row["status"] for row in rows] == ["Answered", "Busy", ""]
    lines = shop.run("export", "--format", "json").stdout.splitlines()
    assert [json.loads(line)["dtmf"] for line in lines] == ["1", None, None]


def test_an_export_holds_no_formula(shop: Shop) -> None:
    header = ["Phone", "Amount", "Store", "Order ID"]
    shop.paste([header, ["03000000001", "1", "'=1+1", "'@x"]], "A1")
    shop.run("setup")
    shop.control("RUN")
    shop.run("start", "--until-done")
    (row,) = csv.DictReader(io.StringIO(shop.run("export").stdout))
    assert row["text1"].startswith("'")
    assert row["text2"].startswith("'")


SIGNS = "=+-@\u207a\u208c\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\u2212"


@given(
    st.lists(
        st.sampled_from([*SIGNS, *",;|\t\n\r\f\u2028\uff0c\uff1b", " ", '"', "\u200b", "\u202e"])
        | st.text("a1.", max_size=2),
        max_size=12,
    ).map("".join)
)
@example("shop;=1+1")
@example("shop\n＝HYPERLINK(1)")
@example("\t=1")
def test_no_reader_of_an_export_finds_a_formula_whatever_parts_its_cells(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(as_csv([{"text1": text}]), newline=""))
    cell = row["text1"]
    assert not cell.startswith(("\t", "\r", "\n", *SIGNS))
    for part in re.split("[,;|\t\n\r\f\u2028\uff0c\uff1b]", cell):
        seen = part.strip(' "\u200b\u202e')
        assert not seen.startswith(tuple(SIGNS)), (text, cell)
    assert re.sub("'", "", cell) == text


def test_status_of_an_empty_ledger_says_so(shop: Shop) -> None:
    assert "nobody was called yet" in shop.run("status").stdout


def test_setup_does_not_send_to_itself_for_a_phone_column(shop: Shop) -> None:
    shop.tab().update_acell("A1", "Kontakt")
    done = shop.run("setup")
    assert done.returncode == 2
    assert "Write Phone over the column" in done.stderr
