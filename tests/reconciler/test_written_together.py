"""Should Google accept the writes of two dialers at one moment, nobody is called by the later one:
what the other one may have called as well is for a person to settle."""

from __future__ import annotations

from sheets_dialer.tabs.fencing_token import Token
from tests.support.dialing import Shop


def test_a_row_that_another_dialer_may_have_called_becomes_check_and_is_not_called(
    shop: Shop,
) -> None:
    shop.paste_numbers("03000000001")
    shop.set_up()
    shop.run("once", "--for", "3")
    assert [row["Status"] for row in shop.rows()] == ["Queued"]
    another_dialers_token_comes_beside_ours(shop)
    shop.control("RUN")
    shop.run("once", "--for", "3")
    (row,) = shop.rows()
    assert (row["Status"], shop.calls()) == ("Check", []), row


def another_dialers_token_comes_beside_ours(shop: Shop) -> None:
    tab, other = shop.tab(), Token("another1", 5)
    (place,) = (at for at, title in enumerate(tab.row_values(1)) if title.startswith("Ref"))
    area = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 1}
    area |= {"startColumnIndex": place, "endColumnIndex": place + 1}
    named = {"namedRangeId": other.id, "name": other.name, "range": area}
    tab.spreadsheet.batch_update({"requests": [{"addNamedRange": {"namedRange": named}}]})
