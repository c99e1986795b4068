"""Named ranges: the token of a sheet, so what is refused matters as much as what is done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.batching import CONTROL, Book, add_name, area


def _delete(range_id: str) -> dict[str, Any]:
    return {"deleteNamedRange": {"namedRangeId": range_id}}


def _update(fields: str, **named: Any) -> dict[str, Any]:
    return {"updateNamedRange": {"namedRange": named, "fields": fields}}


def test_the_reply_echoes_the_range_without_a_sheet_id_of_zero() -> None:
    (reply,) = Book().send(add_name("Mine", {"sheetId": 0, **area(0, 2, 0, 2)}))
    named = reply["addNamedRange"]["namedRange"]
    assert isinstance(named.pop("namedRangeId"), str)
    assert named == {"name": "Mine", "range": area(0, 2, 0, 2)}


def test_a_chosen_id_is_kept_and_refused_when_it_exists() -> None:
    book = Book()
    (reply,) = book.send(add_name("One", area(0, 1, 0, 1), namedRangeId="t-1"))
    assert reply["addNamedRange"]["namedRange"]["namedRangeId"] == "t-1"
    words = book.refusal(add_name("Two", area(0, 1, 0, 1), namedRangeId="t-1"))
    assert words.startswith("Invalid requests[0].addNamedRange: ")


def test_a_name_stands_once_in_a_spreadsheet() -> None:
    book = Book()
    book.send(add_name("Token", area(0, 1, 0, 1)))
    assert book.refusal(add_name("Token", area(0, 1, 0, 1, CONTROL))) == (
        "Invalid requests[0].addNamedRange: Cannot add named range with name Token, "
        "a named range with that name already exists."
    )


def test_a_range_that_is_gone_cannot_be_deleted_again() -> None:
    book = Book()
    book.send(add_name("Token", area(0, 1, 0, 1), namedRangeId="t1"))
    book.send(_delete("t1"))
    words = "Invalid requests[0].deleteNamedRange: No NamedRange with id: t1"
    assert book.refusal(_delete("t1")) == words


def test_a_token_is_swapped_in_one_batch_and_only_once() -> None:
    book = Book()
    book.send(add_name("Token_1", area(0, 1, 0, 1), namedRangeId="t1"))
    swap = [_delete("t1"), add_name("Token_2", area(0, 1, 0, 1), namedRangeId="t2")]
    book.send(*swap)
    assert list(book.workbook.named_ranges) == ["t2"]
    assert "requests[0].deleteNamedRange" in book.refusal(*swap)
    assert list(book.workbook.named_ranges) == ["t2"]


def test_a_name_is_free_again_within_the_batch_that_deletes_it() -> None:
    book = Book()
    book.send(add_name("Token", area(0, 1, 0, 1), namedRangeId="t1"))
    book.send(_delete("t1"), add_name("Token", area(1, 2, 0, 1), namedRangeId="t1"))
    assert book.workbook.named_ranges["t1"]["range"] == area(1, 2, 0, 1)


@pytest.mark.parametrize(
    "name", ["", "A1", "R1C1", "1st", "two words", "TRUE", "a-b", "x" * 251, "AB12"]
)
def test_a_name_must_be_one(name: str) -> None:
    assert "addNamedRange" in Book().refusal(add_name(name, area(0, 1, 0, 1)))


def test_a_range_must_lie_on_a_tab_that_exists() -> None:
    words = Book().refusal(add_name("Mine", area(0, 1, 0, 1, 99)))
    assert words == "Invalid requests[0].addNamedRange: No grid with id: 99"


def test_name_and_range_change_by_the_mask() -> None:
    book = Book()
    book.send(add_name("Old", area(0, 1, 0, 1), namedRangeId="n"))
    book.send(_update("name", namedRangeId="n", name="New", range=area(5, 6, 0, 1)))
    assert book.workbook.named_ranges["n"]["name"] == "New"
    assert book.workbook.named_ranges["n"]["range"] == area(0, 1, 0, 1)
    book.send(_update("range", namedRangeId="n", range=area(1, 2, 0, 1, CONTROL)))
    assert book.workbook.named_ranges["n"]["range"] == area(1, 2, 0, 1, CONTROL)


def test_an_update_is_refused_for_a_missing_id_or_a_taken_name() -> None:
    book = Book()
    book.send(add_name("One", area(0, 1, 0, 1), namedRangeId="1"))
    book.send(add_name("Two", area(0, 1, 0, 1), namedRangeId="2"))
    assert "No NamedRange with id: 3" in book.refusal(_update("name", namedRangeId="3"))
    assert "already exists" in book.refusal(_update("name", namedRangeId="2", name="one"))
    book.send(_update("name", namedRangeId="2", name="TWO"))


def test_a_protection_backed_by_a_name_goes_where_the_name_goes() -> None:
    book = Book()
    book.send(
        add_name("Locked", area(0, 1, 0, 1), namedRangeId="n"),
        {"addProtectedRange": {"protectedRange": {"namedRangeId": "n", "protectedRangeId": 3}}},
    )
    book.send(_update("range", namedRangeId="n", range=area(1, 2, 0, 1, CONTROL)))
    assert book.control.protected_ranges[3]["range"] == area(1, 2, 0, 1, CONTROL)
    assert not book.calls.protected_ranges
