"""The one question that google-auth asks Google's IAM by itself, in the background: from which
regions an account may be used (`…/serviceAccounts/EMAIL/allowedLocations`)."""

from __future__ import annotations

import re

from .accounts import Tokens
from .gate import bearer_token, unauthenticated
from .google.errors import GoogleError, not_found
from .http import Request, Response, json_response

PREFIX = "/v1/projects/"
_PATH = re.compile(r"/v1/projects/-/serviceAccounts/[^/]+/allowedLocations")
_EVERYWHERE = {"encodedLocations": "0x0"}
"""No restriction, as google-auth's own sources describe it."""


class Iam:
    """Answers `/v1/projects/…`."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def handle(self, request: Request) -> Response:
        """Says that the account may be used everywhere."""
        try:
            if request.method != "GET" or not _PATH.fullmatch(request.path):
                raise not_found()
            grant = self._tokens.find(bearer_token(request) or "")
            if grant is None or not self._tokens.is_live(grant):
                raise unauthenticated("iamcredentials", "ACCESS_TOKEN_EXPIRED")
        except GoogleError as refusal:
            return refusal.response()
        return json_response(_EVERYWHERE, pretty=True)
