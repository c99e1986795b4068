"""Google as the checks ask it: one question at a time, and refusals told in people's words."""

from __future__ import annotations

import time
from typing import Any

import gspread
import msgspec
import requests

from ..base.errors import SheetRefused, SheetUnreachable
from ..base.network_environment import proxy_for
from ..base.timeouts import CONNECT_SECONDS, SHEETS_READ_SECONDS
from ..google_sheets.google_api import (
    NOTHING_CERTAIN,
    SPREADSHEETS,
    GoogleApi,
    GoogleFault,
    GoogleProblem,
    failure,
)
from ..google_sheets.session import google_adapter, seconds_apart, settle_for_google
from .finding import Finding, Findings, fault, ok, service_fault
from .subject import GoogleAccount

_ACCOUNT = "Google account"
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
    """Google's refusal: its HTTP code, its words, and the `fault` with all that is known of it."""

    def __init__(self, fault: GoogleFault) -> None:
        super().__init__(f"Google Sheets refused ({fault.code}): {fault.words}")
        self.code = fault.code
        self.words = fault.words
        self.fault = fault


class SignInRefused(SheetRefused):
    """Google doesn't sign the service account in."""

    def __init__(self, fault: GoogleFault) -> None:
        super().__init__(fault.words)
        self.fault = fault


class GoogleProbe:
    """Asks Sheets as the service account. It waits where Google's quota is used up."""

    def __init__(self, client: gspread.Client, account: str) -> None:
        self.account = account
        self._google = GoogleApi(client)

    def ask(self, method: str, spreadsheet: str, path: str, **arguments: Any) -> dict[str, Any]:
        """One request about a spreadsheet.

        Raises:
            SignInRefused, Refused: Google said no; nothing was done.
            SheetUnreachable: no clear answer; a write may have been applied.
        """
        waits = 1.0
        while True:
            answer = self._google.ask(method, spreadsheet, path, **arguments)
            if isinstance(answer, bytes):
                return _object_in(answer)
            if not answer.is_quota or waits > QUOTA_SECONDS / 2:
                raise _told(answer) from answer.cause
            time.sleep(waits)
            waits *= 2


def _object_in(answer: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise SheetUnreachable(f"{_UNREACHABLE}.") from error


def _told(fault: GoogleFault) -> SheetRefused | SheetUnreachable:
    """What a fault means to the operator."""
    if fault.problem in NOTHING_CERTAIN:
        return SheetUnreachable(_unreachable(fault))
    if fault.problem in (GoogleProblem.CLOCK_REFUSED, GoogleProblem.SIGN_IN_REFUSED):
        return SignInRefused(fault)
    return Refused(fault)


def _unreachable(fault: GoogleFault) -> str:
    match fault.problem:
        case GoogleProblem.BUSY:
            return f"Google Sheets is busy or failing ({fault.code})."
        case GoogleProblem.REDIRECTED:
            return REDIRECTED
        case GoogleProblem.PROXY if variable := proxy_for(SPREADSHEETS):
            return (
                f"The proxy that is set in {variable} can't be used. Correct or remove {variable}."
            )
        case _:
            return f"{_UNREACHABLE}."


def clock(account: GoogleAccount) -> Findings:
    """Whether Google can be reached at all, and this machine's clock goes as Google's does.

    It is asked without signing in, because a clock that is far off makes Google refuse that.
    """
    with requests.Session() as session:
        settle_for_google(session, google_adapter(account.base_url))
        before = time.time()
        try:
            answer = session.get(
                f"{SPREADSHEETS}/none", timeout=(CONNECT_SECONDS, SHEETS_READ_SECONDS)
            )
        except requests.RequestException as error:
            yield service_fault("Google", _unreachable(failure(error)), _TRY_LATER)
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
    if not isinstance(error, Refused | SignInRefused):
        return service_fault("Google", str(error), _TRY_LATER)
    match error.fault.problem:
        case GoogleProblem.CLOCK_REFUSED:
            return fault(
                _ACCOUNT,
                "Google doesn't sign the service account in, because this machine's clock is "
                "wrong.",
                _SET_CLOCK,
            )
        case GoogleProblem.SIGN_IN_REFUSED | GoogleProblem.KEY_REFUSED:
            return service_fault(
                _ACCOUNT,
                f"Google doesn't accept the key of {account}: {error}",
                "In the Google Cloud console open IAM, Service accounts, this account, Keys: make "
                "a new key (JSON) and put it in place of the old file.",
            )
        case GoogleProblem.API_DISABLED:
            console = "https://console.cloud.google.com/apis"
            page = error.fault.details.get("activationUrl", console)
            return service_fault(
                "Google Sheets API",
                "The Google Sheets API is not enabled in the service account's project.",
                f"Open {page} press Enable, wait a few minutes and run check again.",
            )
        case GoogleProblem.NOT_SHARED:
            return service_fault(
                what,
                f"The spreadsheet {spreadsheet} is not shared with the service account.",
                f"Open the sheet, press Share and add {account} as an editor.",
            )
        case GoogleProblem.NO_SPREADSHEET:
            return service_fault(
                what,
                f"There is no spreadsheet with the key {spreadsheet}.",
                "Copy the sheet's address from the browser into the campaign's spreadsheet.",
            )
        case GoogleProblem.EXCEL_FILE:
            return service_fault(
                what,
                f"{spreadsheet} is an Excel file (.xlsx) in Drive, not a Google Sheet.",
                "Open it, choose File > Save as Google Sheets, share the new sheet with "
                f"{account} as an editor and put its address into the campaign's spreadsheet.",
            )
        case _:
            return service_fault(what, str(error), "Correct what Google names and run check again.")
