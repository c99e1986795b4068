"""What logs may say of the portal's words."""

from __future__ import annotations

from sheets_dialer.dialing.outcomes import masked, without_numbers


def test_numbers_are_masked() -> None:
    assert masked("923001234567") == "92300…567"
    assert masked("12345") == "…"


def test_the_portals_words_lose_the_numbers_that_they_name() -> None:
    words = "The portal refused: caller_id 923001234567 is blocked (voice 102)"
    assert without_numbers(words) == (
        "The portal refused: caller_id 92300…567 is blocked (voice 102)"
    )
