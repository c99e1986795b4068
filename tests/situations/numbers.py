"""What stands in the rows: numbers as people paste them."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "Cells that are not a number to call",
    {
        "a row with two numbers in one cell": "two_numbers",
        "a landline with another line's end behind it": "another_end",
        "a number with an extension": "extension",
        "a number with a name beside it": "more_than_a_number",
        "a note instead of a number": "not_a_number",
        "a number that went through a calculator": "rounded_number",
        "a number with its end cut off": "too_few_digits",
        "a number with two digits too many": "too_many_digits",
        "a number that no phone company gives out": "no_such_number",
        "a whole letter in the Store column": "texts_too_long",
    },
)
def cells_that_are_no_number(stage: Stage) -> None:
    stage.paste(
        "0300 1234567 / 0321 7654321",
        "051-2345678/9",
        "051-2345678 ext 12",
        "0300 1234567 (wife)",
        "call Ahmed first",
        "9.23E+11",
        "0300-12",
        "030012345678",
        "0399 1234567",
        {"Phone": "0300 0000001", "Store": "x" * 6001},
    )
    stage.dial(1)


@in_the_sheet(
    "Numbers of a country or of a kind that isn't called",
    {
        "a mobile of the Emirates": ("may_not_be_called", "kind_mobile"),
        "a landline of London": "kind_landline",
        "a number that is charged as a local call everywhere": "kind_uan",
        "a helpline": ("kind_toll_free", "country_home"),
        "a number of the Emirates whose cost is shared": "kind_shared_cost",
        "a number that is charged dearly": "kind_premium",
        "a personal number": "kind_personal",
        "an internet telephone": "kind_voip",
        "a pager": "kind_other",
        "a satellite phone": "country_none",
    },
)
def numbers_that_are_not_called(stage: Stage) -> None:
    stage.configure(campaign={"may_be_called": {"kinds": ["mobile", "landline"]}})
    stage.paste(
        "0092 51 111 222 333",
        "00971 50 123 4567",
        "0044 121 234 5678",
        "0800 12345",
        "00971 700 012 345",
        "0900 12345",
        "0122 123456",
        "0044 56 1234 5678",
        "0044 76 4012 3456",
        "00881 612 345 678",
    )
    stage.dial(3)
    assert "{countries: [PK, 001], kinds: [mobile, landline]}" in " ".join(stage.texts())


@in_the_sheet(
    "Two rows, of two orders, with one number",
    {"the second row, while the phone of the first rings": "same_number"},
)
def one_number_twice(stage: Stage) -> None:
    stage.paste(
        {"Phone": "0300 0000009", "Order ID": "1"}, {"Phone": "0300-0000009", "Order ID": "2"}
    )
    stage.dial(until="same_number")


@in_the_sheet(
    "The same order twice",
    {
        "pasted again on the same day": ("same_call_placed_for_row", "day_at_time", "today"),
        "still there the next morning": ("same_call_placed_for_row", "yesterday"),
        "the first one's row deleted": "same_call_placed",
    },
)
def one_order_twice(stage: Stage) -> None:
    stage.paste("0300 0000001")
    stage.dial(until=lambda: stage.cell(2, "Status") == "Answered")
    stage.paste("0300 0000001", at=3)
    stage.dial(until="same_call_placed_for_row")
    stage.later(hours=20)
    stage.dial(until="yesterday")
    stage.tab("Calls").delete_rows(2)
    stage.dial(until="same_call_placed")
