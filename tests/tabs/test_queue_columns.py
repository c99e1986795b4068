"""The queue tab's header row, however people wrote and moved it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.tabs.fencing_token import Token
from sheets_dialer.tabs.queue_columns import DIALER, PEOPLE, Columns, find_columns

HEADER = ["Phone", "Amount", *DIALER.values()]


def test_a_plain_header_is_ready() -> None:
    columns = find_columns(HEADER, {})
    assert columns.ready()
    assert columns.places["phone"] == 0
    assert columns.places["ref"] == len(HEADER) - 1
    assert columns.token is None


@pytest.mark.parametrize(
    ("name", "alias"), [(name, alias) for name, aliases in PEOPLE.items() for alias in aliases]
)
def test_every_alias_is_found(name: str, alias: str) -> None:
    assert find_columns([alias], {}).places == {name: 0}


def test_no_two_meanings_share_an_alias() -> None:
    aliases = [alias for group in PEOPLE.values() for alias in group]
    titles = [title.casefold() for title in DIALER.values()]
    assert len({*aliases, *titles}) == len(aliases) + len(titles)


@pytest.mark.parametrize(
    "title", ["PHONE NUMBER", " phone  number ", "PhoneNumber", "Phone\nNumber"]
)
def test_case_and_spaces_do_not_matter(title: str) -> None:
    assert find_columns([title], {}).places == {"phone": 0}


@pytest.mark.parametrize("title", ["CALL ID", "callid", "Call  Id"])
def test_case_and_spaces_do_not_matter_in_the_dialers_columns(title: str) -> None:
    assert find_columns([title], {}).places == {"call_id": 0}


@given(st.permutations(HEADER))
def test_columns_may_stand_in_any_order(header: list[str]) -> None:
    columns = find_columns(header, {})
    assert columns.ready()
    assert all(header[columns.places[name]] == title for name, title in DIALER.items())


def test_other_columns_are_left_alone() -> None:
    columns = find_columns(["Notes", "", *HEADER, "Reference number of ours", 7, None], {})
    assert columns.ready()
    assert set(columns.places.values()) == set(range(2, 2 + len(HEADER)))


def test_a_column_that_stands_twice_is_named_with_its_double() -> None:
    columns = find_columns([*HEADER, "Mobile"], {})
    assert columns.doubled == ("Phone", "Mobile")
    assert not columns.ready()


def test_two_refs_are_doubled_even_with_tokens() -> None:
    assert find_columns([*HEADER, "Ref sdabcdefghx1"], {}).doubled == ("Ref", "Ref sdabcdefghx1")


def test_what_is_missing_is_named_as_setup_writes_it() -> None:
    columns = find_columns(["Status", "Why"], {})
    assert columns.missing == (
        *("Phone", "Answer", "DTMF", "Call ID", "Called Number", "Attempts", "Called At"),
        *("Updated At", "Ref"),
    )


def test_a_configured_name_takes_the_place_of_the_known_ones() -> None:
    columns = find_columns(
        ["Phone", "Customer's  Cell", *DIALER.values()], {"phone": "customer's cell"}
    )
    assert columns.places["phone"] == 1
    assert columns.ready()


def test_a_configured_name_that_is_missing_is_named() -> None:
    assert find_columns(HEADER, {"phone": "Handset"}).missing == ("Handset",)


def test_a_configured_name_wins_over_another_columns_alias() -> None:
    columns = find_columns(["Phone", "Reference"], {"amount": "Reference"})
    assert columns.places == {"phone": 0, "amount": 1}


def test_the_ref_header_carries_the_token() -> None:
    token = Token("abcdefgh", 12)
    columns = find_columns([*HEADER[:-1], token.header], {})
    assert columns.ready()
    assert columns.token == token.id


@pytest.mark.parametrize("title", ["Reference", "Referee", "Refund amount", "Ref a b"])
def test_ref_is_a_word_of_its_own(title: str) -> None:
    assert "ref" not in find_columns([title], {}).places


@pytest.mark.parametrize(
    "title", ["Ref No", "Ref No.", "Ref #", "Ref Number", "REF ID", "Ref SD-1001", "Ref sd2026"]
)
def test_peoples_own_ref_is_theirs(title: str) -> None:
    columns = find_columns([title, *HEADER], {})
    assert columns.ready()
    assert columns.places["ref"] == len(HEADER)


def test_the_configuration_may_name_peoples_ref() -> None:
    columns = find_columns(["Ref No", *HEADER], {"text2": "ref no"})
    assert columns.ready()
    assert columns.places["text2"] == 0


@given(st.data())
def test_a_token_in_which_a_letter_was_changed_makes_no_second_ref(data: st.DataObject) -> None:
    title = Token("abcdefgh", 12, "x7y8").header
    place = data.draw(st.integers(len("Ref sd"), len(title) - 1))
    letter = data.draw(st.sampled_from(["", *"abcxyz019"]))
    columns = find_columns([*HEADER[:-1], title[:place] + letter + title[place + 1 :]], {})
    assert columns.ready()
    assert columns.token is not None


def test_an_empty_header_lacks_everything() -> None:
    assert find_columns([], {}) == Columns({}, None, (), ("Phone", *DIALER.values()))
