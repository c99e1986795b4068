"""Requests to Google Sheets, and what it means when one fails: the only place that knows the
libraries' errors and Google's words for them.

What comes of a request is a value, so that no error of a library, which holds what was sent and
answered, is the context of one of ours. Passes and checks tell people each in sentences of their
own what a `GoogleFault` means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import gspread
import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from gspread.exceptions import APIError

from ..base.redaction import in_one_line
from ..base.timeouts import CONNECT_SECONDS, SHEETS_READ_SECONDS
from .session import failed_by_proxy, harmless, was_redirected

SPREADSHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
_PLACE_IN_BATCH = re.compile(r"Invalid requests\[(\d+)\]")
_TOO_MANY = 429


class GoogleProblem(StrEnum):
    """What went wrong with a request to Google."""

    SIGN_IN_REFUSED = "sign-in refused"
    CLOCK_REFUSED = "clock refused"
    """The sign-in is refused because this machine's clock is wrong."""
    SIGN_IN_SILENT = "sign-in silent"
    REDIRECTED = "redirected"
    PROXY = "proxy"
    UNCLEAR = "unclear"
    """There is no answer, or none that can be understood."""
    BUSY = "busy"
    """An answer that can pass, such as that of a quota that is used up."""
    KEY_REFUSED = "key refused"
    API_DISABLED = "API disabled"
    NOT_SHARED = "not shared"
    NO_SPREADSHEET = "no spreadsheet"
    EXCEL_FILE = "Excel file"
    BATCH_REFUSED = "batch refused"
    """One request of a batch is refused, and so all of them; `place` says which."""
    REFUSED = "refused"


NOTHING_CERTAIN = frozenset(
    {
        GoogleProblem.SIGN_IN_SILENT,
        GoogleProblem.REDIRECTED,
        GoogleProblem.PROXY,
        GoogleProblem.UNCLEAR,
        GoogleProblem.BUSY,
    }
)
"""A write that ends so may have been applied."""


@dataclass(frozen=True, slots=True)
class GoogleFault:
    """Why a request got no good answer. `code` is that of HTTP, None where nothing was answered;
    `words` are Google's own."""

    problem: GoogleProblem
    cause: requests.RequestException
    """The library's error, as it can be chained."""
    code: int | None = None
    words: str = ""
    place: int = 0
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_quota(self) -> bool:
        """Whether the quota of this minute is used up."""
        return self.code == _TOO_MANY


class GoogleApi:
    """Asks Sheets as the service account of a gspread client. Not safe to share between threads."""

    def __init__(self, client: gspread.Client) -> None:
        client.set_timeout((CONNECT_SECONDS, SHEETS_READ_SECONDS))
        self._http = client.http_client

    def ask(
        self, method: str, spreadsheet: str, path: str, **arguments: Any
    ) -> bytes | GoogleFault:
        """One request about a spreadsheet: the body of a good answer, or why there is none."""
        address = f"{SPREADSHEETS}/{spreadsheet}{path}"
        try:
            return bytes(self._http.request(method, address, **arguments).content)
        except APIError as error:
            return _refusal(error)
        except (
            GoogleAuthError,
            requests.RequestException,
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            return failure(error)


def failure(error: Exception) -> GoogleFault:
    """What a failure of the sign-in or of the network means."""
    cause = harmless(error)
    if isinstance(error, RefreshError) and not error.retryable:
        # A signature says when it was made; a bad key is refused in other words.
        is_clock = "timeframe" in str(error)
        problem = GoogleProblem.CLOCK_REFUSED if is_clock else GoogleProblem.SIGN_IN_REFUSED
        words = in_one_line(error.args[0] if error.args else error)
        return GoogleFault(problem, cause, words=words)
    if isinstance(error, RefreshError):
        return GoogleFault(GoogleProblem.SIGN_IN_SILENT, cause)
    if was_redirected(error):
        return GoogleFault(GoogleProblem.REDIRECTED, cause)
    is_proxy = failed_by_proxy(error)
    return GoogleFault(GoogleProblem.PROXY if is_proxy else GoogleProblem.UNCLEAR, cause)


def _refusal(error: APIError) -> GoogleFault:
    """What an answer means that isn't a good one."""
    words = in_one_line(error.error.get("message", ""))
    details: dict[str, str] = {}
    for part in error.error.get("details", []):
        details |= {"reason": part.get("reason", "")} if "reason" in part else {}
        details |= part.get("metadata", {})
    place = _PLACE_IN_BATCH.search(words)
    problem = _problem(error.code, words, details)
    if problem is GoogleProblem.REFUSED and error.code == 400 and place:
        problem = GoogleProblem.BATCH_REFUSED
    index = int(place[1]) if place else 0
    return GoogleFault(problem, harmless(error), error.code, words, index, details)


def _problem(code: int, words: str, details: Mapping[str, str]) -> GoogleProblem:
    # Without a number of its own it comes from something in Google's place.
    if code in (-1, 408, _TOO_MANY) or code >= 500:
        return GoogleProblem.BUSY
    match code:
        case 401:
            return GoogleProblem.KEY_REFUSED
        case 403:
            is_off = "is disabled" in words or details.get("reason") == "SERVICE_DISABLED"
            return GoogleProblem.API_DISABLED if is_off else GoogleProblem.NOT_SHARED
        case 404:
            return GoogleProblem.NO_SPREADSHEET
        case 400 if "not supported for this document" in words:
            return GoogleProblem.EXCEL_FILE
        case _:
            return GoogleProblem.REFUSED
