"""What an error says is wrong, and what it says to do, are told apart by the error itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheets_dialer.app.check_file import check_file
from sheets_dialer.app.wiring import google_client
from sheets_dialer.base.errors import ConfigError, DialerError
from sheets_dialer.base.network_environment import CERTIFICATES
from sheets_dialer.check.local import network
from sheets_dialer.config import GoogleSettings


def test_an_errors_text_is_what_is_wrong_and_what_to_do() -> None:
    both = DialerError("The disk is full.", "Make room.")
    assert (both.sentence, both.remedy, str(both)) == (
        "The disk is full.",
        "Make room.",
        "The disk is full. Make room.",
    )
    one = DialerError("The disk is full. Or so it seems.")
    assert (one.sentence, one.remedy, str(one)) == (
        str(one),
        "",
        "The disk is full. Or so it seems.",
    )


@pytest.fixture
def dotted(tmp_path: Path) -> Path:
    """A folder whose name looks like the end of a sentence."""
    folder = tmp_path / "Mr. Khan. Shop"
    folder.mkdir()
    return folder


def test_a_remedy_is_found_behind_a_name_with_a_full_stop(
    dotted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = dotted / "config.yaml"
    (missing,) = check_file(file, {})
    assert missing.sentence == f"There is no configuration at {file}"
    assert missing.remedy.startswith("Copy config.example.yaml there and fill it in, or try")

    with pytest.raises(ConfigError) as caught:
        google_client(GoogleSettings(service_account_file=dotted / "key.json"))
    assert caught.value.sentence.endswith(f"{dotted / 'key.json'} is missing.")
    assert caught.value.remedy.startswith("Download it from the Google Cloud console (IAM")

    monkeypatch.setenv(CERTIFICATES[0], str(dotted / "ca.pem"))
    (certificates,) = network(None)
    assert certificates.sentence.endswith(f"that is not there: {dotted / 'ca.pem'}.")
    assert certificates.remedy.startswith("Name a file of certificates (PEM)")
