"""What Google says when it doesn't do what was asked: nothing can be written to the sheet then, so
it stands in Last problem after the next pass that can write."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "Google Sheets is not itself",
    {
        "half an answer": "google_unclear",
        "an empty answer": "google_empty",
        "a sign-in page of a Wi-Fi answers": "google_redirected",
        "it is busy": "google_busy",
        "its sign-in is busy": "google_sign_in_silent",
        "the word before each of them": ("last_problem", "day_at_time", "today"),
    },
)
def google_is_not_itself(stage: Stage) -> None:
    for kind in ("malformed", "empty", "redirect", "503"):
        _trouble(stage, "sheets", kind, "batchGetByDataFilter")
    _trouble(stage, "token", "503")


@in_the_sheet(
    "Google Sheets refuses",
    {
        "a request, in words of its own": "google_refused",
        "the service account's key": ("google_refused", "google_key_hint"),
        "to let the service account in": ("google_refused", "google_share_hint"),
        "the sheet's address": ("google_refused", "google_address_hint"),
        "to sign the service account in": "google_refused_account",
    },
)
def google_refuses(stage: Stage) -> None:
    for kind in ("400", "401", "403", "404"):
        _trouble(stage, "sheets", kind, "batchGetByDataFilter")
    _trouble(stage, "token", "401")


def _trouble(stage: Stage, service: str, kind: str, path: str = "") -> None:
    """A pass that meets trouble, and one that doesn't."""
    stage.fault(service, kind, path)
    stage.dial(1)
    stage.as_usual()
    stage.dial(1)
