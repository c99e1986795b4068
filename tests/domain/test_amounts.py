"""An amount is said in digits, or its row is held: nobody hears a price wrong by a factor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.domain.amounts import read_amount

READ = {
    "1500": "1500",
    "1,500": "1500",
    "1500.00": "1500",
    "Rs. 2,450/-": "2450",
    "Rs2450": "2450",
    "rs 2450 only": "2450",
    "PKR 1,500.00": "1500",
    "1,500.50": "1500.50",
    "1500.5": "1500.5",
    "1,50,000": "150000",
    "12,34,567": "1234567",
    "2450/=": "2450",
    "1500.": "1500",
    "۲٬۴۵۰": "2450",
    "٢٤٥٠": "2450",
    "۱۵۰۰ روپے": "1500",
    "2,450 روپے": "2450",
    "\u00a0 Rs\u00a01,500 ": "1500",
    "１５００": "1500",
    "007": "7",
    "0": "0",
    "COD 1500": "1500",
    "COD: Rs. 1,500/-": "1500",
    "Rs 1500 COD": "1500",
    "R.s 1500": "1500",
    "1500 rupay": "1500",
    "1500 Rupaye only": "1500",
    "PKR.1500": "1500",
    "1500.-": "1500",
    "Rs. 1,500 /-": "1500",
    "₨ ۱٬۵۰۰": "1500",
    "₨١٥٠٠/-": "1500",
    "٢٬٤٥٠٫٠٠": "2450",
    "\u202b1500 روپے صرف\u202c": "1500",
    "Rs\u200e 1,50,000": "150000",
    "Rs.\n1,500": "1500",
    "1,00,00,000": "10000000",
    "१५००": "1500",
    "": "",
    " \u200b": "",
}
NOT_READ = (
    *("1.500", "1.500,00", "1,50", "1,500,00", "15,00", "1,2345", "-5", "(1500)", "2k", "1.5 lakh"),
    *("1500 / 1600", "1500-1600", "2026-12-05", "14:30", "10%", "0.6041666667", "3507.2999999997"),
    *("free", "COD", "TRUE", "Rs", "1 500 700", "1500 + 200", "12-Jan", "$20", "1500 (paid)"),
    # A footnote, a share and a number in a circle are no digits of the amount.
    *("1500²", "1500¹", "²", "①", "1500⒈", "1½", "1500½", "⑮00", "1500🄁"),
    *("nil", "N/A", "—", "1500\n200", "1500 / 50", "1500+", "+1500", "1500 x 2", "2 × 1500", "1e3"),
    *("٫٥٠٠", "١٫٥٠٠", "1,500,", "1500,00", "Rs 1500 + DC", "1500 COD 200", "COD", "AED 50", "€15"),
)


@pytest.mark.parametrize(("cell", "said"), READ.items())
def test_what_is_read(cell: str, said: str) -> None:
    assert read_amount(cell) == said


@pytest.mark.parametrize("cell", NOT_READ)
def test_what_could_be_said_wrong_is_not_read(cell: str) -> None:
    assert read_amount(cell) is None


WORDS = st.sampled_from(["", "Rs ", "Rs.", "PKR ", "rs. ", "Rupees ", "₨ "])
ENDS = st.sampled_from(["", "/-", " only", " روپے", " PKR", "/="])
GROUPED = st.sampled_from(["{:d}", "{:,d}"])


@given(WORDS, st.integers(0, 10**9), GROUPED, ENDS, st.booleans())
def test_digits_survive_whatever_stands_around_them(
    word: str, rupees: int, grouped: str, end: str, urdu: bool
) -> None:
    cell = f"{word}{grouped.format(rupees)}{end}"
    if urdu:
        cell = cell.translate({ord(str(n)): chr(0x06F0 + n) for n in range(10)})
    assert read_amount(cell) == str(rupees)


@given(st.text(alphabet="0123456789.,-/% RskKPol", max_size=14))
def test_what_is_read_is_digits_and_all_of_the_cells_digits(cell: str) -> None:
    said = read_amount(cell)
    if said:
        assert said.replace(".", "").isdigit()
        digits = "".join(character for character in cell if character.isdigit()).lstrip("0")
        assert digits.startswith(said.replace(".", "").lstrip("0"))
