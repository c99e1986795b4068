"""What stands in the rows: numbers as people paste them."""

from __future__ import annotations

from situations.stage import Stage
from situations.table import in_the_sheet


@in_the_sheet(
    "Cells that are not a number to call",
    {
        "a row with two numbers in one cell": "two_numbers",
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
        "call Ahmed first",
        "9.23E+11",
        "0300-12",
        "0300 1234567 89",
        "0399 1234567",
        {"Phone": "0300 0000001", "Store": "x" * 6001},
    )
    stage.dial(1)


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
