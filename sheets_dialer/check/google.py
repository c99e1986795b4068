"""Google as the checks ask it: one question at a time, and refusals told in people's words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import gspread
import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from gspread.exceptions import APIError

from ..base.errors import SheetRefused, SheetUnreachable
from ..base.network_environment import proxy_for
from ..base.redaction import in_one_line
from ..base.timeouts import CONNECT_SECONDS, SHEETS_READ_SECONDS
from ..google_sheets.session import (
    Redirected,
    failed_by_proxy,
    google_adapter,
    harmless,
    seconds_apart,
    settle_for_google,
    was_redirected,
)
from .finding import Finding, Findings, fault, ok, service_fault
from .subject import GoogleAccount

API = "https://sheets.googleapis.com/v4/spreadsheets"
CLOCK_SECONDS = 60.0
QUOTA_SECONDS = 64.0
_UNREACHABLE = "Google Sheets can't be reached or gives no clear answer"
REDIRECTED = (
    "Something between this machine and Google answers in its place, such as a sign-in page of a "
    "Wi-Fi or a proxy."
)
_TRY_LATER = "Check this machine's network, then run check again in a few minutes."
_SET_CLOCK = "Set this machine's clock, best by itself from the network (NTP)."


class Refused(SheetRefused):
    """Google's refusal with its HTTP code, its words and what it says about the reason."""

    def __init__(self, code: int, words: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(f"Google Sheets refused ({code}): {words}")
        self.code = code
        self.words = words
        self.details = details or {}


class SignInRefused(SheetRefused):
    """Google doesn't sign the service account in."""


class GoogleProbe:
    """Asks Sheets as the service account. It waits where Google's quota is used up."""

    def __init__(self, client: gspread.Client, account: str) -> None:
        self.account = account
        client.set_timeout((CONNECT_SECONDS, SHEETS_READ_SECONDS))
        self._http = client.http_client

    def ask(self, method: str, spreadsheet: str, path: str, **arguments: Any) -> dict[str, Any]:
        """One request about a spreadsheet.

        Raises:
            AccountRefused, Refused: Google said no; nothing was done.
            SheetUnreachable: no clear answer; a write may have been applied.
        """
        waits = 1.0
        while True:
            try:
                answer = self._http.request(method, f"{API}/{spreadsheet}{path}", **arguments)
                return dict(answer.json())
            except APIError as error:
                problem, cause = _told(error), harmless(error)
                busy = error.code == 429 and waits <= QUOTA_SECONDS / 2
            except (
                GoogleAuthError,
                requests.RequestException,
                AttributeError,
                KeyError,
                TypeError,
                ValueError,
            ) as error:
                problem, cause, busy = _failed(error), harmless(error), False
            if not busy:
                # Outside of the handler, so that the library's own error isn't kept as the context.
                raise problem from cause
            time.sleep(waits)
            waits *= 2


def _failed(error: Exception) -> SheetRefused | SheetUnreachable:
    if isinstance(error, RefreshError) and not error.retryable:
        return SignInRefused(in_one_line(error.args[0] if error.args else error))
    if was_redirected(error):
        return SheetUnreachable(REDIRECTED)
    return SheetUnreachable(_unreachable(error))


def _unreachable(error: Exception) -> str:
    variable = failed_by_proxy(error) and proxy_for(API)
    if variable:
        return f"The proxy that is set in {variable} can't be used. Correct or remove {variable}."
    return f"{_UNREACHABLE}."


def _told(error: APIError) -> SheetRefused | SheetUnreachable:
    words = in_one_line(error.error.get("message", ""))
    if error.code in (-1, 408, 429) or error.code >= 500:
        return SheetUnreachable(f"Google Sheets is busy or failing ({error.code}).")
    details: dict[str, str] = {}
    for part in error.error.get("details", []):
        details |= {"reason": part.get("reason", "")} if "reason" in part else {}
        details |= part.get("metadata", {})
    return Refused(error.code, words, details)


def clock(account: GoogleAccount) -> Findings:
    """Whether Google can be reached at all, and this machine's clock goes as Google's does.

    It is asked without signing in, because a clock that is far off makes Google refuse that.
    """
    with requests.Session() as session:
        settle_for_google(session, google_adapter(account.base_url))
        before = time.time()
        try:
            answer = session.get(f"{API}/none", timeout=(CONNECT_SECONDS, SHEETS_READ_SECONDS))
        except Redirected:
            yield service_fault("Google", REDIRECTED, _TRY_LATER)
            return
        except requests.RequestException as error:
            yield service_fault("Google", _unreachable(error), _TRY_LATER)
            return
        ahead = seconds_apart(answer.headers, (before + time.time()) / 2)
    if ahead is None:
        yield service_fault(
            "Clock",
            "Google's answer carries no time, so this machine's clock couldn't be compared.",
            "Something between this machine and Google changes its answers: check the proxy.",
        )
    elif abs(ahead) > CLOCK_SECONDS:
        direction = "behind" if ahead > 0 else "ahead of"
        yield fault(
            "Clock",
            f"This machine's clock is {_span(abs(ahead))} {direction} Google's, so calling hours "
            "and the times in the sheet would be wrong.",
            _SET_CLOCK,
        )
    else:
        yield ok("Clock", "This machine's clock goes as Google's does.")


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"


def refusal(error: Exception, what: str, spreadsheet: str, account: str) -> Finding:
    """What a failed look at a spreadsheet means, and what to do."""
    match error:
        case SignInRefused():
            return _account_refused(error, account)
        case Refused(code=401):
            return _account_refused(error, account)
        case Refused(code=403) if "is disabled" in error.words or (
            error.details.get("reason") == "SERVICE_DISABLED"
        ):
            page = error.details.get("activationUrl", "https://console.cloud.google.com/apis")
            return service_fault(
                "Google Sheets API",
                "The Google Sheets API is not enabled in the service account's project.",
                f"Open {page} press Enable, wait a few minutes and run check again.",
            )
        case Refused(code=403):
            return service_fault(
                what,
                f"The spreadsheet {spreadsheet} is not shared with the service account.",
                f"Open the sheet, press Share and add {account} as an editor.",
            )
        case Refused(code=404):
            return service_fault(
                what,
                f"There is no spreadsheet with the key {spreadsheet}.",
                "Copy the sheet's address from the browser into the campaign's spreadsheet.",
            )
        case Refused(code=400) if "not supported for this document" in error.words:
            return service_fault(
                what,
                f"{spreadsheet} is an Excel file (.xlsx) in Drive, not a Google Sheet.",
                "Open it, choose File > Save as Google Sheets, share the new sheet with "
                f"{account} as an editor and put its address into the campaign's spreadsheet.",
            )
        case Refused():
            return service_fault(what, str(error), "Correct what Google names and run check again.")
        case _:
            return service_fault("Google", str(error), _TRY_LATER)


def _account_refused(error: Exception, account: str) -> Finding:
    what = "Google account"
    if "timeframe" in str(error):
        return fault(
            what,
            "Google doesn't sign the service account in, because this machine's clock is wrong.",
            _SET_CLOCK,
        )
    return service_fault(
        what,
        f"Google doesn't accept the key of {account}: {error}",
        "In the Google Cloud console open IAM, Service accounts, this account, Keys: make a new "
        "key (JSON) and put it in place of the old file.",
    )
