"""What Google says when it doesn't do what was asked: nothing can be written to the sheet then, so
the passes print it."""

from __future__ import annotations

from situations.stage import Stage
from situations.table import printed


@printed(
    "Google Sheets is not itself",
    {
        "half an answer": "google_unclear",
        "an empty answer": "google_empty",
        "it is busy": "google_busy",
        "its sign-in is busy": "google_sign_in_silent",
    },
)
def google_is_not_itself(stage: Stage) -> None:
    for kind in ("malformed", "empty", "503"):
        stage.fault("sheets", kind, "batchGetByDataFilter")
        stage.dial(1)
        stage.as_usual()
    stage.fault("token", "503")
    stage.dial(1)


@printed(
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
        stage.fault("sheets", kind, "batchGetByDataFilter")
        stage.dial(1)
        stage.as_usual()
    stage.fault("token", "401")
    stage.dial(1)
