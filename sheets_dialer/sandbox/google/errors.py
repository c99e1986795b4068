"""Refusals in Google's own form: HTTP code, status word, message and details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..http import Response, json_response

_STATUS_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class GoogleError(Exception):
    """A request that Google refuses; knows the answer that it gives."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        status: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = tuple(details)
        self.headers = dict(headers or {})
        self.status = status or _STATUS_WORDS.get(code, "UNKNOWN")

    def body(self) -> dict[str, Any]:
        """The JSON body that tells a client what was wrong."""
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": self.status,
        }
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}

    def response(self) -> Response:
        """The HTTP response that carries the body."""
        return json_response(self.body(), self.code, pretty=True, headers=self.headers)


def invalid(message: str) -> GoogleError:
    """A 400 with this message."""
    return GoogleError(400, message)


def violation(field: str, description: str) -> GoogleError:
    """A 400 that names the offending field, as Google does for malformed bodies."""
    return GoogleError(
        400,
        description,
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{"field": field, "description": description}],
            }
        ],
    )


def not_found() -> GoogleError:
    """The 404 for a spreadsheet, file or page that isn't there."""
    return GoogleError(404, "Requested entity was not found.")


def internal_error() -> GoogleError:
    """The 500 that Google answers where it trips over a request itself."""
    return GoogleError(500, "Internal error encountered.")


def unsupported_document() -> GoogleError:
    """The 400 for a file in Drive that only looks like a Google Sheet (as users report it)."""
    return GoogleError(
        400, "This operation is not supported for this document", status="FAILED_PRECONDITION"
    )


def permission_denied() -> GoogleError:
    """The 403 for a spreadsheet that isn't shared with the caller."""
    return GoogleError(403, "The caller does not have permission")
