"""The services behind the port, each in the same form: what a request is, may it, do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from .gate import Gate, unauthenticated
from .google.drive_files import DriveDoorError, DriveError
from .google.errors import GoogleError
from .http import Request, Response, json_response
from .methods import drive_method, sheets_method
from .oauth import OAuthError, TokenEndpoint

_GOOGLE_WORDS: Mapping[int, str] = {
    400: "Request contains an invalid argument.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}
_DRIVE_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("badRequest", "Bad Request"),
    403: (
        "insufficientFilePermissions",
        "The user does not have sufficient permissions for this file.",
    ),
    404: ("notFound", "File not found: ."),
    429: ("rateLimitExceeded", "Rate Limit Exceeded"),
    500: ("backendError", "Backend Error"),
    503: ("backendError", "Backend Error"),
}
_PORTAL_WORDS: Mapping[int, str] = {
    400: "Bad Request",
    401: "API Key not matched",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Attempts.",
    500: "Server Error",
    503: "Service Unavailable",
}
_OAUTH_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("invalid_grant", "Bad Request"),
    401: ("invalid_client", "Unauthorized"),
    403: ("access_denied", "Account restricted"),
    404: ("not_found", "The requested entity was not found."),
    429: ("rate_limit_exceeded", "Rate Limit Exceeded"),
    500: ("internal_failure", "Internal Error"),
    503: ("temporarily_unavailable", "The service is currently unavailable."),
}


class Performer(Protocol):
    """What Drive and the portal have in common once a request is admitted."""

    def handle(self, request: Request, account: str) -> Response: ...


class SheetsPerformer(Protocol):
    """Google Sheets, which can also answer a read from the past."""

    def handle(self, request: Request, account: str, *, age: float = 0.0) -> Response: ...

    def is_read(self, request: Request) -> bool: ...


class PortalPerformer(Protocol):
    """The portal's endpoints, which know their callers by the api_key in the request, and can tell
    of a call what was true of it a while ago."""

    def handle(self, request: Request, *, age: float = 0.0) -> Response: ...


class Backend(Protocol):
    """One service as the web application sees it."""

    name: str

    def kind(self, request: Request) -> str:
        """The method that the request calls, for the counters."""
        ...

    def reads(self, request: Request) -> bool:
        """Whether it changes nothing."""
        ...

    def admit(self, request: Request) -> str:
        """The caller's account; raises GoogleError when the request may not pass."""
        ...

    def perform(self, request: Request, account: str, *, age: float = 0.0) -> Response:
        """Carries the request out; a read may be answered from the state of `age` seconds ago."""
        ...

    def refusal(self, code: int, request: Request) -> Response:
        """This service's own way to refuse the request with that HTTP code, for faults."""
        ...


class SheetsBackend:
    """`/v4/`."""

    name = "sheets"

    def __init__(self, gate: Gate, service: SheetsPerformer) -> None:
        self._gate = gate
        self._service = service

    def kind(self, request: Request) -> str:
        """Such as ``values.batchGet`` or ``batchUpdate``."""
        return sheets_method(request.method, request.path)

    def reads(self, request: Request) -> bool:
        """As Google counts it: the POSTs that only fetch are reads."""
        return self._service.is_read(request)

    def admit(self, request: Request) -> str:
        """See `Gate.admit`."""
        return self._gate.admit("sheets", request, reads=self.reads(request))

    def perform(self, request: Request, account: str, *, age: float = 0.0) -> Response:
        """Carries it out; a read may be answered from an older state of the document."""
        return self._service.handle(request, account, age=age)

    def refusal(self, code: int, request: Request) -> Response:
        """Google's error body."""
        if code == 429:
            return self._gate.quota_refusal(reads=self.reads(request)).response()
        if code == 401:
            return unauthenticated(self.name, "ACCESS_TOKEN_EXPIRED").response()
        return GoogleError(code, _GOOGLE_WORDS[code]).response()


class DriveBackend:
    """`/drive/v3/`."""

    name = "drive"

    def __init__(self, gate: Gate, service: Performer) -> None:
        self._gate = gate
        self._service = service

    def kind(self, request: Request) -> str:
        """Such as ``files.list`` or ``permissions.create``."""
        return drive_method(request.method, request.path)

    def reads(self, request: Request) -> bool:
        """Whether it is a GET."""
        return request.method == "GET"

    def admit(self, request: Request) -> str:
        """See `Gate.admit`."""
        try:
            return self._gate.admit("drive", request, reads=self.reads(request))
        except GoogleError as refusal:
            raise DriveDoorError(refusal) from refusal

    def perform(self, request: Request, account: str, *, age: float = 0.0) -> Response:
        """Carries it out; Drive has no past to answer from."""
        del age
        return self._service.handle(request, account)

    def refusal(self, code: int, request: Request) -> Response:
        """Drive's error body."""
        del request
        if code == 401:
            expired = unauthenticated(self.name, "ACCESS_TOKEN_EXPIRED")
            return DriveDoorError(expired).response()
        reason, words = _DRIVE_WORDS[code]
        domain = "usageLimits" if code == 429 else "global"
        return DriveError(code, reason, words, domain=domain).response()


class TokenBackend:
    """`/token`."""

    name = "token"

    def __init__(self, endpoint: TokenEndpoint) -> None:
        self._endpoint = endpoint

    def kind(self, request: Request) -> str:
        """There is one kind."""
        del request
        return "token"

    def reads(self, request: Request) -> bool:
        """A grant changes nothing that anyone else could see."""
        del request
        return True

    def admit(self, request: Request) -> str:
        """Everyone may ask; the assertion itself is what is checked."""
        del request
        return ""

    def perform(self, request: Request, account: str, *, age: float = 0.0) -> Response:
        """Grants or refuses a token."""
        del account, age
        return self._endpoint.handle(request)

    def refusal(self, code: int, request: Request) -> Response:
        """An OAuth error body."""
        del request
        error, description = _OAUTH_WORDS[code]
        return OAuthError(error, description, code).response()


class PortalBackend:
    """`/api/`."""

    name = "portal"

    def __init__(self, service: PortalPerformer) -> None:
        self._service = service

    def kind(self, request: Request) -> str:
        """The endpoint's name, such as ``get_call``."""
        return request.path.removeprefix("/api/").strip("/") or "unknown"

    def reads(self, request: Request) -> bool:
        """Everything but placing a call."""
        return self.kind(request) != "calls"

    def admit(self, request: Request) -> str:
        """The portal checks the key itself, as part of its answer."""
        del request
        return ""

    def perform(self, request: Request, account: str, *, age: float = 0.0) -> Response:
        """Carries it out; a call may be shown as it was a while ago."""
        del account
        return self._service.handle(request, age=age)

    def refusal(self, code: int, request: Request) -> Response:
        """The portal's error body; that the HTTP code is the same is a guess."""
        del request
        return json_response({"status": code, "response": _PORTAL_WORDS[code]}, code)
