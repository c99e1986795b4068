"""The door of Google's services: who is calling, may they, and is their quota used up.

The words are Google's: recorded, or as users have reported them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from .accounts import PROJECT_NUMBER, Grant, Tokens
from .google.errors import GoogleError
from .http import Request
from .limits import Limits
from .oauth import DRIVE_READ, DRIVE_WRITE, SHEETS_READ, SHEETS_WRITE

_WANTED = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential."
    " See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_TITLES: Mapping[str, str] = {"sheets": "Google Sheets API", "drive": "Google Drive API"}
_ACCEPTED: Mapping[tuple[str, bool], frozenset[str]] = {
    ("sheets", True): SHEETS_READ,
    ("sheets", False): SHEETS_WRITE,
    ("drive", True): DRIVE_READ,
    ("drive", False): DRIVE_WRITE,
}


class Gate:
    """Lets a request through to Sheets or Drive. `disabled` names the APIs that are switched
    off in the sandbox's project."""

    def __init__(self, tokens: Tokens, limits: Limits) -> None:
        self._tokens = tokens
        self._limits = limits
        self.disabled: set[str] = set()

    def admit(self, service: str, request: Request, *, reads: bool) -> str:
        """The e-mail address of the account that is calling.

        Raises:
            GoogleError: 401 or 403 for the token, 403 for an API that is switched off or a scope
                that isn't enough, 429 for a quota that is used up.
        """
        grant = self._grant(service, request)
        if service in self.disabled:
            raise _switched_off(service)
        if grant.scopes.isdisjoint(_ACCEPTED[service, reads]):
            raise GoogleError(
                403,
                "Request had insufficient authentication scopes.",
                details=[_reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT", service)],
            )
        if service == "sheets":
            self._limits.spend(grant.email, reads=reads)
        return grant.email

    def quota_refusal(self, *, reads: bool) -> GoogleError:
        """The 429 of a quota that is used up, whether it is or not: for faults."""
        return self._limits.refusal(reads=reads)

    def _grant(self, service: str, request: Request) -> Grant:
        token = bearer_token(request)
        if token is None:
            raise _unregistered(request, service)
        grant = self._tokens.find(token)
        if grant is None or not self._tokens.is_live(grant):
            reason = "ACCESS_TOKEN_EXPIRED" if grant else "ACCESS_TOKEN_TYPE_UNSUPPORTED"
            raise unauthenticated(service, reason)
        return grant


def unauthenticated(service: str, reason: str) -> GoogleError:
    """The 401 for a token that Google doesn't take."""
    return GoogleError(
        401,
        f"Request had invalid authentication credentials. {_WANTED}",
        details=[_reason(reason, service)],
        headers={
            "www-authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        },
    )


def bearer_token(request: Request) -> str | None:
    """The access token that the request carries, in its header or its query."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer":
        return token.strip()
    if "access_token=" in request.query_string:
        return parse_qs(request.query_string).get("access_token", [None])[0]
    return None


def _unregistered(request: Request, service: str) -> GoogleError:
    if "key" in parse_qs(request.query_string):
        return GoogleError(
            400,
            "API key not valid. Please pass a valid API key.",
            details=[_reason("API_KEY_INVALID", service)],
        )
    return GoogleError(
        403,
        "Method doesn't allow unregistered callers (callers without established identity)."
        " Please use API Key or other form of API consumer identity to call this API.",
    )


def _switched_off(service: str) -> GoogleError:
    title, address = _TITLES[service], f"{service}.googleapis.com"
    page = (
        "https://console.developers.google.com/apis/api/"
        f"{address}/overview?project={PROJECT_NUMBER}"
    )
    detail = _reason("SERVICE_DISABLED", service)
    detail["metadata"] |= {
        "activationUrl": page,
        "consumer": f"projects/{PROJECT_NUMBER}",
        "containerInfo": PROJECT_NUMBER,
        "serviceTitle": title,
    }
    return GoogleError(
        403,
        f"{title} has not been used in project {PROJECT_NUMBER} before or it is disabled. Enable"
        f" it by visiting {page} then retry. If you enabled this API recently, wait a few minutes"
        " for the action to propagate to our systems and retry.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{"description": "Google developers console API activation", "url": page}],
            },
            detail,
        ],
    )


def _reason(reason: str, service: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": f"{service}.googleapis.com"},
    }
