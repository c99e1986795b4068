"""The OAuth 2 token endpoint: a JWT signed with an account's key becomes an access token.

Error codes and words are Google's own as users have reported them; where none is known for a
case, the nearest known one is given.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import jwt

from .accounts import Accounts, ServiceAccount, Tokens
from .clock import Now
from .http import Request, Response, json_response

GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
"""What google-auth writes into every assertion's `aud`, whatever the key file's token_uri says."""
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MOST_SECONDS = 3600
"""The longest life that an assertion may have (documented)."""
SKEW_SECONDS = 300
"""How far an assertion's clock may be off; Google tolerates some, how much isn't documented."""

_AUTH = "https://www.googleapis.com/auth/"
SHEETS_WRITE = frozenset({_AUTH + "spreadsheets", _AUTH + "drive", _AUTH + "drive.file"})
SHEETS_READ = SHEETS_WRITE | {_AUTH + "spreadsheets.readonly", _AUTH + "drive.readonly"}
DRIVE_WRITE = frozenset({_AUTH + "drive", _AUTH + "drive.file"})
DRIVE_READ = DRIVE_WRITE | {
    _AUTH + "drive.readonly",
    _AUTH + "drive.metadata",
    _AUTH + "drive.metadata.readonly",
}
_IDENTITY = frozenset({"openid", _AUTH + "userinfo.email", _AUTH + "userinfo.profile"})
_SCOPES = SHEETS_READ | DRIVE_READ | _IDENTITY | {"https://spreadsheets.google.com/feeds"}


class OAuthError(Exception):
    """A refusal as RFC 6749 words it: a code and a description."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> Response:
        """The HTTP response that carries it."""
        body = {"error": self.error, "error_description": self.description}
        return json_response(body, self.status, headers={"cache-control": "no-store"})


class TokenEndpoint:
    """Answers `/token`."""

    def __init__(self, accounts: Accounts, tokens: Tokens, now: Now) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._now = now

    def handle(self, request: Request) -> Response:
        """Grants an access token for a good assertion, else refuses with an OAuth error."""
        try:
            return self._grant(request)
        except OAuthError as refusal:
            return refusal.response()

    def _grant(self, request: Request) -> Response:
        if request.method != "POST":
            raise OAuthError("invalid_request", "The token endpoint takes POST only.", 405)
        form = parse_qs(request.body.decode("utf-8", "replace"))
        grant_type = form.get("grant_type", [""])[0]
        if not grant_type:
            raise OAuthError("invalid_request", "Missing required parameter: grant_type")
        if grant_type != GRANT_TYPE:
            raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {grant_type}")
        assertion = form.get("assertion", [""])[0]
        if not assertion:
            raise OAuthError("invalid_request", "Missing required parameter: assertion")
        account, claims = self._verified(assertion)
        self._check_audience(claims, request)
        self._check_times(claims)
        scopes = _scopes(claims)
        token = self._tokens.grant(account.email, scopes)
        body = {
            "access_token": token,
            "expires_in": max(0, round(self._tokens.lifetime)),
            "token_type": "Bearer",
        }
        return json_response(body, headers={"cache-control": "no-store"})

    def _verified(self, assertion: str) -> tuple[ServiceAccount, Mapping[str, Any]]:
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(assertion, options={"verify_signature": False})
        except (jwt.InvalidTokenError, binascii.Error, ValueError) as error:
            raise OAuthError("invalid_grant", "Bad Request") from error
        account = self._accounts.find(str(claims.get("iss")))
        if account is None:
            raise OAuthError("invalid_grant", "Invalid grant: account not found")
        if header.get("kid") not in (None, account.key_id):
            raise OAuthError("invalid_grant", "Invalid JWT Signature.")
        try:
            jwt.decode(
                assertion,
                account.public_key,
                algorithms=["RS256"],
                options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise OAuthError("invalid_grant", "Invalid JWT Signature.") from error
        if claims.get("sub") not in (None, "", account.email):
            raise OAuthError(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method,"
                " or client not authorized for any of the scopes requested.",
                401,
            )
        return account, claims

    def _check_audience(self, claims: Mapping[str, Any], request: Request) -> None:
        expected = f"http://{request.headers.get('host', '')}/token"
        if claims.get("aud") not in (expected, GOOGLE_AUDIENCE):
            raise OAuthError(
                "invalid_grant",
                f"Invalid JWT: Failed audience check. The right audience is {expected}",
            )

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._now()
        issued, expires = claims.get("iat"), claims.get("exp")
        if (
            not isinstance(issued, int | float)
            or not isinstance(expires, int | float)
            or not 0 < expires - issued <= MOST_SECONDS
            or issued > now + SKEW_SECONDS
            or expires < now
        ):
            raise OAuthError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable"
                " timeframe. Check your iat and exp values in the JWT claim.",
            )


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    scopes = str(claims.get("scope") or "").split()
    if not scopes:
        raise OAuthError("invalid_scope", "Empty or missing scope not allowed.")
    if not _SCOPES.issuperset(scopes):
        raise OAuthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    return scopes
