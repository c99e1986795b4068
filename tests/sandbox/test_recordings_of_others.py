"""Answers of the real Google that others recorded are given here too, over HTTP.

The spreadsheets behind them are built anew from what the answers tell of them; ids, and what
depends on the caller's project, are translated.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.running import RunningSandbox

FOLDER = Path(__file__).parent / "recordings_of_others"
GROUPAROO = sorted(FOLDER.glob("grouparoo-*.json"))
GARGLE = sorted(FOLDER.glob("gargle-*.json"))
BODIES = json.loads((FOLDER / "job-alert-harvester.json").read_text("utf-8"))
ROOT = "https://sheets.googleapis.com/v4/spreadsheets"
PROJECT = "401234567890"


def built(sandbox: RunningSandbox, exchanges: list[dict[str, Any]]) -> str:
    """The id of a spreadsheet that looks like the one of the recorded answers."""
    session = sandbox.google_session()
    described = next(each["reply"] for each in exchanges if "sheets" in each["reply"])
    body = {
        "properties": {
            name: described["properties"][name] for name in ("title", "locale", "timeZone")
        },
        "sheets": [{"properties": sheet["properties"]} for sheet in described["sheets"]],
    }
    created = session.post(ROOT, json=body).json()
    data = [
        {"range": each["reply"]["range"], "values": each["reply"]["values"]}
        for each in exchanges
        if "values" in each["reply"]
    ]
    write = {"valueInputOption": "USER_ENTERED", "data": data}
    answer = session.post(f"{ROOT}/{created['spreadsheetId']}/values:batchUpdate", json=write)
    assert answer.status_code == 200, answer.text
    return str(created["spreadsheetId"])


@pytest.mark.parametrize("path", GROUPAROO, ids=lambda path: path.stem)
def test_exchanges_of_grouparoo(sandbox: RunningSandbox, path: Path) -> None:
    exchanges = json.loads(path.read_text("utf-8"))
    theirs = next(each["reply"] for each in exchanges if "spreadsheetId" in each["reply"])
    ours = built(sandbox, exchanges)
    session = sandbox.google_session()
    for each in exchanges:
        address = "https://sheets.googleapis.com" + each["path"]
        answer = session.request(
            each["method"], address.replace(theirs["spreadsheetId"], ours), json=each.get("body")
        )
        expected = json.dumps(each["reply"]).replace(theirs["spreadsheetId"], ours)
        assert answer.status_code == each["status"]
        assert answer.json() == json.loads(expected), each["path"]


def asked(sandbox: RunningSandbox, url: str) -> tuple[int, dict[str, Any]]:
    """The answer to a recorded GET, signed in instead of with an API key."""
    parts = urlsplit(url)
    known = "1VTJjWoP1nshbyxmL9JqXgdVsimaYty21LGxxs018H2Y"
    query = [(name, text) for name, text in parse_qsl(parts.query) if name != "key"]
    path = parts.path.replace(known, sandbox.spreadsheet_id)
    answer = sandbox.google_session().get(f"https://{parts.netloc}{path}", params=query)
    return answer.status_code, answer.json()


def with_our_project(body: Any, theirs: str) -> Any:
    return json.loads(json.dumps(body).replace(theirs, PROJECT))


@pytest.mark.parametrize("path", [each for each in GARGLE if "quota" not in each.stem
                                  and "not-enabled" not in each.stem],
                         ids=lambda path: path.stem)  # fmt: skip
def test_refusals_of_gargle(sandbox: RunningSandbox, path: Path) -> None:
    recorded = json.loads(path.read_text("utf-8"))
    assert asked(sandbox, recorded["url"]) == (recorded["body"]["error"]["code"], recorded["body"])


def test_the_api_that_is_not_enabled(sandbox: RunningSandbox) -> None:
    recorded = json.loads((FOLDER / "gargle-get-api-key-not-enabled_403.json").read_text("utf-8"))
    sandbox.post("/_sandbox/apis", {"sheets": False})
    try:
        status, body = asked(sandbox, recorded["url"])
    finally:
        sandbox.post("/_sandbox/apis", {"sheets": True})
    expected = with_our_project(recorded["body"], "977449744253")["error"]
    found = body["error"]
    assert status == 403
    assert {**found, "details": []} == {**expected, "details": []}
    for ours, theirs in zip(found["details"], expected["details"], strict=True):
        told = theirs.get("metadata", {})
        assert ours == {**theirs, **({"metadata": {**ours["metadata"], **told}} if told else {})}


@pytest.mark.parametrize("sandbox", ["limits"], indirect=True)
def test_the_quota_that_is_used_up(sandbox: RunningSandbox) -> None:
    older = json.loads((FOLDER / "gargle-get-quota-exceeded-readgroup_429.json").read_text("utf-8"))
    session = sandbox.google_session()
    address = f"{ROOT}/{sandbox.spreadsheet_id}"
    reads = [session.get(address, params={"fields": "spreadsheetId"}) for _ in range(61)]
    clear = f"{address}/values/Z999:clear"
    writes = [session.post(clear, json={}) for _ in range(61)]
    for answers, recorded, project in (
        (reads, older["body"], "603366585132"),
        (writes, BODIES["error.429"]["body"], "<NUM>"),
    ):
        assert [each.status_code for each in answers] == [200] * 60 + [429]
        assert "retry-after" not in answers[-1].headers
        found = answers[-1].json()
        since = found["error"]["details"][0]["metadata"].pop("window_start_time")
        assert since.isdigit()
        expected = with_our_project(recorded, project)
        expected["error"]["details"][0]["metadata"].pop("window_start_time", None)
        assert found == expected


def test_bodies_of_september_2026(sandbox: RunningSandbox) -> None:
    session = sandbox.google_session()
    book = sandbox.dialer_client().create("Harvest")
    tab = book.sheet1
    tab.update_title("Jobs")
    address = f"{ROOT}/{book.id}"

    def same(name: str, answer: Any) -> None:
        expected = BODIES[name]
        text = json.dumps(expected["body"]).replace("<ID>", book.id)
        assert answer.status_code == expected["status"], answer.text
        body = json.loads(text)
        # A field of comments that the older recordings don't have and nobody here reads.
        body.pop("commentUpdateState", None)
        assert answer.json() == body

    for _ in range(2):
        book.add_worksheet("Other" + str(_), 5, 5)
    scratch = {"sheetId": 7001, "title": "Scratch", "index": 3,
               "gridProperties": {"rowCount": 100, "columnCount": 30}}  # fmt: skip
    adding = {"addSheet": {"properties": scratch}}
    same("batchUpdate.ok", session.post(f"{address}:batchUpdate", json={"requests": [adding]}))
    missing = {"updateCells": {"range": {"sheetId": 999999}, "fields": "note"}}
    fine = {"updateCells": {"range": {"sheetId": 7001, "endRowIndex": 1}, "fields": "note"}}
    batch = {"requests": [fine, fine, missing]}
    same("batchUpdate.invalid", session.post(f"{address}:batchUpdate", json=batch))
    data = [{"range": "Jobs!A1", "values": [["x"]]}, {"range": "NoSuchTab!A1", "values": [["x"]]}]
    write = {"valueInputOption": "RAW", "data": data}
    same("values.batchUpdate.invalid", session.post(f"{address}/values:batchUpdate", json=write))

    tab.update([["k-003", "Gamma"], ["k-002", "Beta", "Analyst"]], "A5")
    for index, key in ((4, "k-003"), (5, "k-002")):
        line = {"sheetId": tab.id, "dimension": "ROWS", "startIndex": index, "endIndex": index + 1}
        note = {
            "metadataKey": "harvester.row-key",
            "metadataValue": key,
            "visibility": "DOCUMENT",
            "location": {"dimensionRange": line},
        }
        book.batch_update({"requests": [{"createDeveloperMetadata": {"developerMetadata": note}}]})
    for name, option in (
        ("values.batchGetByDataFilter", ""),
        ("values.batchUpdateByDataFilter", "RAW"),
    ):
        body = BODIES[name]["body"]
        if option:
            chosen = body["responses"][0]["dataFilter"]
            data = [{"dataFilter": chosen, "values": [["k-003", "new"]]}]
            sent: dict[str, Any] = {"valueInputOption": option, "data": data}
        else:
            sent = {"dataFilters": body["valueRanges"][0]["dataFilters"]}
        same(name, session.post(f"{address}/{name.replace('values.', 'values:')}", json=sent))
    gone = session.get(f"{ROOT}/nobodys")
    same("error.sheets-not-granted", gone)


def test_all_of_them_are_here() -> None:
    assert (len(GROUPAROO), len(GARGLE)) == (4, 5)
