"""The configuration: what is read, what is refused and in which words, and what is never shown."""

from __future__ import annotations

import itertools
import re
import traceback
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from sheets_dialer.base.errors import ConfigError
from sheets_dialer.config import (
    CampaignSettings,
    Config,
    GoogleSettings,
    PollSettings,
    PortalSettings,
    Ramadan,
    Redial,
    RedialNoKey,
    config_path,
    load_config,
)
from sheets_dialer.domain.callable_numbers import MayBeCalled
from tests.support.places import HOME

EXAMPLE = HOME / "config.example.yaml"
SHEET = "1QwErTyUiOpAsDfGhJkLzXcVbNm0123456789qwertyui"
SECRET = "geheim-77"
UNSHOWN = "what is there is not shown, it may be a secret"
LEAST = f"""\
portal:
  api_key: {SECRET}
campaigns:
  - name: orders
    spreadsheet: {SHEET}
    voice_id: 102
"""


def load(folder: Path, text: str | bytes, **environment: str) -> Config:
    path = folder / "config.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_config(path, environment)


def faults(folder: Path, text: str | bytes, **environment: str) -> list[str]:
    """The faults' sentences; nothing that they show holds the secret."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **environment)
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert "Input should be" not in told
    assert "pydantic" not in str(caught.value)
    return [line.strip() for line in str(caught.value).splitlines()]


def with_campaign(line: str) -> str:
    return f"{LEAST}    {line}\n"


def with_portal(line: str) -> str:
    return LEAST.replace(f"  api_key: {SECRET}\n", f"  api_key: {SECRET}\n  {line}\n")


# --- What is read ---------------------------------------------------------------------------------


def test_the_least_that_must_be_set(tmp_path: Path) -> None:
    config = load(tmp_path, LEAST)

    [campaign] = config.campaigns
    assert (campaign.name, campaign.spreadsheet, campaign.voice_id) == ("orders", SHEET, "102")
    assert config.portal.api_key.get_secret_value() == SECRET
    assert config.ledger == f"sqlite:///{tmp_path / 'dialer.db'}"
    assert config.google.service_account_file == tmp_path / "service-account.json"


def test_paths_are_taken_from_the_files_folder(tmp_path: Path) -> None:
    more = "ledger: sqlite:///data/l.db\ngoogle: {service_account_file: ~/sa.json}\n"

    config = load(tmp_path, LEAST + more)

    assert config.ledger == f"sqlite:///{tmp_path / 'data' / 'l.db'}"
    assert config.google.service_account_file == Path.home() / "sa.json"
    absolute = load(tmp_path, LEAST + "ledger: sqlite:////var/lib/l.db\n")
    assert absolute.ledger == "sqlite:////var/lib/l.db"


def test_which_file(tmp_path: Path) -> None:
    assert config_path(None, {}) == Path("config.yaml")
    assert config_path(None, {"SHEETS_DIALER_CONFIG": "x.yaml"}) == Path("x.yaml")
    assert config_path(tmp_path, {"SHEETS_DIALER_CONFIG": "x.yaml"}) == tmp_path


@pytest.mark.parametrize(
    "address",
    [
        SHEET,
        f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=0",
        f"https://docs.google.com/spreadsheets/u/1/d/{SHEET}/edit?usp=sharing",
        f"  docs.google.com/spreadsheets/d/{SHEET}  ",
    ],
)
def test_a_sheets_address_or_its_key(tmp_path: Path, address: str) -> None:
    config = load(tmp_path, LEAST.replace(SHEET, f'"{address}"'))

    assert config.campaigns[0].spreadsheet == SHEET


def test_yamls_surprises_do_not_happen(tmp_path: Path) -> None:
    text = LEAST.replace("voice_id: 102", "voice_id: 0102").replace("name: orders", "name: no")
    text += """\
    tab: 2024
    holidays: [2026-12-25, '2027-01-01']
    redial: {on: [busy], after_minutes: 45}
    redial_no_key: {}
    answers: {1: Yes, none: nobody, 2: 2}
    callback_column: Call back at
    calling_hours: {monday-friday: 10:00-20:00, sunday: [09:00-10:00, 11:00-24:00]}
    columns:
"""
    config = load(tmp_path, "\ufeff" + text)

    [campaign] = config.campaigns
    assert (campaign.voice_id, campaign.name, campaign.tab) == ("0102", "no", "2024")
    assert campaign.holidays == (date(2026, 12, 25), date(2027, 1, 1))
    assert campaign.redial is not None
    assert (campaign.redial.on, campaign.redial.after_minutes) == (("busy",), (45.0,))
    assert campaign.redial_no_key == RedialNoKey()
    assert campaign.callback_column == "Call back at"
    answers = config.policy(campaign).answers
    assert [answers[key] for key in ("1", "2", "3", "none")] == [
        "Yes",
        "2",
        "Callback requested",
        "nobody",
    ]
    noon = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday, 12:00 in Karachi
    hours = config.hours(campaign)
    assert hours.open_at(noon)
    assert not hours.open_at(noon + timedelta(days=5))
    assert not hours.open_at(noon + timedelta(days=32))


def test_what_is_set_to_nothing_is_not_set(tmp_path: Path) -> None:
    more = "google:\npoll:\nevery:\nledger:\ntimezone: null\n"

    config = load(tmp_path, with_campaign("tab:") + more)

    assert (config.google.base_url, config.poll, config.every) == (None, PollSettings(), 15)
    assert config.campaigns[0].tab == "Calls"


def test_sections_may_share_what_they_say(tmp_path: Path) -> None:
    text = (
        LEAST
        + f"""\
  - &second
    name: second
    spreadsheet: {SHEET}
    tab: Two
    voice_id: 7
  - <<: *second
    name: third
    tab: Three
"""
    )
    assert [each.voice_id for each in load(tmp_path, text).campaigns] == ["102", "7", "7"]


# --- The key --------------------------------------------------------------------------------------

NO_KEY = LEAST.replace(f"api_key: {SECRET}", "api_key:")
KEY_FILE = LEAST.replace(f"api_key: {SECRET}", "api_key_file: portal.key")


def key_of(config: Config) -> str:
    return config.portal.api_key.get_secret_value()


def test_the_key_comes_from_the_environment_before_anything_else(tmp_path: Path) -> None:
    no_portal = LEAST[LEAST.index("campaigns") :]
    for text in (LEAST, NO_KEY, KEY_FILE, no_portal):
        assert key_of(load(tmp_path, text, ROBOCALL_API_KEY=" from-outside\n")) == "from-outside"
    assert key_of(load(tmp_path, LEAST, ROBOCALL_API_KEY="")) == SECRET


def test_the_key_comes_from_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "portal.key").write_text(f"\ufeff{SECRET}\r\n", encoding="utf-8")

    assert key_of(load(tmp_path, KEY_FILE)) == SECRET
    [_, fault] = faults(tmp_path, KEY_FILE.replace("  api_key", "  api_key: x\n  api_key", 1))
    assert fault.startswith("portal.api_key: stands beside portal.api_key_file")


@pytest.mark.parametrize(
    "content", [None, b"", b"a b", f"{SECRET}\nmore".encode(), b"\xff\xfe\x00"]
)
def test_a_key_file_that_holds_no_key(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "portal.key").write_bytes(content)

    [_, fault] = faults(tmp_path, KEY_FILE)
    assert fault.startswith("portal.api_key_file: ")


@pytest.mark.parametrize("key", ["123456", "0123", "12e45", "1.50", "0x1F"])
def test_a_key_of_digits_stays_as_it_is(tmp_path: Path, key: str) -> None:
    if key == "1.50":
        assert "API key" in faults(tmp_path, LEAST.replace(SECRET, key))[1]
        key_text = f'"{key}"'
    else:
        key_text = key
    assert key_of(load(tmp_path, LEAST.replace(SECRET, key_text))) == key


@pytest.mark.parametrize("key", ['"a b"', '"a\\nb"', "کلید", "[a]", "true", '""'])
def test_a_key_that_can_be_none(tmp_path: Path, key: str) -> None:
    [_, fault] = faults(tmp_path, LEAST.replace(SECRET, key))
    assert fault.startswith("portal.api_key: ")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    config = load(tmp_path, LEAST + "ledger: postgresql://me:geheim-99@host/db\n")

    assert config.ledger == "postgresql://me:geheim-99@host/db"
    shown = (
        f"{config!r} {config} {config.model_dump()} {config.model_dump_json()} {config.portal!r}"
    )
    assert "geheim" not in shown
    assert "postgresql://me:***@host/db" in shown


@pytest.mark.parametrize(
    "text",
    [
        f"portal: {SECRET}\n",
        f"portal: [{SECRET}]\n",
        f"portal:\n  api_key: [{SECRET}]\n",
        f"portal:\n  api_key: {{a: {SECRET}}}\n",
        f"portal:\n  apikey: {SECRET}\n",
        f"portal:\n  api_key: {SECRET}: x\n",
        f"portal:\n  api_key: {SECRET}\n\tlines: 3\n",
        f'portal:\n  api_key: "{SECRET}\n',
        f"portal:\n  api_key: {SECRET}\n  api_key: {SECRET}\n",
        f"portal:\n  api_key: !!int {SECRET}\n",
        f"portal:\n  api_key: *{SECRET}\n",
        f"ledger: mysql://me:{SECRET}@host/db\n",
        f"ledger: [{SECRET}]\n",
        # Pasted where another setting's value belongs.
        f"portal:\n  base_url: https://portal.robocall.pk/?api_key={SECRET}\n",
        f"portal:\n  base_url: https://me:{SECRET}@portal.robocall.pk\n",
        f"portal:\n  key_in: {SECRET}\n",
        f"portal:\n  lines: {SECRET}\n",
        f"portal:\n  api_key_file: {SECRET}\n",
        f"portal:\n  api_key_file: {SECRET}{'x' * 300}\n",
        f"portal:\n  {SECRET}:\n    api_key\n",
        f"google: {SECRET}\n",
        f"google:\n  {SECRET}: x\n",
        f"google:\n  base_url: https://sheets.example/?key={SECRET}\n",
        f'google:\n  service_account_file: \'{{"private_key": "{SECRET}"}}\'\n',
        # Such a key begins with one of YAML's own signs.
        f"portal:\n  api_key: !{SECRET}\n",
        f"portal:\n  api_key: !{SECRET}!{SECRET} x\n",
        f"portal:\n  api_key: &{SECRET} x\n  lines: &{SECRET} 5\n",
    ],
)
def test_faults_do_not_show_secrets(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)


def test_a_key_where_its_files_name_belongs_is_told_of_without_it(tmp_path: Path) -> None:
    [_, fault] = faults(tmp_path, KEY_FILE.replace("portal.key", SECRET))

    assert fault.startswith("portal.api_key_file: the file named there can't be read")
    assert str(tmp_path) in fault


@pytest.mark.parametrize("password", ["geheim", "ge/heim:", "geheim?x"])
def test_a_ledgers_password_is_not_shown(tmp_path: Path, password: str) -> None:
    config = load(tmp_path, LEAST + f"ledger: postgresql://me:{password}@host/db?sslmode=geheim\n")

    shown = f"{config!r} {config.model_dump_json()}"
    assert "heim" not in shown
    assert config.ledger_has_password
    assert not load(tmp_path, LEAST + "ledger: postgresql://me@host/db\n").ledger_has_password


# --- Faults ---------------------------------------------------------------------------------------


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    text = f"""\
portal:
  lines: many
  connections: 0
  key_in: body
every: -1
every: 5x
daily_cap: 7
campaigns:
  - name: ""
    spreadsheet: short
    voiceid: 102
  - spreadsheet: {SHEET}
    voice_id: [1]
"""
    head, *told = faults(tmp_path, text)

    assert head.endswith("config.yaml has 13 faults:")
    assert sorted(told) == sorted(
        [
            "line 6: every stands here a second time (first in line 5); expected: it once",
            "portal.api_key: missing; expected the portal's API key here, in $ROBOCALL_API_KEY or "
            "in the file named by portal.api_key_file",
            f"portal.key_in: {UNSHOWN}; expected: one of these: query or header",
            f"portal.lines: {UNSHOWN}; expected: a whole number",
            "portal.connections: found 0; expected: 1 or more",
            "every: found '5x'; expected: a number",
            "campaigns[0].name: found ''; expected: a text that isn't empty",
            "campaigns[0].spreadsheet: found 'short'; expected: the sheet's address from the "
            "browser, or the key in it",
            "campaigns[0].voice_id: missing; it has no default",
            "campaigns[0].voiceid: there is no such setting (is it voice_id?); see "
            "config.example.yaml",
            "campaigns[1].name: missing; it has no default",
            "campaigns[1].voice_id: found a list; expected: a text",
            "daily_cap: there is no such setting; see config.example.yaml",
        ]
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lines: true", "portal.lines: found true; expected: a number, not true or false"),
        ("lines: 1.5", "portal.lines: found 1.5; expected: a whole number"),
        ("lines: 999999999", "portal.lines: found 999999999; expected: 100000 or less"),
        ("call_seconds: 0", "portal.call_seconds: found 0; expected: more than 0"),
        ("call_seconds: 1e400", f"portal.call_seconds: {UNSHOWN}; expected: a number"),
        ("retries: [1]", "portal.retries: found a list; expected: a whole number"),
        (
            "settle_minutes: {a: 1}",
            "portal.settle_minutes: found several settings; expected: a number",
        ),
    ],
)
def test_faults_of_the_portal(tmp_path: Path, line: str, expected: str) -> None:
    assert faults(tmp_path, with_portal(line))[1:] == [expected]


@pytest.mark.parametrize(
    "address",
    [
        "http://portal.robocall.pk",
        "portal.robocall.pk",
        "ftp://127.0.0.1",
        "https://",
        "https://me:pw@host",
        "https://host?x=1",
        "https://host#x",
        '"https://ho st"',
        "https://host:port",
        "https://[",
        "http://127.0.0.1.evil.example",
    ],
)
def test_addresses_that_are_not_safe(tmp_path: Path, address: str) -> None:
    [_, fault] = faults(tmp_path, with_portal(f"base_url: {address}"))
    assert "begins with https://" in fault


@pytest.mark.parametrize(
    "address", ["https://portal.robocall.pk/", "http://127.0.0.1:8080", "http://[::1]:1"]
)
def test_addresses_that_are_safe(tmp_path: Path, address: str) -> None:
    config = load(tmp_path, with_portal(f"base_url: {address}"))
    assert config.portal.base_url == address.rstrip("/")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("columns: {text1: status}", "headers that aren't the dialer's own: Status, Answer,"),
        ("columns: {text2: ref}", "headers that aren't the dialer's own: Status, Answer,"),
        ("columns: {phon: Mobile}", "the headers of columns by these names: phone, amount,"),
        ("calling_hours: {someday: 10:00-20:00}", "days such as monday"),
        ("calling_hours: {monday: 10-8}", "a window such as 10:00-20:00"),
        ("calling_hours: {monday: 10:00-02:00}", "a window such as 10:00-20:00"),
        ("calling_hours: {monday: 600}", "in quotes"),
        ("calling_hours: {monday: []}", "hours for monday such as"),
        ("calling_hours: {monday: [10:00-12:00, 11:00-13:00]}", "don't overlap"),
        ("calling_hours: {}", "days with their hours"),
        ("calling_hours: karachi", "pakistan or ramadan, or days with their hours"),
        ("ramadan_hours: evenings", "pakistan or ramadan, or days with their hours"),
        ("calling_hours: 10:00-20:00", "days with their hours"),
        ("holidays: [christmas]", "a day such as 2026-12-25"),
        ("holidays: [2026-13-45]", "a day such as 2026-12-25"),
        ("redial: 3", "settings of its own"),
        ("redial: {on: [answered]}", "one of these: busy, no_answer,"),
        ("redial: {on: [pushed]}", "congestion, hangup, initiated or pushed_to_sip"),
        ("redial: {on: []}", "a list with at least one entry"),
        ("redial: {after_minutes: [0]}", "more than 0"),
        ("redial: {after_minutes: [-5]}", "more than 0"),
        ("redial: {after_minutes: []}", "a list with at least one entry"),
        ("redial: {after_minutes: 99999999}", "43200 or less"),
        ("answers: {yes: Confirmed}", "labels for keys of the phone"),
        ("answers: {1: [a]}", "a text"),
        ("answers: [1]", "settings of its own"),
        ("callback_column: why", "a header that means nothing else, such as Callback"),
        ("max_age_hours: .inf", "a number"),
        ("tab: true", "a text"),
        ("may_be_called: [PK]", "settings of its own"),
        ("may_be_called: {countries: [PK, UK]}", "a country's two letters such as PK, AE or GB"),
        ("may_be_called: {countries: Pakistan}", "a country's two letters such as PK, AE or GB"),
        ("may_be_called: {countries: [92]}", "a country's two letters such as PK, AE or GB"),
        ("may_be_called: {countries: []}", "a list with at least one entry"),
        ("may_be_called: {kinds: []}", "a list with at least one entry"),
        ("may_be_called: {kinds: [cell]}", "one of these: mobile, landline, uan, toll_free,"),
        ("may_be_called: {kind: mobile}", "there is no such setting (is it kinds?)"),
    ],
)
def test_faults_of_a_campaign(tmp_path: Path, line: str, expected: str) -> None:
    [_, fault] = faults(tmp_path, with_campaign(line))
    assert fault.startswith("campaigns[0].")
    assert expected in fault


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timezone: Mars/Base", "timezone: found 'Mars/Base'; expected: a time zone's name"),
        ("timezone: Asia", "a time zone's name"),
        ("timezone: ../../etc/passwd", "a time zone's name"),
        (
            "language: klingon",
            "language: found 'klingon'; expected: english or urdu, or the name of",
        ),
        ("language: 5", "language: found '5'; expected: english or urdu, or"),
        ("language: ''", "language: found ''; expected: a text that isn't empty"),
        ("language: .", "expected: english or urdu, or"),
        ("language: 5.5", "language: found 5.5; expected: a text"),
        ("language: [urdu]", "language: found a list; expected: a text"),
        ("ledger: dialer.db", "ledger: what is there is not shown"),
        ("ledger: sqlite://dialer.db", "sqlite:/// and a file's name"),
        ("ledger: 'sqlite:///:memory:'", "sqlite:/// and a file's name"),
        ("poll: 5", "poll: found 5; expected: settings of its own"),
        ("poll: {evry: 5}", "poll.evry: there is no such setting (is it every?)"),
        ("1: 2", "1: there is no such setting"),
        ("~: 2", "none: there is no such setting"),
        ("daily_budget: 5", "daily_budget: there is no such setting"),
    ],
)
def test_faults_elsewhere(tmp_path: Path, text: str, expected: str) -> None:
    [_, fault] = faults(tmp_path, f"{LEAST}{text}\n")
    assert expected in fault


def test_the_language_may_be_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("paused: Stopped by the office.", encoding="utf-8")
    assert load(tmp_path, f"{LEAST}language: ours.yaml\n").language == str(tmp_path / "ours.yaml")
    for word in ("urdu", "Urdu", "' URDU '"):
        assert load(tmp_path, f"{LEAST}language: {word}\n").language == "urdu"
    assert load(tmp_path, LEAST).language == "english"


def test_all_faults_of_a_language_file_are_told_with_the_others(tmp_path: Path) -> None:
    words = "paused: ''\nto_old: x\ntried_again: later\n"
    (tmp_path / "ours.yaml").write_text(words, encoding="utf-8")
    _, *found = faults(tmp_path, f"{LEAST}language: ours.yaml\nevery: 0\n")
    assert found[0].startswith("every: ")
    assert [fault.partition(" can't")[0] for fault in found[1:]] == [
        "language: ours.yaml: paused",
        "language: ours.yaml: to_old",
        "language: ours.yaml: tried_again",
    ]
    assert "Tried again {when}." in found[3]


def test_campaigns_must_differ(tmp_path: Path) -> None:
    other = f"  - {{name: ' ORDERS', spreadsheet: {SHEET}, tab: T2, voice_id: 1}}\n"
    assert "different names" in faults(tmp_path, LEAST + other)[1]
    other = f"  - {{name: two, spreadsheet: {SHEET}, tab: calls, voice_id: 1}}\n"
    assert "different tabs" in faults(tmp_path, LEAST + other)[1]
    none = LEAST[: LEAST.index("campaigns")] + "campaigns: []\n"
    assert faults(tmp_path, none)[1].startswith("campaigns: found a list; expected: a list with")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "holds no settings"),
        (b"- a\n- b\n", "holds no settings"),
        (b"just words", "holds no settings"),
        (b"portal:\n\tapi_key: x\n", "a tab stands where spaces should (line 2, column 1)"),
        (b"a: b: c\n", "a colon too many"),
        (b"? [a]\n: b\n", "not valid YAML"),
        (b"a: !!python/object:os.system x\n", "not valid YAML"),
        (b"a: !!int x\n", "not of the kind"),
        (b"a: !!timestamp x\n", "not of the kind"),
        (b"a: !!bool x\n", "not of the kind"),
        (b"a: \x07\n", "a character that no text has"),
        (b"a: 1\n---\nb: 2\n", "not valid YAML"),
        (b"[" * 5000, "nested too deeply"),
        (b"a: &a [*a]\n", "nested too deeply, or contains itself"),
        (b"a: caf\xe9\n", "Save it as UTF-8"),
        ("portal:\n".encode("utf-16"), "Save it as UTF-8"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: bytes, expected: str) -> None:
    assert expected in " ".join(faults(tmp_path, text))


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Copy config\.example\.yaml"):
        load_config(tmp_path / "none.yaml", {})
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(tmp_path, {})


NAMES = [
    name
    for model in (Config, PortalSettings, GoogleSettings, CampaignSettings, Redial)
    for name in model.model_fields
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["busy", "10:00-20:00", "monday", SHEET, "2026-12-25", "https://a.b", "1"])
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | SCALARS.filter(bool), inner, max_size=4)
    ),
    max_leaves=8,
)
SECTION = {
    name: st.fixed_dictionaries({}, optional=dict.fromkeys(model.model_fields, VALUES))
    for name, model in (("portal", PortalSettings), ("campaign", CampaignSettings))
}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
    | st.fixed_dictionaries(
        {"portal": SECTION["portal"], "campaigns": st.lists(SECTION["campaign"], max_size=2)}
    )
)
def test_nothing_raises_but_our_error(tmp_path: Path, data: dict[str, Any]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    try:
        config = load_config(path, {})
    except ConfigError:
        return
    for campaign in config.campaigns:
        config.policy(campaign)
        config.hours(campaign)


# --- The example and the model can't drift apart --------------------------------------------------


FILLED_IN = {
    "put-your-key-here": "0123456789abcdef",
    "put-your-sheets-address-here": f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=0",
    "put-your-voice-here": "102",
}
EXAMPLES = re.compile(r"^( *)# (\w+: .*# example)$", re.MULTILINE)


def filled_in(*, with_examples: bool = False) -> str:
    """The example with what README says to fill in; with every example in it switched on."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for placeholder, real in FILLED_IN.items():
        assert text.count(placeholder) == 1
        text = text.replace(placeholder, real)
    return EXAMPLES.sub(r"\1\2", text) if with_examples else text


SECTIONS: list[tuple[str, type[BaseModel]]] = [
    ("", Config),
    ("portal", PortalSettings),
    ("google", GoogleSettings),
    ("poll", PollSettings),
    ("campaigns", CampaignSettings),
    ("redial", Redial),
    ("redial_no_key", RedialNoKey),
    ("ramadan", Ramadan),
]


def section_of(name: str) -> dict[str, Any]:
    """A section of the example with everything switched on."""
    data: dict[str, Any] = yaml.load(filled_in(with_examples=True), yaml.BaseLoader)
    if name in ("redial", "redial_no_key"):
        return dict(data["campaigns"][0][name])
    section = data[name] if name else data
    return dict(section[0] if isinstance(section, list) else section)


def test_the_example_as_it_stands_says_what_to_fill_in_and_where_it_is_found(
    tmp_path: Path,
) -> None:
    _, *found = faults(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    assert [each.partition(":")[0] for each in found] == [
        "portal.api_key",
        "campaigns[0].spreadsheet",
        "campaigns[0].voice_id",
    ]
    assert "sign in at https://portal.robocall.pk and copy it" in found[0]
    assert "put-your-key-here" not in found[0]
    assert "copy what stands in the address bar" in found[1]
    assert "the list of voices" in found[2]


def test_nothing_is_on_in_the_example_that_was_not_asked_for(tmp_path: Path) -> None:
    config = load(tmp_path, filled_in())
    [campaign] = config.campaigns
    assert config.ramadan is None
    assert config.forget_after_days is None
    least = load(tmp_path, LEAST.replace(SECRET, "0123456789abcdef"))
    assert campaign == least.campaigns[0]
    assert config == least


def test_every_example_in_it_can_be_switched_on(tmp_path: Path) -> None:
    config = load(tmp_path, filled_in(with_examples=True))
    [campaign] = config.campaigns
    assert config.ramadan is not None
    assert campaign.redial == Redial()
    assert campaign.redial_no_key == RedialNoKey()
    assert campaign.columns == {"phone": "Mobile No"}
    assert campaign.holidays
    assert len(EXAMPLES.findall(EXAMPLE.read_text(encoding="utf-8"))) == 5


@pytest.mark.parametrize(("name", "model"), SECTIONS)
def test_the_example_shows_every_setting_and_no_other(name: str, model: type[BaseModel]) -> None:
    settings = [field.alias or name for name, field in model.model_fields.items()]
    assert list(section_of(name)) == settings


def test_every_setting_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    sections = ("portal:", "google:", "poll:", "campaigns:", "api_key_file:")
    for before, line in itertools.pairwise(lines):
        is_setting = line.strip() and not line.strip().startswith(("#", *sections))
        if is_setting or EXAMPLES.fullmatch(line):
            assert re.fullmatch(r" *# .*", before), line
            assert not EXAMPLES.fullmatch(before), line


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("daily_cap: 5", MayBeCalled()),
        ("may_be_called: {}", MayBeCalled()),
        ("may_be_called: {countries: [pk, AE, 001, PK]}", MayBeCalled(("PK", "AE", "001"))),
        ("may_be_called: {countries: NO}", MayBeCalled(("NO",))),
        ("may_be_called: {kinds: Mobile}", MayBeCalled(kinds=("mobile",))),
        ("may_be_called: {kinds: [toll_free, voip]}", MayBeCalled(kinds=("toll_free", "voip"))),
    ],
)
def test_which_numbers_may_be_called(tmp_path: Path, line: str, rule: MayBeCalled) -> None:
    config = load(tmp_path, with_campaign(line))
    assert config.policy(config.campaigns[0]).may_be_called == rule


@pytest.mark.parametrize(
    "value",
    [
        *("put-your-key-here", "PUT-YOUR-KEY-HERE", "your-api-key", "<your-key>", "YOUR_API_KEY"),
        *("insert_key_here", "paste-key", "xxxxxxxx", "changeme", "my-key", "[api-key]", "..."),
    ],
)
def test_a_placeholder_is_no_key(tmp_path: Path, value: str) -> None:
    _, fault = faults(tmp_path, LEAST.replace(f"api_key: {SECRET}", f'api_key: "{value}"'))
    assert fault.startswith("portal.api_key: ")
    assert fault.endswith("copy it from the account's page")


@pytest.mark.parametrize("value", ["0123456789abcdef", "hereford1", "mykey77", "yours", "Xx1x"])
def test_a_key_is_no_placeholder(tmp_path: Path, value: str) -> None:
    assert key_of(load(tmp_path, LEAST.replace(SECRET, value))) == value


def test_a_placeholder_gives_way_to_the_key_from_elsewhere(tmp_path: Path) -> None:
    text = filled_in().replace("0123456789abcdef", "put-your-key-here")
    assert key_of(load(tmp_path, text, ROBOCALL_API_KEY="outside")) == "outside"
    (tmp_path / "portal.key").write_text("in-a-file")
    text = text.replace("api_key_file: null", "api_key_file: portal.key")
    assert key_of(load(tmp_path, text)) == "in-a-file"


@pytest.mark.parametrize(
    "value",
    [
        "put-your-sheets-address-here",
        "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg",
        "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg/edit",
        "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
        "https://docs.google.com/spreadsheets/d/your-spreadsheet-id-is-here/edit",
    ],
)
def test_a_sheet_of_an_example_is_nobodys(tmp_path: Path, value: str) -> None:
    _, fault = faults(tmp_path, LEAST.replace(SHEET, value))
    assert "campaigns[0].spreadsheet: found" in fault
    assert "open the sheet in the browser" in fault


@pytest.mark.parametrize(
    ("settings", "key", "free"),
    [
        ("opt_out_key: 1", "1", "9"),
        ("opt_out_key: 3", "3", "9"),
        ("opt_out_key: '2'", "2", "9"),
        ("opt_out_key: 9\n    answers: {9: Never again}", "9", "8"),
        ("answers: {9: a, 8: b}\n    opt_out_key: 9", "9", "7"),
        ("answers: {'*': Star}\n    opt_out_key: '*'", "*", "9"),
    ],
)
def test_the_key_that_opts_out_means_nothing_else(
    tmp_path: Path, settings: str, key: str, free: str
) -> None:
    _, fault = faults(tmp_path, with_campaign(settings))
    assert fault.startswith("campaigns[0].answers: ")
    assert f"no meaning for {key}, which is the opt_out_key" in fault
    assert f"another key, such as {free}," in fault


def test_a_keys_meaning_can_be_taken_away(tmp_path: Path) -> None:
    config = load(tmp_path, with_campaign('opt_out_key: 3\n    answers: {3: ""}'))
    [campaign] = config.campaigns
    assert campaign.opt_out_key == "3"
    assert config.policy(campaign).answer("3") == "Key 3"
    assert config.policy(campaign).answer("1") == "Confirmed"


@pytest.mark.parametrize("key", ["9", "4", '"*"', '"#"'])
def test_the_key_that_opts_out_is_one_of_the_phones(tmp_path: Path, key: str) -> None:
    config = load(tmp_path, with_campaign(f"opt_out_key: {key}"))
    assert config.campaigns[0].opt_out_key == key.strip('"')


@pytest.mark.parametrize("key", ["10", "x", "**"])
def test_a_key_that_no_phone_has_is_refused(tmp_path: Path, key: str) -> None:
    _, fault = faults(tmp_path, with_campaign(f'opt_out_key: "{key}"'))
    assert fault.startswith("campaigns[0].opt_out_key: found")
    assert "one key of the phone" in fault


@pytest.mark.parametrize("key", ["0", "'0'"])
def test_who_opts_out_presses_no_key_that_can_look_like_none(tmp_path: Path, key: str) -> None:
    _, fault = faults(tmp_path, with_campaign(f"opt_out_key: {key}"))
    assert fault == (
        f"campaigns[0].opt_out_key: found {key}; expected: another key than 0: "
        '1 to 9, or "*" or "#" in quotes. The portal may write 0 where nobody pressed a key, so '
        "who presses 0 could be called again"
    )


def test_data_is_not_forgotten_while_it_may_be_needed(tmp_path: Path) -> None:
    _, fault = faults(tmp_path, with_campaign("max_age_hours: 72") + "\nforget_after_days: 4")
    assert fault == (
        "forget_after_days: found 4; expected: more than 4 days: until then a number may be needed "
        "for give_up_after_hours, same_call_gap_hours, max_age_hours or a redial"
    )
    config = load(tmp_path, with_campaign("max_age_hours: 72") + "\nforget_after_days: 4.5")
    assert config.forget_after is not None
    assert config.forget_after.total_seconds() == 4.5 * 86_400


def test_calls_that_never_ring_are_redialled_where_that_is_named(tmp_path: Path) -> None:
    rule = "redial: {on: [busy, initiated, pushed_to_sip]}"
    config = load(tmp_path, with_campaign(rule).replace("portal:", "portal:\n  stuck_minutes: 5"))
    [campaign] = config.campaigns
    policy = config.policy(campaign)
    assert [status for status in range(9) if policy.redials(status)] == [1, 4, 8]
    assert policy.stuck_after == timedelta(minutes=5)


def test_calls_that_never_ring_are_not_redialled_by_default(tmp_path: Path) -> None:
    config = load(tmp_path, with_campaign("redial: {}"))
    policy = config.policy(config.campaigns[0])
    assert [status for status in range(9) if policy.redials(status)] == [3, 4, 5, 6]
    assert policy.stuck_after == timedelta(minutes=60)
