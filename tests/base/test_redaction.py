"""Secrets are taken out of texts by what they look like, also where nothing names them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.base.redaction import in_one_line, redacted

ASSERTION = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJnZWhlaW0ifQ.geheim_signature-X"
PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\nMIIgeheim\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "secret",
    [
        ASSERTION,
        ASSERTION.rpartition(".")[0],
        "eyJnZWhlaW0iOiJnZWhlaW0ifQ",
        "ya29.geheim-_geheim.1",
        "ya29.c.geheim~/+",
        "Bearer geheim-77",
        "bearer geheim-77",
        "Basic Z2VoZWltOmdlaGVpbQ==",
        "basic geheiM",
        PRIVATE_KEY,
        PRIVATE_KEY.replace("\n", "\\n").replace("PRIVATE", "RSA PRIVATE"),
        PRIVATE_KEY.partition("-----END")[0],
    ],
)
@pytest.mark.parametrize("form", ["{}", "<pre>You sent {}</pre>", "'{}'", '["{}", 1]', "x?a={}&b"])
def test_a_secret_without_a_name(form: str, secret: str) -> None:
    told = redacted(f"before {form.format(secret)} after")

    for part in ("geheim", "geheiM", "Z2Vo", "nZWh", "eyJ", "MII"):
        assert part not in told
    assert told.startswith("before ")


@given(st.text(alphabet=st.sampled_from("abcXYZ019-_."), min_size=10))
def test_nothing_is_left_of_a_token_however_it_goes_on(end: str) -> None:
    assert redacted(f"ya29.{end}") == "…"
    assert redacted(f"eyJhbGciOiJSUzI1NiJ9.{end}") == "…"


@pytest.mark.parametrize(
    "words",
    [
        "Basic package expired. Bearer of bad news.",
        "invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes)",
        "Invalid requests[0].deleteNamedRange: No named range with id 7xk2",
        "Request had invalid authentication credentials. Expected OAuth 2 access token.",
    ],
)
def test_words_without_a_secret_stay(words: str) -> None:
    assert in_one_line(words) == words


def test_a_services_words_are_one_line_of_two_hundred_characters() -> None:
    page = f"<html>\n<p>Blocked.\r\nYou sent {ASSERTION}\n" + "x" * 100_000

    told = in_one_line(page)

    assert len(told) == 200
    assert told.startswith("<html> <p>Blocked. You sent … xxx")
    assert told.endswith("…")


def test_redaction_by_form_of_a_long_text_is_quick() -> None:
    begun = time.process_time()
    for text in ("eyJ", "eyJ.", "ya29.", "Bearer ", "basic a", "-----BEGIN PRIVATE KEY-----", "."):
        redacted(text * (500_000 // len(text)))
    assert time.process_time() - begun < 3
