"""The token's spelling: what Google takes as an id, and what reads back from a header."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer import texts
from sheets_dialer.tabs.fencing_token import Token, anchor_name, read_token, unsafe_sentence
from sheets_dialer.tabs.queue_columns import find_columns

ledgers = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=8, max_size=8)
writers = st.one_of(
    st.just(""), st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=4, max_size=4)
)
tokens = st.builds(Token, ledgers, st.integers(0, 10**15 - 2), writers)


@given(tokens)
def test_a_token_reads_back_from_id_and_header(token: Token) -> None:
    assert read_token(token.id) == token
    assert read_token(find_columns([token.header], {}).token) == token


@given(tokens)
def test_names_are_names_to_google(token: Token) -> None:
    # Letters, digits and underscores, beginning with a letter, and no cell reference.
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,249}", token.name)
    assert not re.fullmatch(r"[A-Za-z]{1,3}[0-9]+", token.name)
    assert token.name != anchor_name(7)


@pytest.mark.parametrize(
    "text",
    [None, "", "Ref", "sdabcdefgh", "sdabcdefghx", "sdABCDEFGHx1", "sdabcdefgx1", "xsdabcdefghx1",
     "sdabcdefghx1 ", "sdabcdefghx-1", "sdabcdefghx1234567890123456", "sdabcdefghx٣",
     "sdabcdefghx1x", "sdabcdefghx1xabc"],
)  # fmt: skip
def test_anything_else_is_no_token(text: str | None) -> None:
    assert read_token(text) is None


def test_each_tab_has_its_anchor() -> None:
    assert anchor_name(1) != anchor_name(2)


def test_why_a_sheet_is_unsafe_is_told_in_the_language_in_use() -> None:
    told = unsafe_sentence("unsafe_same_name")
    assert "Google takes a second named range of the same name." in told
    texts.use("urdu")
    assert unsafe_sentence("unsafe_same_name") == texts.say(
        "unsafe", why=texts.say("unsafe_same_name")
    )
    assert unsafe_sentence("unsafe_same_name") != told
    assert unsafe_sentence("") == ""


def test_what_an_earlier_version_found_unsafe_is_told_as_it_stands() -> None:
    kept = "Dialling isn't safe on this sheet: two dialers could call one row."
    assert unsafe_sentence(kept) == kept
