"""`check`: each fault is found, said in a sentence and told how to mend; nobody is called."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sheets_dialer.app.check_file import check_file
from sheets_dialer.check import Finding, exit_code
from sheets_dialer.ledger.facts import unsafe
from sheets_dialer.ledger.ledger import Ledger
from sheets_dialer.sandbox.google.behaviour import OVERLAP_SECONDS
from sheets_dialer.tabs.fencing_token import unsafe_sentence
from tests.support.dialing import SPEED, Shop
from tests.support.raw_server import RawServer, answer
from tests.support.running import RunningSandbox

DIALER = "dialer@robocall-sandbox.iam.gserviceaccount.com"
PERSON = "person@robocall-sandbox.iam.gserviceaccount.com"


class Checked:
    """What a check in this process found."""

    def __init__(self, shop: Shop, **environment: str) -> None:
        self.all: list[Finding] = list(check_file(shop.config, environment))

    def one(self, level: str, sentence: str) -> Finding:
        """The only finding of that level that says so."""
        (finding,) = [
            each for each in self.all if each.level == level and sentence in each.sentence
        ]
        return finding

    def faults(self) -> list[str]:
        """Every fault's sentence."""
        return [each.sentence for each in self.all if each.level == "fault"]

    def worse_than_ok(self) -> list[Finding]:
        """Everything that isn't as it should be."""
        return [each for each in self.all if each.level != "ok"]

    @property
    def code(self) -> int:
        """What the command would end with."""
        return exit_code(self.all)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that is set up, for all tests that leave its sheet as it is."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("shop"), "--speed", str(SPEED))
    sandbox.post("/_sandbox/limits", {"enabled": False})
    shop = Shop(sandbox)
    shop.ready("03000000001")
    yield shop
    sandbox.stop()


@pytest.fixture
def ready(set_up: Shop) -> Iterator[Shop]:
    """A shop on which nothing is wrong; all but its sheet may be changed."""
    sandbox, key = set_up.sandbox, set_up.config.with_name("service-account.json")
    texts = {path: path.read_text() for path in (set_up.config, key)}
    settings = {name: sandbox.get(f"/_sandbox/{name}") for name in ("portal", "behaviour")}
    sandbox.delete("/_sandbox/requests")
    yield set_up
    sandbox.reset(limits=False)
    for name, setting in settings.items():
        sandbox.post(f"/_sandbox/{name}", setting)
    if key.is_dir():
        key.rmdir()
    for path, text in texts.items():
        path.write_text(text)
    key.chmod(0o600)


@pytest.fixture
def own(shop: Shop) -> Shop:
    """A shop on which nothing is wrong; its sheet may be changed too."""
    shop.ready("03000000001")
    return shop


def configure(shop: Shop, **sections: Any) -> None:
    """Changes the configuration: mappings are merged, the rest replaced."""
    data = yaml.safe_load(shop.config.read_text())
    for name, value in sections.items():
        data[name] = data[name] | value if isinstance(value, dict) else value
    shop.config.write_text(yaml.safe_dump(data, sort_keys=False))


def configure_campaign(shop: Shop, **changes: Any) -> None:
    """Changes the first campaign."""
    data = yaml.safe_load(shop.config.read_text())
    configure(shop, campaigns=[data["campaigns"][0] | changes])


def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def named_ranges(shop: Shop) -> list[str]:
    return [each["name"] for each in shop.tab().spreadsheet.list_named_ranges()]


# --- The whole


def test_a_healthy_set_up_has_no_faults_changes_nothing_and_calls_nobody(ready: Shop) -> None:
    before = ready.tab().spreadsheet.fetch_sheet_metadata({"includeGridData": True})
    done = ready.run("check")
    after = ready.tab().spreadsheet.fetch_sheet_metadata({"includeGridData": True})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nobody was called" in done.stdout
    levels = {line.split()[0] for line in done.stdout.splitlines()[:-1]}
    assert levels == {"ok"}
    assert "sandbox-api-key" not in done.stdout + done.stderr
    assert after == before
    assert ready.calls() == []
    assert ready.sandbox.get("/_sandbox/requests")["portal"]["calls"] == 0


def test_the_findings_come_as_json_too(own: Shop) -> None:
    own.tab().update_cell(1, 1, "Telefon")
    done = own.run("check", "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == 2
    assert {frozenset(each) for each in findings} == {
        frozenset({"what", "level", "sentence", "remedy"})
    }
    (fault,) = [each for each in findings if each["level"] == "fault"]
    assert fault["what"] == "orders: tab Calls"
    assert all(each["remedy"] for each in findings if each["level"] != "ok")


def test_a_fault_stands_with_its_remedy_on_the_next_line(ready: Shop) -> None:
    ready.sandbox.post("/_sandbox/portal", {"balance": 1})
    done = ready.run("check")
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("fault")]
    assert lines[place + 1].strip() == "→ Top up the account at the portal."
    assert "Nobody was called" not in done.stdout


def test_all_faults_are_told_together(ready: Shop) -> None:
    key = ready.config.with_name("service-account.json")
    key.unlink()
    configure(ready, timezone="Asia/Karchi")
    ready.sandbox.post("/_sandbox/portal", {"api_keys": ["another"]})
    checked = Checked(ready)
    assert len(checked.faults()) == 3
    checked.one("fault", "timezone: found 'Asia/Karchi'")
    checked.one("fault", "service-account.json is missing")
    checked.one("fault", "The portal doesn't take the key.")
    assert checked.code == 2


# --- Configuration, this machine


def test_an_unknown_time_zone(ready: Shop) -> None:
    configure(ready, timezone="Karachi time")
    checked = Checked(ready)
    found = checked.one("fault", "timezone: found 'Karachi time'; expected: a time zone's name")
    assert "config.example.yaml" in found.remedy
    assert checked.code == 2
    assert checked.faults() == [found.sentence]  # the rest was checked and is well


def test_without_a_configuration_it_says_where_to_begin(tmp_path: Path) -> None:
    (found,) = check_file(tmp_path / "none.yaml", {})
    assert "There is no configuration" in found.sentence
    assert "config.example.yaml" in found.remedy


def test_a_fault_that_hides_nothing_hides_nothing(ready: Shop) -> None:
    configure(ready, portal={"lines": 0}, google={"colour": "blue"})
    configure_campaign(ready, max_age_hours=-1)
    checked = Checked(ready)
    assert len(checked.faults()) == 3
    checked.one("ok", "The portal takes the key")
    checked.one("ok", "The tab has every column that dialling needs.")


def test_a_section_that_can_not_be_used_is_not_checked_on_a_guess(ready: Shop) -> None:
    configure(ready, portal={"base_url": "ftp://x"}, google={"base_url": "http://example.com"})
    configure_campaign(ready, columns="Phone")
    checked = Checked(ready)
    assert len(checked.faults()) == 3
    assert {each.what for each in checked.all} == {"Configuration", "Ledger"}
    assert ready.sandbox.get("/_sandbox/requests")["portal"]["total"] == 0


def test_sections_that_are_no_sections(ready: Shop) -> None:
    ready.config.write_text("portal: 7\ncampaigns: none\nledger: []\n")
    checked = Checked(ready)
    assert {each.what for each in checked.worse_than_ok()} >= {"Configuration"}
    assert checked.code == 2


def test_no_portal_key_leaves_the_rest_to_be_checked(ready: Shop) -> None:
    data = yaml.safe_load(ready.config.read_text())
    del data["portal"]["api_key"]
    ready.config.write_text(yaml.safe_dump(data))
    checked = Checked(ready)
    found = checked.one("fault", "portal.api_key: missing")
    assert checked.faults() == [found.sentence]
    assert ready.sandbox.get("/_sandbox/requests")["portal"]["total"] == 0
    assert Checked(ready, ROBOCALL_API_KEY="sandbox-api-key").faults() == []


def test_a_ledger_that_can_not_be_written(ready: Shop) -> None:
    configure(ready, ledger=f"sqlite:///{ready.config.parent}/nowhere/dialer.db")
    checked = Checked(ready)
    found = checked.one("fault", "can't be used")
    assert "a folder that exists" in found.remedy
    assert checked.faults() == [found.sentence]
    assert checked.code == 2


@pytest.mark.parametrize(
    ("folder", "keeper"),
    [
        ("Dropbox", "Dropbox"),
        ("OneDrive - Lahore Cloth", "OneDrive"),
        ("Google Drive", "Google Drive"),
        ("GoogleDrive-me@example.com", "Google Drive"),
        ("iCloudDrive", "iCloud"),
        ("com~apple~CloudDocs", "iCloud"),
    ],
)
def test_a_ledger_in_a_synced_folder(ready: Shop, folder: str, keeper: str) -> None:
    place = ready.config.parent / folder / "dialer"
    place.mkdir(parents=True)
    configure(ready, ledger=f"sqlite:///{folder}/dialer/dialer.db")
    found = Checked(ready).one("fault", f"a folder that {keeper} copies to other machines")
    assert "this machine's own disk" in found.remedy


# --- The key file and the clock


def test_a_missing_key_file(ready: Shop) -> None:
    ready.config.with_name("service-account.json").unlink()
    checked = Checked(ready)
    found = checked.one("fault", "service-account.json is missing")
    assert found.remedy.startswith("Download it from the Google Cloud console")
    assert checked.code == 2
    checked.one("ok", "This machine's clock goes as Google's does.")


@pytest.mark.parametrize("text", ["", "{}", '{"installed": {"client_id": "x"}}'])
def test_a_file_that_is_no_key_file(ready: Shop, text: str) -> None:
    ready.config.with_name("service-account.json").write_text(text)
    found = Checked(ready).one("fault", "is not a service account's key file")
    assert "Keys, Add key, JSON" in found.remedy


def test_a_key_file_that_is_a_folder_can_not_be_read(ready: Shop) -> None:
    key = ready.config.with_name("service-account.json")
    key.unlink()
    key.mkdir()
    assert "read it" in Checked(ready).one("fault", "service-account.json can't be read").remedy


@pytest.mark.skipif(os.name != "posix", reason="other systems keep permissions otherwise")
def test_a_key_file_that_others_can_read(ready: Shop) -> None:
    key = ready.config.with_name("service-account.json")
    key.chmod(0o644)
    checked = Checked(ready)
    found = checked.one("warning", "Other users of this machine can read")
    assert found.remedy == f"Run: chmod 600 {key}"
    assert checked.code == 0


def test_a_key_that_google_does_not_know(ready: Shop) -> None:
    key = ready.config.with_name("service-account.json")
    key.write_text(json.dumps(json.loads(key.read_text()) | {"private_key_id": "0" * 40}))
    checked = Checked(ready)
    found = checked.one("fault", f"Google doesn't accept the key of {DIALER}")
    assert "make a new key" in found.remedy
    assert checked.code == 3


def test_a_token_that_google_takes_back(ready: Shop) -> None:
    ready.sandbox.post("/_sandbox/faults", {"service": "sheets", "kind": "401", "path": "fields"})
    found = Checked(ready).one("fault", "Google doesn't accept the key")
    assert "make a new key" in found.remedy


@pytest.mark.parametrize(
    ("offset", "words"),
    [(90, "90 seconds behind"), (-100, "100 seconds ahead of"), (240, "4 minutes behind")],
)
def test_a_clock_that_is_off(ready: Shop, offset: float, words: str) -> None:
    ready.sandbox.post("/_sandbox/clock", {"offset": offset})
    checked = Checked(ready)
    (found,) = [each for each in checked.all if each.level == "fault"]
    if words[0] != "4":
        words = words.partition(" ")[2]  # the seconds that it took count too
    assert words in found.sentence
    assert "Set this machine's clock" in found.remedy
    assert checked.code == 2


def test_a_clock_so_far_off_that_google_signs_nobody_in(ready: Shop) -> None:
    ready.sandbox.post("/_sandbox/clock", {"offset": 3 * 3600})
    checked = Checked(ready)
    checked.one("fault", "3 hours behind Google's")
    found = checked.one("fault", "Google doesn't sign the service account in")
    assert "clock" in found.remedy
    assert checked.code == 2


def test_something_in_between_that_takes_the_time_away(ready: Shop) -> None:
    proxy = RawServer(answer({}))
    configure(ready, google={"base_url": proxy.url})
    checked = Checked(ready)
    proxy.stop()
    assert "proxy" in checked.one("fault", "carries no time").remedy


# --- Reaching Google and the spreadsheet


def test_google_out_of_reach(ready: Shop) -> None:
    configure(ready, google={"base_url": closed_port()})
    checked = Checked(ready)
    found = checked.one("fault", "Google Sheets can't be reached")
    assert "network" in found.remedy
    assert checked.code == 3
    checked.one("ok", "The portal takes the key")


@pytest.mark.parametrize(("service", "kind"), [("sheets", "503"), ("token", "503")])
def test_google_failing(ready: Shop, service: str, kind: str) -> None:
    ready.sandbox.post("/_sandbox/faults", {"service": service, "kind": kind})
    checked = Checked(ready)
    assert [each.what for each in checked.all if each.level == "fault"] == ["Google"]
    assert checked.code == 3
    checked.one("ok", "The portal takes the key")


@pytest.mark.parametrize("kind", ["empty", "malformed", "reset"])
def test_an_unclear_answer_is_no_finding_about_the_sheet(ready: Shop, kind: str) -> None:
    fault = {"service": "sheets", "kind": kind, "path": "batchGetByDataFilter"}
    ready.sandbox.post("/_sandbox/faults", fault)
    checked = Checked(ready)
    (found,) = [each for each in checked.all if each.level == "fault"]
    assert found.what == "Google"
    assert "again" in found.remedy


def test_a_quota_that_is_used_up_is_waited_for(ready: Shop) -> None:
    ready.sandbox.post("/_sandbox/faults", {"service": "sheets", "kind": "429", "count": 2})
    assert Checked(ready).faults() == []


def test_a_sheet_that_is_not_shared(own: Shop) -> None:
    own.tab().spreadsheet.remove_permissions(DIALER)
    checked = Checked(own)
    found = checked.one("fault", "is not shared with the service account")
    assert found.remedy == f"Open the sheet, press Share and add {DIALER} as an editor."
    assert checked.code == 3


def test_a_sheet_that_is_shared_for_reading_only(own: Shop) -> None:
    own.tab().spreadsheet.share(DIALER, "user", "reader", notify=False)
    found = Checked(own).one("fault", "may read the sheet but not write to it")
    assert found.remedy == f"Open the sheet, press Share and make {DIALER} an editor."


def test_the_sheets_api_is_not_enabled(ready: Shop) -> None:
    second = yaml.safe_load(ready.config.read_text())["campaigns"][0]
    configure(ready, campaigns=[second, second | {"name": "b", "spreadsheet": "x" * 44}])
    ready.sandbox.post("/_sandbox/apis", {"sheets": False})
    checked = Checked(ready)
    found = checked.one("fault", "The Google Sheets API is not enabled")  # said once
    assert "https://console.developers.google.com/apis/api/sheets" in found.remedy
    assert "press Enable" in found.remedy


def test_a_wrong_spreadsheet_key(ready: Shop) -> None:
    configure_campaign(ready, spreadsheet="1k2" * 14)
    found = Checked(ready).one("fault", f"There is no spreadsheet with the key {'1k2' * 14}.")
    assert "Copy the sheet's address" in found.remedy


def test_an_excel_file_in_drive(ready: Shop) -> None:
    key = ready.sandbox.spreadsheet_id
    ready.sandbox.post("/_sandbox/behaviour", {"office_files": [key]})
    found = Checked(ready).one("fault", f"{key} is an Excel file (.xlsx) in Drive")
    assert "File > Save as Google Sheets" in found.remedy
    assert DIALER in found.remedy


def test_a_refusal_that_nobody_knows_is_told_in_googles_words(ready: Shop) -> None:
    ready.sandbox.post("/_sandbox/faults", {"service": "sheets", "kind": "400", "path": "fields"})
    found = Checked(ready).one("fault", "Request contains an invalid argument.")
    assert "run check again" in found.remedy


# --- Tabs and columns


def test_a_missing_tab(ready: Shop) -> None:
    configure_campaign(ready, tab="Orders 2026")
    checked = Checked(ready)
    found = checked.one("fault", "The sheet has no tab named Orders 2026. It has: Calls, Dialer")
    assert "Rename the tab" in found.remedy
    assert checked.code == 2


def test_a_sheet_that_was_never_set_up(shop: Shop) -> None:
    checked = Checked(shop)
    assert [each.remedy for each in checked.all if each.level == "fault"] == [
        "Run: python3 run.py setup"
    ] * 3
    checked.one("fault", "The tab Dialer is missing.")
    checked.one("fault", "The tab Do Not Call is missing.")
    checked.one("fault", "The dialer's columns are missing: Status, Answer")
    assert checked.code == 2


def test_an_empty_queue_tab(own: Shop) -> None:
    own.tab().clear()
    checked = Checked(own)
    checked.one("fault", "No column is headed Phone")
    checked.one("fault", "The dialer's columns are missing")


def test_no_phone_column(own: Shop) -> None:
    own.tab().update_cell(1, 1, "Telefon")
    found = Checked(own).one("fault", "No column is headed Phone")
    assert "Write Phone over the column with the numbers" in found.remedy


def test_a_column_that_the_configuration_names_and_the_sheet_lacks(ready: Shop) -> None:
    configure_campaign(ready, columns={"phone": "Mob.", "text2": "Bill"})
    checked = Checked(ready)
    assert "Write Mob. over" in checked.one("fault", "No column is headed Mob.").remedy
    found = checked.one("fault", "name Bill for text2, and no column is headed so")
    assert "Correct the header" in found.remedy


def test_headers_that_stand_twice(own: Shop) -> None:
    own.tab().update_cell(1, 2, "Mobile")
    found = Checked(own).one("fault", "More than one column means the same")
    assert "Mobile" in found.sentence
    assert "Rename or remove all but one" in found.remedy


def test_a_control_word_that_is_not_understood(own: Shop) -> None:
    own.control("GO")
    found = Checked(own).one("fault", "Control says “GO”")
    assert "Choose RUN or PAUSE" in found.remedy
    own.control("PAUSE")
    Checked(own).one("ok", "nobody is called until a person chooses RUN")


def test_protection_that_keeps_the_dialer_out_of_its_columns(own: Shop) -> None:
    own.tab().add_protected_range("E:F", editor_users_emails=[PERSON])
    found = Checked(own).one("fault", "may not write: Status, Answer.")
    assert "Data > Protect sheets and ranges" in found.remedy


def protect_all_but(shop: Shop, *open_areas: dict[str, int]) -> None:
    """Protects the whole tab, for the person, but for these areas."""
    sheet_id = shop.tab().id
    protected = {
        "range": {"sheetId": sheet_id},
        "editors": {"users": [PERSON]},
        "unprotectedRanges": [{"sheetId": sheet_id} | area for area in open_areas],
    }
    shop.tab().spreadsheet.batch_update(
        {"requests": [{"addProtectedRange": {"protectedRange": protected}}]}
    )


def test_a_protected_tab_with_the_dialers_columns_left_open_is_well(own: Shop) -> None:
    protect_all_but(
        own,
        {"startColumnIndex": 4, "startRowIndex": 5},
        {"startColumnIndex": 4, "endRowIndex": 8},
        {"endColumnIndex": 1},
    )
    assert Checked(own).faults() == []


def test_a_protected_tab_with_only_some_rows_left_open_is_not(own: Shop) -> None:
    protect_all_but(own, {"startColumnIndex": 4, "startRowIndex": 1, "endRowIndex": 500})
    Checked(own).one("fault", "may not write: Status, Answer, DTMF")


def test_protection_that_only_warns_is_well(own: Shop) -> None:
    own.tab().add_protected_range("A:Z", warning_only=True)
    assert Checked(own).faults() == []


@pytest.mark.parametrize("voice", [48, 49])
def test_a_default_voice_without_a_store_column(own: Shop, voice: int) -> None:
    own.tab().update_cell(1, 3, "Notes")
    configure_campaign(own, voice_id=voice)
    checked = Checked(own)
    found = checked.one("fault", f"Voice {voice} speaks the store's name, and no column holds it")
    assert "Add a column headed Store" in found.remedy
    assert checked.code == 2


def test_rows_of_a_default_voice_without_a_store(own: Shop) -> None:
    configure_campaign(own, voice_id=48)
    rows = [["03000000001", "", "Shop"], *[[f"0300000000{n}"] for n in range(2, 9)]]
    own.paste([*rows, ["not a number"]])
    checked = Checked(own)
    found = checked.one("warning", "7 rows with voice 48 or 49 have no store's name")
    assert "row 3, 4, 5, 6, 7, …" in found.sentence
    assert "column Store" in found.remedy
    assert checked.code == 0


# --- The fence


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("chosen_range_ids", "Google doesn't keep the id that is chosen"),
        ("unique_range_names", "Google takes a second named range of the same name"),
        ("strict_range_deletes", "Google takes the deletion of a named range that is gone"),
        ("range_swaps", "Google refuses to delete one named range and add another in one step"),
        ("atomic_batches", "Google applies a part of a batch in which one request is refused"),
    ],
)
def test_a_fence_that_does_not_hold(ready: Shop, setting: str, sentence: str) -> None:
    before = named_ranges(ready)
    ready.sandbox.post("/_sandbox/behaviour", {setting: False})
    checked = Checked(ready)
    found = checked.one("fault", sentence)
    assert found.sentence.startswith("Dialling isn't safe on this sheet")
    assert found.remedy.startswith("Keep Control at PAUSE and run check again.")
    assert checked.code == 3
    assert named_ranges(ready) == before
    ledger = Ledger(f"sqlite:///{ready.config.parent}/dialer.db", new_id="unused")
    tab = unsafe(f"{ready.sandbox.spreadsheet_id}/Calls")
    assert unsafe_sentence(ledger.fact(tab)) == found.sentence
    ready.sandbox.post("/_sandbox/behaviour", {setting: True})
    assert Checked(ready).faults() == []
    assert ledger.fact(tab) is None
    ledger.close()


def test_the_fence_does_not_hold_where_overlapping_writes_are_both_accepted(ready: Shop) -> None:
    before = named_ranges(ready)
    ready.sandbox.post("/_sandbox/behaviour", {"rebased": True})
    checked = Checked(ready)
    assert checked.code == 3
    found = checked.one("fault", "Google doesn't accept just one.")
    assert found.remedy.startswith("Keep Control at PAUSE and run check again.")
    assert named_ranges(ready) == before
    ready.sandbox.post("/_sandbox/behaviour", {"rebased": False})
    time.sleep(OVERLAP_SECONDS)
    assert Checked(ready).faults() == []


def test_a_refusal_in_words_that_were_not_known_is_told_with_these_words(ready: Shop) -> None:
    """Of the four writes of the last contest three are refused, by another reason than else."""
    ready.sandbox.delete("/_sandbox/requests")
    assert Checked(ready).faults() == []
    writes = [
        each["status"]
        for each in ready.sandbox.get("/_sandbox/requests?latest=1")
        if each["path"].endswith(":batchUpdate")
    ]
    contest = next(at for at in reversed(range(len(writes))) if writes[at : at + 4].count(400) == 3)
    fault = {"kind": "400", "path": ":batchUpdate", "skip": contest, "count": 3}
    ready.sandbox.post("/_sandbox/faults", {"service": "sheets", **fault})
    checked = Checked(ready)
    assert checked.code == 0
    checked.one("warning", "Google refuses a second dialer's write in other words than were known")


@pytest.mark.parametrize("title", ["Calls", "Dialer", "Do Not Call"])
def test_a_tab_that_google_named_anew_is_told(own: Shop, title: str) -> None:
    own.tab().spreadsheet.add_worksheet(f"{title}_conflict123", 5, 5)
    own.tab().spreadsheet.add_worksheet("Other_conflict1", 5, 5)
    found = Checked(own).one("warning", f"There is a tab named {title}_conflict123")
    assert f"delete {title}_conflict123" in found.remedy


def test_nothing_is_dialled_until_the_fence_holds(own: Shop) -> None:
    own.sandbox.post("/_sandbox/behaviour", {"unique_range_names": False})
    assert own.run("check").returncode == 3
    own.run("once", "--for", "3")
    assert own.calls() == []
    state = own.tab("Dialer").find("State")
    assert state is not None
    assert "isn't safe" in str(own.tab("Dialer").cell(state.row, state.col + 1).value)
    own.sandbox.post("/_sandbox/behaviour", {"unique_range_names": True})
    assert own.run("check").returncode == 0
    own.run("once", "--for", "20")
    assert own.called_numbers() == ["923000000001"]


def test_each_property_of_the_fence_has_a_sentence_of_its_own(ready: Shop) -> None:
    checked = Checked(ready)
    for sentence in (
        "Google keeps the id that is chosen for a named range.",
        "Google refuses a second named range of the same name.",
        "Google deletes one named range and adds another in one step.",
        "Google refuses to delete a named range twice.",
        "Google applies nothing of a batch in which one request is refused.",
        "Google makes 10 such changes one behind the other.",
        "Google's answer to a write shows what a read shows.",
        "Of 4 such changes at the same moment Google accepts one.",
    ):
        checked.one("ok", sentence)


def test_a_sheet_that_takes_no_named_ranges_is_not_safe(ready: Shop) -> None:
    fault = {"service": "sheets", "kind": "400", "path": ":batchUpdate"}
    ready.sandbox.post("/_sandbox/faults", fault)
    Checked(ready).one("fault", "Google refuses to add a named range.")


@pytest.mark.parametrize("kind", ["503", "503-applied", "reset", "reset-after", "empty"])
@pytest.mark.parametrize("step", [0, 2])
def test_it_tidies_up_after_a_step_that_failed(ready: Shop, kind: str, step: int) -> None:
    before = named_ranges(ready)
    path = ":batchUpdate"
    faults = [{"service": "sheets", "kind": kind, "count": 1, "path": path}]
    if step:  # the first steps come through, if late
        faults.insert(
            0, {"service": "sheets", "kind": "slow", "seconds": 0, "count": step, "path": path}
        )
    ready.sandbox.post("/_sandbox/faults", faults)
    checked = Checked(ready)
    found = checked.one("fault", "Whether dialling is safe on this sheet couldn't be tried.")
    assert "Run check again" in found.remedy
    assert named_ranges(ready) == before
    assert checked.code == 3


def test_what_it_could_not_tidy_up_it_names(own: Shop) -> None:
    fault = {"service": "sheets", "kind": "reset-after", "path": ":batchUpdate"}
    own.sandbox.post("/_sandbox/faults", [fault | {"count": 1}, fault | {"kind": "503"}])
    found = Checked(own).one("warning", "Named ranges of this check were left in the sheet")
    assert "Data > Named ranges" in found.remedy
    assert any(name in found.sentence for name in (f"{n[:27]}…" for n in named_ranges(own)))


def test_named_ranges_that_can_not_be_listed_are_removed_all_the_same(ready: Shop) -> None:
    before = named_ranges(ready)
    fault = {"service": "sheets", "kind": "404", "path": "fields=namedRanges"}
    ready.sandbox.post("/_sandbox/faults", fault)
    checked = Checked(ready)
    checked.one("fault", "Whether dialling is safe on this sheet couldn't be tried.")
    ready.sandbox.delete("/_sandbox/faults")
    assert named_ranges(ready) == before


def test_a_dialer_at_work_is_not_disturbed(own: Shop) -> None:
    assert own.run("start", "--until-done").returncode == 0
    before = named_ranges(own)
    assert before
    assert Checked(own).faults() == []
    assert named_ranges(own) == before
    own.paste([["03000000002"]], "A3")
    assert own.run("start", "--until-done").returncode == 0
    assert own.called_numbers() == ["923000000001", "923000000002"]


# --- Several campaigns


def test_each_campaign_is_checked_and_what_they_share_is_said_once(shop: Shop) -> None:
    first = yaml.safe_load(shop.config.read_text())["campaigns"][0]
    second = first | {"name": "reminders", "tab": "Reminders"}
    third = first | {"name": "again"}
    configure(shop, campaigns=[first, second, third])
    checked = Checked(shop)
    missing = checked.one("fault", "The tab Dialer is missing.")
    assert missing.what == "orders, reminders, again: spreadsheet"
    assert checked.one("fault", "no tab named Reminders").what == "reminders: tab Reminders"
    assert checked.one("fault", "dialer's columns are missing").what == "orders: tab Calls"
    same = checked.one("fault", "Another campaign dials from the same tab.")
    assert same.remedy == "Give each campaign a tab of its own."


# --- The portal


@pytest.fixture
def portal(ready: Shop) -> Iterator[RawServer]:
    """A portal whose answers the test sets."""
    server = RawServer(answer({}))
    configure(ready, portal={"base_url": server.url})
    yield server
    server.stop()


def test_a_bad_portal_key(ready: Shop) -> None:
    ready.sandbox.post("/_sandbox/portal", {"api_keys": ["another"]})
    checked = Checked(ready)
    found = checked.one("fault", "The portal doesn't take the key.")
    assert "API Key not matched" in found.sentence
    assert "Copy the API key" in found.remedy
    assert checked.code == 3


def test_a_portal_that_repeats_the_key(ready: Shop, portal: RawServer) -> None:
    portal.act = answer({"status": 401, "response": "unknown: sandbox-api-key"}, 401)
    assert "sandbox-api-key" not in str(Checked(ready).all)


@pytest.mark.parametrize(
    ("settings", "level"),
    [({"balance": 10.99}, "fault"), ({"balance": 0}, "fault"), ({"balance": 11}, "ok")],
)
def test_a_balance_that_pays_no_call(ready: Shop, settings: dict[str, Any], level: str) -> None:
    configure(ready, portal={"call_seconds": 60})  # two pulses of 5.50
    ready.sandbox.post("/_sandbox/portal", settings)
    checked = Checked(ready)
    found = checked.one(
        level, f"The account holds {settings['balance']:.2f} rupees at 5.50 a pulse"
    )
    assert "It is the account of demo that is charged." in found.sentence
    if level == "fault":
        assert "less than one call" in found.sentence
        assert found.remedy == "Top up the account at the portal."
        assert checked.code == 3


def test_a_pulse_is_as_long_as_it_is_set_and_a_comma_multiplies_no_balance(ready: Shop) -> None:
    ready.sandbox.post("/_sandbox/portal", {"balance": 10.99, "money": "comma"})
    configure(ready, portal={"call_seconds": 60, "pulse_seconds": 30})
    Checked(ready).one("fault", "The account holds 10.99 rupees at 5.50 a pulse of 30 seconds")
    configure(ready, portal={"call_seconds": 60, "pulse_seconds": 60})
    Checked(ready).one("ok", "The account holds 10.99 rupees at 5.50 a pulse of 60 seconds")


def test_a_balance_that_names_no_rate(ready: Shop, portal: RawServer) -> None:
    portal.act = answer({"status": 200, "data": {"balance": "0.00"}})
    Checked(ready).one("fault", "The account holds 0.00 rupees, which is less than one call")


def test_a_portal_that_makes_no_sense(ready: Shop, portal: RawServer) -> None:
    portal.act = answer(b"<html>")
    checked = Checked(ready)
    assert "again" in checked.one("fault", "It isn't known whether the key is good.").remedy
    assert "again" in checked.one("fault", "The balance can't be read.").remedy
    assert checked.code == 3


def test_a_portal_out_of_reach(ready: Shop) -> None:
    configure(ready, portal={"base_url": closed_port()})
    checked = Checked(ready)
    (found,) = [each for each in checked.all if each.level == "fault"]
    assert found.what == "Portal"
    assert "portal.base_url" in found.remedy
    assert checked.code == 3


@pytest.mark.parametrize(
    ("header_keys", "sentence"),
    [
        ([], "in the query at user_verify and in the query at check_balance"),
        (["user_verify"], "in the header at user_verify and in the query at check_balance"),
        (
            ["user_verify", "check_balance"],
            "in the header at user_verify and in the header at check_balance",
        ),
    ],
)
def test_where_the_key_travels(ready: Shop, header_keys: list[str], sentence: str) -> None:
    ready.sandbox.post("/_sandbox/portal", {"header_keys": header_keys})
    assert "Calls send it in the query." in Checked(ready).one("ok", sentence).sentence


def test_a_header_that_the_portal_does_not_take(ready: Shop) -> None:
    configure(ready, portal={"key_in": "header"})
    ready.sandbox.post("/_sandbox/portal", {"header_keys": ["check_balance"]})
    checked = Checked(ready)
    found = checked.one(
        "fault", "key_in is header, but user_verify takes the key only in the query"
    )
    assert found.remedy == "Set portal.key_in to query."
    assert checked.code == 2


def test_the_vendors_other_service_is_told_apart_and_gets_no_key(ready: Shop) -> None:
    configure(ready, portal={"base_url": "https://app.brandedsmspakistan.com/api"})
    checked = Checked(ready)
    found = checked.one("fault", "app.brandedsmspakistan.com is another service")
    assert "2 means Congestion and 4 means Answered" in found.sentence
    assert "https://portal.robocall.pk" in found.remedy
    assert checked.faults() == [found.sentence]
    assert checked.code == 2


def test_another_host_is_a_warning(ready: Shop) -> None:
    configure(ready, portal={"base_url": "https://robocall.invalid"})
    found = Checked(ready).one("warning", "robocall.invalid is not the Robo Call portal")
    assert "Set portal.base_url to https://portal.robocall.pk" in found.remedy


def test_a_path_behind_the_portals_address(ready: Shop) -> None:
    configure(ready, portal={"base_url": f"{ready.sandbox.url}/api"})
    found = Checked(ready).one("warning", "portal.base_url ends in /api")
    assert found.remedy == f"Set portal.base_url to {ready.sandbox.url}"


@pytest.mark.parametrize(
    ("zone", "is_told"),
    [
        ("Asia/Karachi", False),
        ("Asia/Samarkand", False),  # the same clocks by another name
        ("Etc/GMT", True),
        ("Asia/Kolkata", True),
        ("America/New_York", True),
    ],
)
def test_a_spreadsheet_of_another_time_zone_is_told_at_no_further_request(
    ready: Shop, zone: str, is_told: bool
) -> None:
    before = ready.sandbox.get("/_sandbox/requests")["sheets"]["total"]
    Checked(ready)
    usual = ready.sandbox.get("/_sandbox/requests")["sheets"]["total"] - before
    change = {"properties": {"timeZone": zone}, "fields": "timeZone"}
    book = ready.tab("Dialer").spreadsheet
    book.batch_update({"requests": [{"updateSpreadsheetProperties": change}]})
    before = ready.sandbox.get("/_sandbox/requests")["sheets"]["total"]
    checked = Checked(ready)
    assert ready.sandbox.get("/_sandbox/requests")["sheets"]["total"] - before == usual
    told = [each for each in checked.all if "time zone is" in each.sentence]
    assert len(told) == is_told
    if told:
        assert told[0].level == "warning"
        assert f"set timezone in the configuration to {zone}" in told[0].remedy
