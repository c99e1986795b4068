"""README's steps, word for word: the example copied and filled in, and somebody is called."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml

from sheets_dialer.config import load_config
from tests.support.dialing import HOME, Shop


def test_the_steps_of_the_readme_lead_to_a_call(shop: Shop, tmp_path: Path) -> None:
    steps = (HOME / "README.md").read_text(encoding="utf-8").split("## Use it on your own sheet")[1]
    assert "Copy `config.example.yaml` to `config.yaml`" in steps
    own = yaml.safe_load(shop.config.read_text(encoding="utf-8"))
    folder = tmp_path / "my dialer"
    folder.mkdir()
    # 1. and 2.: the sandbox gives the key file, and its sheet is shared with the account.
    shutil.copy(shop.config.with_name("service-account.json"), folder)
    # 3.
    shop.config = Path(shutil.copy(HOME / "config.example.yaml", folder / "config.yaml"))
    unfilled = shop.run("start")
    assert unfilled.returncode == 2
    assert "has 3 faults" in unfilled.stderr
    text = shop.config.read_text(encoding="utf-8")
    key = own["campaigns"][0]["spreadsheet"]
    for placeholder, real in {
        "put-your-key-here": own["portal"]["api_key"],
        "put-your-sheets-address-here": f"https://docs.google.com/spreadsheets/d/{key}/edit",
        "put-your-voice-here": "102",
        # Not a user's step: where the services of this test are.
        "base_url: https://portal.robocall.pk": f"base_url: {shop.sandbox.url}",
        "base_url: null": f"base_url: {shop.sandbox.url}",
    }.items():
        assert text.count(placeholder) == 1, placeholder
        text = text.replace(placeholder, real)
    assert len(re.findall(r"# fill in", text)) == 4
    # Nor this: it may be night where the test runs, and calls take long.
    text = text.replace('{monday-sunday: "10:00-20:00"}', '{monday-sunday: "00:00-24:00"}')
    text = text.replace("every: 15\n\npoll", "every: 1\n\npoll").replace("retries: 3", "retries: 0")
    text = text.replace("  first_after: 10", "  first_after: 0.1").replace(
        "  every: 15", "  every: 0.1"
    )
    text = text.replace("settle_minutes: 60", "settle_minutes: 0").replace(
        "answer_settle_seconds: 90", "answer_settle_seconds: 0"
    )
    shop.config.write_text(text, encoding="utf-8")
    config = load_config(shop.config, {})
    [campaign] = config.campaigns
    assert (config.ramadan, campaign.redial, campaign.redial_no_key) == (None, None, None)
    assert (campaign.holidays, dict(campaign.columns), campaign.opt_out_key) == ((), {}, None)
    shop.paste_numbers("03000000001", "03000000002")
    # 4., 5. and 6., in the steps' own words
    commands = re.findall(r"`python3 run\.py (\w+)`", steps.split("| command")[0])
    assert commands == ["setup", "check", "start"]
    for command in ("setup", "check"):
        done = shop.run(command)
        assert done.returncode == 0, done.stdout + done.stderr
        # A copy is readable as the example was; what to do is said beside it.
        warned = re.findall(r"^warning +(.*?):", done.stdout, re.MULTILINE)
        assert set(warned) <= {"Key file"}
    shop.run("once", "--for", "3")
    assert shop.calls() == [], "nobody is called until a person sets Control to RUN"
    shop.control("RUN")
    done = shop.run("start", "--until-done")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(shop.called_numbers()) == ["923000000001", "923000000002"]
    assert {row["Status"] for row in shop.rows()} == {"Answered"}
    assert (folder / "dialer.db").exists()
