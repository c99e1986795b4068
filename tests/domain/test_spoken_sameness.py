"""The same call is what a customer would hear, not how a cell was typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.domain.amounts import heard_amount
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.spoken_sameness import heard

ALIKE = (
    ("1500", "1,500"),
    ("1500", "1500.00"),
    ("1500", "1,500.0"),
    ("150000", "1,50,000"),
    ("1500", "۱۵۰۰"),
    ("1500", "١٬٥٠٠"),
    ("1500", "１５００"),
    ("0012", "12"),
    ("", "0"),
    ("", "0.00"),
    ("", "  "),
    ("", "\u200b"),
    ("Karachi Mart", "Karachi  Mart"),
    ("Karachi Mart", " karachi MART "),
    ("Karachi Mart", "Karachi\u00a0Mart"),
    ("Karachi Mart", "Karachi\nMart"),
    ("Karachi Mart", "\u202bKarachi Mart\u202c"),
    ("کراچی", "كراچي"),
    ("ہیلو", "هيلو"),
    ("مُحَمَّد", "محمد"),
    ("Ali’s", "Ali's"),
    ("A–1", "A-1"),
    ("Café", "Cafe\u0301"),
    ("ﬁne", "fine"),
)
DIFFERENT = (
    ("1500", "1501"),
    ("1500", "1500.50"),
    ("1500", "15000"),
    ("1,50", "150"),
    ("A1", "A2"),
    ("A-1", "A1"),
    ("Karachi Mart", "KarachiMart"),
    ("", "1"),
    ("5", "-5"),
    ("آم", "ام"),
)
AMOUNTS = (
    *("1500", "Rs. 1,500/-", "PKR 1,500.00", "1500 only", "۱۵۰۰ روپے", "Rs1500", "rs 1500/="),
    *("PKR.1500", "PKR. 1500", "Pak Rs. 1,500", "1500 روپے صرف", "1500 .", "COD: 1500", "₨.1,500"),
)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_texts_that_are_heard_alike(one: str, other: str) -> None:
    assert heard(one) == heard(other)
    assert asking(text=one).fingerprint() == asking(text=other).fingerprint()


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_texts_that_are_heard_otherwise(one: str, other: str) -> None:
    assert heard(one) != heard(other)
    assert asking(text=one).fingerprint() != asking(text=other).fingerprint()


def test_an_amount_is_its_number_whatever_stands_around_it() -> None:
    assert {heard_amount(each) for each in AMOUNTS} == {"1500"}


@given(st.text(max_size=30))
def test_a_normal_form_is_its_own(text: str) -> None:
    assert heard(heard(text)) == heard(text)
    assert heard_amount(heard_amount(text)) == heard_amount(text)


INVISIBLE = st.sampled_from(["", "\u200b", "\u200e", "\u202b", "\ufeff", "\u00ad"])
SPACES = st.sampled_from([" ", "  ", "\u00a0", "\t", "\n", "\u2003"])


@given(st.lists(st.from_regex(r"[A-Za-z]{1,6}", fullmatch=True), min_size=1, max_size=4),
       SPACES, INVISIBLE, st.booleans())  # fmt: skip
def test_how_a_text_is_typed_makes_no_other_call(
    words: list[str], space: str, unseen: str, upper: bool
) -> None:
    typed = unseen + space.join(words) + unseen
    typed = typed.upper() if upper else typed
    assert asking(text=typed).fingerprint() == asking(text=" ".join(words)).fingerprint()


@given(st.integers(1, 10**9), st.sampled_from(["{:d}", "{:,d}", "{:d}.00", "{:,d}.0", " {:d} "]))
def test_how_a_number_is_typed_makes_no_other_call(number: int, typed: str) -> None:
    plain = asking(text=str(number), amount=str(number))
    cell = typed.format(number)
    assert asking(text=cell, amount=cell).fingerprint() == plain.fingerprint()


def test_voice_number_and_place_still_tell_calls_apart() -> None:
    one = asking(text="A1")
    others = (
        replace(one, voice_id="103"),
        replace(one, number="923001234568"),
        replace(one, texts=("", "A1", "", "", "")),
        replace(one, keys=("A1", "", "", "", "")),
    )
    assert len({one.fingerprint(), *(each.fingerprint() for each in others)}) == 5


def asking(text: str, amount: str = "") -> Content:
    """What a row with this text asks for."""
    return Content("923001234567", "102", amount, (text, "", "", "", ""))
