"""The whole job in another language: what stands in the sheet, and that nobody is called again."""

from __future__ import annotations

import pytest
import yaml

from sheets_dialer import texts
from sheets_dialer.texts import say
from tests.support.dialing import Shop

ANSWERS, KEPT, SHORT = "03000000001", "0301 1234567", "0300"


def speak(shop: Shop, language: str) -> None:
    """Sets the language in the shop's configuration."""
    data = yaml.safe_load(shop.config.read_text(encoding="utf-8"))
    shop.config.write_text(yaml.safe_dump({**data, "language": language}), encoding="utf-8")


def state(shop: Shop) -> str:
    """What State says on the Dialer tab."""
    cell = shop.tab("Dialer").find("State")
    assert cell is not None
    return shop.tab("Dialer").cell(cell.row, cell.col + 1).value or ""


def reasons(shop: Shop) -> list[str]:
    """Every row's Why, from the top."""
    return [row["Why"] for row in shop.rows()]


def test_the_sheet_speaks_urdu(shop: Shop) -> None:
    speak(shop, "urdu")
    shop.paste_numbers(ANSWERS, SHORT)
    assert shop.run("setup").returncode == 0
    assert shop.run("once", "--for", "3").returncode == 0
    planned = shop.run("plan").stdout
    texts.use("urdu")
    assert [row["Status"] for row in shop.rows()] == ["Queued", "Not called"]
    assert reasons(shop) == [say("in_queue"), say("too_few_digits")]
    assert state(shop).startswith(say("state_never_run"))
    assert "رکا ہوا ہے" in planned
    assert say("plan_in_progress", in_progress=0, settled=0) in planned

    fault = {"service": "portal", "kind": "503-applied", "path": "/api/calls", "count": 1}
    shop.sandbox.post("/_sandbox/faults", fault)
    shop.control("RUN")
    shop.run("once", "--for", "4")
    assert [row["Status"] for row in shop.rows()] == ["Check", "Not called"]
    assert reasons(shop) == [say("unknown_outcome"), say("too_few_digits")]
    assert state(shop).endswith(f"{say('count_held', count=1)}{say('full_stop')}")


def test_another_language_rewrites_the_rows_and_calls_nobody_again(shop: Shop) -> None:
    shop.ready(ANSWERS, SHORT, "03000000011", KEPT)
    column = shop.tab().row_values(1).index("Status") + 1
    shop.tab().update_cell(5, column, "Ask Ahmed")
    fault = {"service": "portal", "kind": "503-applied", "path": "/api/calls", "count": 1}
    shop.sandbox.post("/_sandbox/faults", fault)
    assert shop.run("start", "--until-done").returncode in (0, 3)
    calls, english = shop.called_numbers(), shop.rows()
    assert [row["Status"] for row in english] == ["Check", "Not called", "Failed", "Ask Ahmed"]
    speak(shop, "urdu")
    assert shop.run("start", "--until-done").returncode == 0
    texts.use("urdu")
    first, second, third, fourth = reasons(shop)
    assert first == say("unknown_outcome")
    assert second == say("too_few_digits")
    # What the portal said was kept in the language of that time.
    assert third.startswith("The portal refused: ")
    assert third.endswith(say("refused", problem="").strip())
    assert fourth == say("own_word", word="Ask Ahmed")
    assert state(shop).startswith(say("not_running"))
    assert shop.called_numbers() == calls
    speak(shop, "english")
    assert shop.run("start", "--until-done").returncode == 0
    # The header of Ref carries the token, which each write changes.
    assert [list(row.values()) for row in shop.rows()] == [list(row.values()) for row in english]
    assert shop.called_numbers() == calls


def test_a_sentence_of_the_offices_own_stands_in_the_sheet(shop: Shop) -> None:
    own = shop.config.parent / "ours.yaml"
    own.write_text("state_never_run: Lunch break, ask Bilal\n", encoding="utf-8")
    speak(shop, "ours.yaml")
    shop.paste_numbers(ANSWERS)
    assert shop.run("setup").returncode == 0
    assert shop.run("once", "--for", "3").returncode == 0
    assert state(shop).startswith("Lunch break, ask Bilal")
    assert reasons(shop) == [say("in_queue")]


@pytest.mark.parametrize("command", ["once", "plan", "check"])
def test_a_language_that_is_not_there_is_refused_before_anything_is_done(
    shop: Shop, command: str
) -> None:
    speak(shop, "klingon")
    done = shop.run(command)
    assert done.returncode == 2
    assert "language: found 'klingon'; expected: english or urdu" in done.stdout + done.stderr
