"""Signing in: the token endpoint verifies, tokens expire, and real google-auth copes with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request as GoogleAuthRequest
from google.oauth2.service_account import Credentials
from gspread.exceptions import APIError

from tests.support.running import RunningSandbox

pytestmark = pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SHEETS_SCOPE = "https://www.googleapis.com/auth/spreadsheets"


def _key(sandbox: RunningSandbox, name: str = "service-account.json") -> dict[str, Any]:
    data: dict[str, Any] = json.loads((sandbox.directory / name).read_text())
    return data


def _assertion(key: dict[str, Any], *, kid: str | None = None, **claims: Any) -> str:
    now = int(time.time())
    payload = {
        "iss": key["client_email"],
        "scope": SHEETS_SCOPE,
        "aud": key["token_uri"],
        "iat": now,
        "exp": now + 3600,
    } | claims
    payload = {name: value for name, value in payload.items() if value is not None}
    headers = {"kid": kid or key["private_key_id"]}
    return jwt.encode(payload, key["private_key"], algorithm="RS256", headers=headers)


def _ask(sandbox: RunningSandbox, assertion: str, grant_type: str = GRANT) -> requests.Response:
    data = {"grant_type": grant_type, "assertion": assertion}
    return sandbox.session().post(f"{sandbox.url}/token", data=data, timeout=5)


def _status(sandbox: RunningSandbox, token: str | None, path: str = "") -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    url = f"{sandbox.url}/v4/spreadsheets/{sandbox.spreadsheet_id}{path}"
    return sandbox.session().get(url, headers=headers, timeout=5)


def test_a_good_assertion_is_granted_a_token_that_opens_the_sheet(sandbox: RunningSandbox) -> None:
    answer = _ask(sandbox, _assertion(_key(sandbox))).json()
    assert answer.keys() == {"access_token", "expires_in", "token_type"}
    assert (answer["expires_in"], answer["token_type"]) == (3600, "Bearer")
    assert _status(sandbox, answer["access_token"]).status_code == 200


def _foreign_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


NOW = int(time.time())
SHORT_LIVED = "Invalid JWT: Token must be a short-lived token (60 minutes)"


@pytest.mark.parametrize(
    ("claims", "error", "words"),
    [
        ({"iss": "stranger@example.com"}, "invalid_grant", "account not found"),
        ({"aud": "https://example.com/token"}, "invalid_grant", "Failed audience check"),
        ({"aud": None}, "invalid_grant", "Failed audience check"),
        ({"exp": NOW + 7200}, "invalid_grant", SHORT_LIVED),
        ({"iat": NOW - 9000, "exp": NOW - 5400}, "invalid_grant", SHORT_LIVED),
        ({"iat": NOW + 3000, "exp": NOW + 6000}, "invalid_grant", SHORT_LIVED),
        ({"iat": None}, "invalid_grant", SHORT_LIVED),
        ({"exp": None}, "invalid_grant", SHORT_LIVED),
        ({"scope": None}, "invalid_scope", "Empty or missing scope not allowed."),
        ({"scope": "https://example.com/all"}, "invalid_scope", "Invalid OAuth scope"),
    ],
)
def test_a_bad_claim_is_refused_in_googles_words(
    sandbox: RunningSandbox, claims: dict[str, Any], error: str, words: str
) -> None:
    response = _ask(sandbox, _assertion(_key(sandbox), **claims))
    assert response.status_code == 400
    assert response.json().keys() == {"error", "error_description"}
    assert response.json()["error"] == error
    assert words in response.json()["error_description"]


def test_a_signature_of_another_key_is_refused(sandbox: RunningSandbox) -> None:
    key = _key(sandbox)
    forged = _assertion(key | {"private_key": _foreign_key()})
    persons = _assertion(key | {"private_key": _key(sandbox, "person.json")["private_key"]})
    header, payload, _ = _assertion(key).split(".")
    unsigned = jwt.encode({"iss": key["client_email"]}, "", algorithm="none")
    for assertion in (forged, persons, f"{header}.{payload}.AAAA", unsigned):
        answer = _ask(sandbox, assertion)
        assert answer.status_code == 400
        assert answer.json() == {
            "error": "invalid_grant",
            "error_description": "Invalid JWT Signature.",
        }
    assert _ask(sandbox, _assertion(key, kid="0" * 40)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("grant_type", "assertion", "error"),
    [
        ("password", "x", "unsupported_grant_type"),
        ("", "x", "invalid_request"),
        (GRANT, "", "invalid_request"),
        (GRANT, "rubbish", "invalid_grant"),
        (GRANT, "a.b.c", "invalid_grant"),
    ],
)
def test_a_malformed_request_is_refused(
    sandbox: RunningSandbox, grant_type: str, assertion: str, error: str
) -> None:
    response = _ask(sandbox, assertion, grant_type)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_no_token_and_a_wrong_token_get_googles_words(sandbox: RunningSandbox) -> None:
    nobody = _status(sandbox, None)
    assert nobody.status_code == 403
    assert nobody.json()["error"]["message"].startswith("Method doesn't allow unregistered callers")
    wrong = _status(sandbox, "ya29.wrong")
    assert wrong.status_code == 401
    assert wrong.headers["www-authenticate"] == (
        'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    )
    error = wrong.json()["error"]
    assert error["status"] == "UNAUTHENTICATED"
    assert error["message"].startswith("Request had invalid authentication credentials. Expected")


def test_a_read_only_scope_reads_and_doesnt_write(sandbox: RunningSandbox) -> None:
    scope = f"{SHEETS_SCOPE}.readonly"
    token = _ask(sandbox, _assertion(_key(sandbox), scope=scope)).json()["access_token"]
    assert _status(sandbox, token).status_code == 200
    response = sandbox.session().post(
        f"{sandbox.url}/v4/spreadsheets/{sandbox.spreadsheet_id}:batchUpdate",
        headers={"Authorization": f"Bearer {token}"},
        json={"requests": []},
        timeout=5,
    )
    assert response.status_code == 403
    assert response.json()["error"]["message"] == "Request had insufficient authentication scopes."


def test_a_token_dies_after_its_time_and_google_auth_fetches_a_new_one(
    sandbox: RunningSandbox,
) -> None:
    sheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id).sheet1
    assert sandbox.get("/_sandbox/requests")["token"]["total"] == 1
    assert sandbox.post("/_sandbox/tokens", {"expire": True})["expired"] >= 1
    assert sheet.acell("A1").value == "Phone"
    counts = sandbox.get("/_sandbox/requests")
    assert counts["token"]["total"] == 2
    statuses = [e["status"] for e in sandbox.get("/_sandbox/requests", latest="1")]
    assert statuses[-3:] == [401, 200, 200]


def test_a_short_lifetime_makes_tokens_expire_by_themselves(sandbox: RunningSandbox) -> None:
    sandbox.post("/_sandbox/tokens", {"lifetime": 60})
    token = _ask(sandbox, _assertion(_key(sandbox))).json()["access_token"]
    assert _status(sandbox, token).status_code == 200
    sandbox.post("/_sandbox/clock", {"offset": 61})
    expired = _status(sandbox, token)
    assert expired.status_code == 401
    assert expired.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_EXPIRED"


def test_google_auth_refuses_to_go_on_with_a_foreign_key(sandbox: RunningSandbox) -> None:
    key = _key(sandbox) | {"private_key": _foreign_key()}
    credentials = Credentials.from_service_account_info(key, scopes=[SHEETS_SCOPE])
    with pytest.raises(RefreshError, match="Invalid JWT Signature"), sandbox.session() as session:
        credentials.refresh(GoogleAuthRequest(session))


def test_the_apis_can_be_switched_off(sandbox: RunningSandbox) -> None:
    client = sandbox.dialer_client()
    sandbox.post("/_sandbox/apis", {"sheets": False})
    with pytest.raises(PermissionError) as refused:
        client.open_by_key(sandbox.spreadsheet_id)
    assert isinstance(refused.value.__cause__, APIError)
    assert str(refused.value.__cause__.error["message"]).startswith(
        "Google Sheets API has not been used in project 401234567890 before or it is disabled."
        " Enable it by visiting https://"
    )
    assert client.list_spreadsheet_files()
    sandbox.post("/_sandbox/apis", {"sheets": True, "drive": False})
    client.open_by_key(sandbox.spreadsheet_id)
    with pytest.raises(APIError, match="Google Drive API has not been used"):
        client.list_spreadsheet_files()


def test_each_account_sees_what_is_shared_with_it(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox()
    mine = sandbox.dialer_client().create("mine")
    assert sandbox.person_client().open_by_key(sandbox.spreadsheet_id).title == "Calls (sandbox)"
    with pytest.raises(PermissionError):
        sandbox.person_client().open_by_key(mine.id)
