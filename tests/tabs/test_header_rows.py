"""Header rows as people and exports have them: what each column is taken for, and where the row
stands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.google_sheets.cell_updates import MOST_AT_ONCE, blocks_of
from sheets_dialer.google_sheets.overwrite_repair import Written
from sheets_dialer.google_sheets.overwrite_repair_header import damage_on_tab
from sheets_dialer.reconciler.row_cache import RowCache
from sheets_dialer.tabs.column_conflicts import find_column_conflict
from sheets_dialer.tabs.fencing_token import Token
from sheets_dialer.tabs.header_names import EXPORTS, limit_like, nearest
from sheets_dialer.tabs.header_report import (
    columns_sentence,
    fullest,
    line_that_decides,
    pasted_over,
    unclear_sentence,
)
from sheets_dialer.tabs.queue_columns import (
    DIALER,
    HEADER_WITHIN,
    PEOPLE,
    find_columns,
    find_table,
)
from sheets_dialer.tabs.queue_rows import read_rows
from tests.support.places import HOME

SHOPIFY = (
    *("Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Subtotal"),
    *("Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Lineitem name"),
    *("Billing Name", "Billing Phone", "Shipping Name", "Shipping Phone", "Notes", "Phone"),
)
WOO = (
    *("Order Number", "Order Status", "Order Date", "Customer Note", "First Name (Billing)"),
    *("City (Billing)", "Email (Billing)", "Phone (Billing)", "First Name (Shipping)"),
    *("Payment Method Title", "Order Subtotal Amount", "Order Shipping Amount"),
    *("Order Total Amount", "SKU", "Item Name", "Quantity (- Refund)"),
)
DARAZ = (
    *("Order Item Id", "Seller SKU", "Created at", "Updated at", "Order Number", "Customer Name"),
    *("Shipping Name", "Shipping Phone Number", "Shipping Phone Number2", "Shipping City"),
    *("Billing Name", "Payment Method", "Paid Price", "Unit Price", "Shipping Fee", "Item Name"),
)
LEOPARDS_BULK = (
    *("OrderID", "Weight (grams)", "Pieces", "COD", "Origin City", "Destination City"),
    *("Consignee Name", "Consignee Email", "Consignee Phone", "Consignee Phone 2"),
    *("Consignee Phone 3", "Consignee Address", "Shipment Type", "Special Instructions"),
    *("Product Description", "Shipper Name", "Shipper Phone", "Shipper Address", "Return City"),
)
LEOPARDS_REPORT = (
    *("Sr#", "CN #", "Booking Date", "Order ID", "Shipper", "Shipment Type", "Consignee"),
    *("Consignee Phone", "Consignee Address", "Origin City", "Destination City", "Weight"),
    *("Pieces", "COD Amount", "Status", "Status Date", "Reason"),
)
TCS_BULK = (
    *("Consignee Name", "Consignee Address", "Consignee Mobile No", "Consignee Email"),
    *("Destination City Name", "Pieces", "Weight", "COD Amount", "Customer Reference Number"),
    *("Special Handling", "Service", "Product Details", "Remarks", "Fragile", "Insurance"),
)
TRAX_BULK = (
    *("Order ID", "Consignee Name", "Consignee Phone 1", "Consignee Phone 2", "Consignee Email"),
    *("Consignee Address", "Consignee City", "Item Description", "Quantity", "Insurance"),
    *("Pickup Date", "Special Instructions", "Estimated Weight", "Shipping Mode", "Amount"),
    *("Payment Mode", "Charges Mode"),
)
MNP_REPORT = (
    *("S.No.", "CN No.", "Order Ref No", "Booking Date", "Consignee", "Consignee Contact No"),
    *("Destination", "Product", "Weight", "Pieces", "COD Amount", "Call ID", "Status", "Reason"),
)
CALLCOURIER = (
    *("ConsigneeName", "ConsigneeRefNo", "ConsigneeCellNo", "Address", "Origin", "DestCityId"),
    *("ServiceTypeId", "Pcs", "Weight", "Description", "SelOrigin", "CodAmount", "SpecialHandling"),
    *("ShipperName", "ShipperCellNo", "ShipperArea", "ShipperLandLineNo", "ShipperEmail"),
)
BLUEEX = (
    *("customer_name", "customer_email", "customer_contact", "customer_address", "customer_city"),
    *("customer_country", "customer_comment", "shipping_charges", "payment_type", "service_code"),
    *("total_order_amount", "total_order_weight", "order_refernce_code", "fragile", "cn_generate"),
)
POSTEX_REPORT = (
    *("Tracking Number", "Order Ref Number", "Order Status", "Customer Name"),
    *("Customer Phone Number", "Customer City", "Delivery Address", "Invoice Payment"),
    *("Transaction Date", "Order Pickup Date", "Order Delivery Date", "Transaction Tax"),
    *("Transaction Fee", "Reserve Payment", "Balance Payment", "Merchant Name", "Status"),
)
TAKEN: list[tuple[Sequence[object], Mapping[str, int]]] = [
    (["Phone", "Amount (Rs)", "Shop Name", "Order #", "Call After (time)"],
     {"phone": 0, "amount": 1, "text1": 2, "text2": 3, "call_after": 4}),
    (["Phone", "Amount", "Store", "Order ID"],
     {"phone": 0, "amount": 1, "text1": 2, "text2": 3}),
    (["PHONE_NUMBER", "AMOUNT_PKR"], {"phone": 0, "amount": 1}),
    (["Mobile No.", "Total Rs."], {"phone": 0, "amount": 1}),
    (["Mobile #", "Order No."], {"phone": 0, "text2": 1}),
    (["Contact:", "Total (PKR):"], {"phone": 0, "amount": 1}),
    (["phone-number", "order-id"], {"phone": 0, "text2": 1}),
    (["PhoneNumber", "OrderId"], {"phone": 0, "text2": 1}),
    (["\ufeffPhone", "Am\u200bount"], {"phone": 0, "amount": 1}),
    (["\u200ePhone\u200f", "Store\u00a0Name"], {"phone": 0, "text1": 1}),
    (["Ｐｈｏｎｅ", "Ａｍｏｕｎｔ"], {"phone": 0, "amount": 1}),
    (["*Phone*", "[Amount]"], {"phone": 0, "amount": 1}),
    (["Phone [with 0]", "Amount {Rs}"], {"phone": 0, "amount": 1}),
    (["Phone (Home (Lahore))", "Amount"], {"phone": 0, "amount": 1}),
    (["WhatsApp No.", "Order Ref."], {"phone": 0, "text2": 1}),
    (["Amount in Rs", "Tel."], {"phone": 1, "amount": 0}),
    (["Rs. Amount", "Cell #"], {"phone": 1, "amount": 0}),
    (["فون نمبر", "رقم", "دکان", "آرڈر نمبر"],
     {"phone": 0, "amount": 1, "text1": 2, "text2": 3}),
    (["موبائل نمبر:", "رقم (روپے)"], {"phone": 0, "amount": 1}),
    (["موبايل نمبر", "كل رقم"], {"phone": 0, "amount": 1}),  # typed with Arabic letters
    (["فـون", "ارڈر"], {"phone": 0, "text2": 1}),
    (["رابطه نمبر", "دكان"], {"phone": 0, "text1": 1}),
    (["Call Before (by)", "Phone", "CALL-AFTER"],
     {"call_before": 0, "phone": 1, "call_after": 2}),
    (["Voice-ID", "Phone", "Text 3", "KEY_1"],
     {"voice_id": 0, "phone": 1, "text3": 2, "key1": 3}),
    (["Phone", "Phone (old)"], {"phone": 0}),
    (["Phone (Office)", "Phone"], {"phone": 1}),
    (["Amount:", "Amount", "Phone"], {"amount": 1, "phone": 2}),
    (["Amount (Rs)", "Amount (advance)", "Phone"], {"amount": 0, "phone": 2}),
    (["Shipper Phone", "Consignee Phone", "COD Amount"], {"phone": 1, "amount": 2}),
    (["Sender Mobile", "Phone (Sender)"], {}),
    (["Vendor Contact Number", "Rider Phone"], {}),
    (["Customer Name", "Contact Person", "Address"], {}),
    (["Name", "Phone"], {"phone": 1}),
    (["Name", "Financial Status", "Shipping Phone", "Total"],
     {"text2": 0, "phone": 2, "amount": 3}),
    (WOO, {"text2": 0, "phone": 7, "amount": 12}),
    (DARAZ, {"updated_at": 3, "text2": 4, "phone": 7, "amount": 12}),
    (["order_number", "status_", "billing_phone", "order_total"],
     {"text2": 0, "status": 1, "phone": 2, "amount": 3}),
    (["Consignee Name", "Consignee Mobile No", "COD Amount", "Customer Reference No"],
     {"phone": 1, "amount": 2, "text2": 3}),
    (["consigneeName", "consigneeMobNo", "codAmount", "custRefNo"],
     {"phone": 1, "amount": 2, "text2": 3}),
    (["shipment_phone", "consignment_phone", "booked_packet_collect_amount",
      "booked_packet_order_id"], {"phone": 1, "amount": 2, "text2": 3}),
    (["consignee_phone_number_1", "consignee_phone_number_2", "amount", "order_id"],
     {"phone": 0, "amount": 2, "text2": 3}),
    (["customerName", "customerPhone", "invoicePayment", "orderRefNumber"],
     {"phone": 1, "amount": 2, "text2": 3}),
    (["ConsigneeCellNo", "ShipperCellNo", "CodAmount", "ConsigneeRefNo"],
     {"phone": 0, "amount": 2, "text2": 3}),
    (["Customer Contact", "COD Amount", "Order No"], {"phone": 0, "amount": 1, "text2": 2}),
    (["Ref #", "Phone"], {"phone": 1}),
    (["Status (order)", "Answer to give", "Phone"], {"phone": 2}),
    ([7, None, True, "Phone"], {"phone": 3}),
    (["📞 Phone", "💰 Amount", "🏪 Store", "#️⃣ Order No"],
     {"phone": 0, "amount": 1, "text1": 2, "text2": 3}),
    (["Phone\nNumber", "Amount\n(Rs.)", "Order\nID", "Store\r\nName"],
     {"phone": 0, "amount": 1, "text2": 2, "text1": 3}),
    (["\u202bفون نمبر\u202c", "\u2067رقم\u2069"], {"phone": 0, "amount": 1}),
    (["گاہک کا فون نمبر", "کل قیمت", "آرڈر نمبر", "نمبر شمار"],
     {"phone": 0, "amount": 1, "text2": 2}),
    (["\"Phone\"", "'Amount'", "“Order ID”"], {"phone": 0, "amount": 1, "text2": 2}),
    (["Phone (required)", "Amount (Rs.) *required", "Order ID *"],
     {"phone": 0, "amount": 1, "text2": 2}),
    (["Cust. Mobile", "Amt.", "Order Ref #"], {"phone": 0, "amount": 1, "text2": 2}),
    (["Client Contact", "Net Amount", "Reference No."], {"phone": 0, "amount": 1, "text2": 2}),
    (["Buyer's WhatsApp No", "COD (Rs)"], {"phone": 0, "amount": 1}),
    (["Recipient Cell #", "Recipient Name"], {"phone": 0}),
    (["Timestamp", "Email Address", "Your Phone Number", "Order Number"], {"phone": 2, "text2": 3}),
    ([*WOO, "Company (Billing)", "Company (Shipping)"], {"text2": 0, "phone": 7, "amount": 12}),
    (LEOPARDS_BULK, {"text2": 0, "amount": 3, "phone": 8}),
    (LEOPARDS_REPORT, {"text2": 3, "phone": 7, "amount": 13, "status": 14}),
    (TCS_BULK, {"phone": 2, "amount": 7, "text2": 8}),
    (TRAX_BULK, {"text2": 0, "phone": 2, "amount": 14}),
    (MNP_REPORT, {"text2": 2, "phone": 5, "amount": 10, "call_id": 11, "status": 12}),
    (CALLCOURIER, {"text2": 1, "phone": 2, "amount": 11}),
    (BLUEEX, {"phone": 2, "amount": 10, "text2": 12}),
    (POSTEX_REPORT, {"text2": 1, "phone": 4, "amount": 7, "status": 16}),
    (["ORDER_ID", "CONSIGNEE_PHONE", "CONSIGNEE_CITY", "NO_OF_PARCELS", "COD"],
     {"text2": 0, "phone": 1, "amount": 4}),
    (["Customer Number", "Customer No", "Consignee Number"], {"phone": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("header", "places"), TAKEN, ids=lambda each: str(each)[:60])
def test_each_header_is_taken_for_what_it_means(
    header: Sequence[object], places: Mapping[str, int]
) -> None:
    found = find_columns(header, {})
    assert found.places == places
    assert not found.doubled
    assert not found.unclear
    named = {str(header[at]).strip() for at in places.values()}
    told = {str(each).strip() for each in header if each not in ("", None)}
    assert {*found.unused} == told - named


@pytest.mark.parametrize(
    ("header", "doubled"),
    [
        (SHOPIFY, ("Billing Phone", "Shipping Phone", "Phone")),
        (["Phone", "Mobile"], ("Phone", "Mobile")),
        (["Phone", "Shipping Phone"], ("Phone", "Shipping Phone")),
        (["Phone (Home)", "Phone (Office)"], ("Phone (Home)", "Phone (Office)")),
        (["Phone", "Total", "Amount"], ("Total", "Amount")),
        (["Phone", "Order ID", "Order #"], ("Order ID", "Order #")),
        ([*WOO, "Phone (Shipping)"], ("Phone (Billing)", "Phone (Shipping)")),
        ([*DARAZ, "Billing Phone Number"], ("Shipping Phone Number", "Billing Phone Number")),
        (["COD Amount", "Amount", "Consignee Phone"], ("COD Amount", "Amount")),
        (["فون", "موبائل"], ("فون", "موبائل")),
        (["Phone", "Phone", "Amount"], ("Phone",)),
        (["Receiver Phone", "Receiver Mobile"], ("Receiver Phone", "Receiver Mobile")),
        (["Phone", "Cust. Phone"], ("Phone", "Cust. Phone")),
        (["COD", "COD Amount", "Phone"], ("COD", "COD Amount")),
    ],
)
def test_two_candidates_are_named_and_none_is_guessed(
    header: Sequence[object], doubled: tuple[str, ...]
) -> None:
    found = find_columns(header, {})
    assert found.doubled == doubled
    assert not found.ready()


def test_the_configuration_decides_between_candidates() -> None:
    found = find_columns(SHOPIFY, {"phone": "shipping phone"})
    assert found.places == {"text2": 0, "amount": 9, "phone": SHOPIFY.index("Shipping Phone")}
    assert not found.doubled
    assert {"Phone", "Billing Phone"} <= {*found.unused}


def test_the_column_that_holds_the_numbers_is_proposed() -> None:
    rows = [SHOPIFY, *([*[""] * 16, f"030012345{at:02d}", "", "call me"] for at in range(40))]
    found = find_table(rows, {})
    shipping = SHOPIFY.index("Shipping Phone")
    assert fullest(found, rows, "phone")[0] == (shipping, 40)
    assert line_that_decides(found, rows) == "columns: {phone: Shipping Phone}"
    assert "columns: {phone: Shipping Phone}" in columns_sentence("Calls", found, rows)


def test_a_title_that_yaml_would_misread_stands_in_quotes() -> None:
    rows = [["Phone #", "Mobile"], ["03001234567"]]
    assert line_that_decides(find_table(rows, {}), rows) == 'columns: {phone: "Phone #"}'


def test_equal_titles_can_only_be_renamed() -> None:
    rows = [["Phone", "Phone"], ["03001234567"]]
    assert line_that_decides(find_table(rows, {}), rows) == ""


ALIASES = [(name, alias) for name, aliases in PEOPLE.items() for alias in aliases]
EXPORTED = [
    (name, title)
    for export in EXPORTS
    if not export.mark
    for name, titles in export.headers.items()
    for title in titles
]
INVISIBLE = st.text("\u200b\u200c\u200d\u200e\u200f\ufeff\u2060", max_size=2)
SIGNS = st.text(" .:*#-_!\u00a0\t", max_size=3)


@given(
    st.sampled_from([*ALIASES, *EXPORTED]),
    st.sampled_from([str, str.upper, str.title, str.swapcase]),
    st.tuples(INVISIBLE, SIGNS, SIGNS, INVISIBLE),
    st.sampled_from(["", " (Rs)", "(PKR)", " [please fill]", " (time)", " Rs.", " in PKR"]),
    st.data(),
)
def test_decoration_changes_no_meaning(
    named: tuple[str, str], case: Any, around: tuple[str, ...], behind: str, data: st.DataObject
) -> None:
    name, title = named
    cut = data.draw(st.integers(0, len(title)))
    cased = case(title[:cut]) + around[0] + case(title[cut:])
    header = f"{around[1]}{cased}{behind}{around[2]}{around[3]}"
    assert find_columns([header], {}).places == {name: 0}


@given(st.sampled_from(ALIASES), st.sampled_from([" (Rs)", "(note)", " [2]"]), st.booleans())
def test_an_exact_name_goes_before_a_like_one(
    named: tuple[str, str], behind: str, first: bool
) -> None:
    name, title = named
    header = [title, title + behind] if first else [title + behind, title]
    found = find_columns(header, {})
    assert found.places == {name: header.index(title)}
    assert found.unused == (title + behind,)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Call after 5pm?", "call_after"),
        ("Callafter date", "call_after"),
        ("Do not call before", "call_after"),
        ("Don't call before 10", "call_after"),
        ("CallAfter_Time", "call_after"),
        ("Cal After", "call_after"),
        ("Call Aftr", "call_after"),
        ("Please call me after", "call_after"),
        ("Earliest call", "call_after"),
        ("Ring after", "call_after"),
        ("کال کے بعد", "call_after"),
        ("Call from", "call_after"),
        ("Call at (time)", "call_after"),
        ("Call on", "call_after"),
        ("Call Time", "call_after"),
        ("Preferred calling time", "call_after"),
        ("Best time to call", "call_after"),
        ("When to call?", "call_after"),
        ("کال کا وقت", "call_after"),
        ("Call befor", "call_before"),
        ("Call before noon", "call_before"),
        ("call until", "call_before"),
        ("Calls till", "call_before"),
        ("Call no later", "call_before"),
        ("Latest call", "call_before"),
    ],
)
def test_what_looks_like_a_time_limit_and_is_not_taken_stops_calls(header: str, name: str) -> None:
    assert limit_like(header) == name
    found = find_columns(["Phone", header], {})
    if header not in found.titles.values():
        assert found.unclear == (header,)
        assert f"{name}: none" in (unclear_sentence("Calls", found) or "")
    silenced = find_columns(["Phone", header], {name: "none"})
    assert silenced.places == {"phone": 0}
    assert not silenced.unclear
    assert "none" not in silenced.missing
    named = find_columns(["Phone", header], {name: header})
    assert named.places == {"phone": 0, name: 1}
    assert not named.unclear


@pytest.mark.parametrize(
    "header",
    [
        *("Caller", "Callback", "Called", "Call notes", "Calls made", "Call centre", "Phone"),
        *("Before", "After", "Contact from website", "After sales", "Order before", "Call", ""),
        *(title for title in DIALER.values()),
    ],
)
def test_other_headers_stop_nothing(header: str) -> None:
    assert limit_like(header) is None


@pytest.mark.parametrize(
    ("title", "headers", "near"),
    [
        ("Phone", ["Name", "Fone"], "Fone"),
        ("Phone", ["Moblie", "City"], "Moblie"),
        ("Phone", ["Phone Nummer", "Amount"], "Phone Nummer"),
        ("Phone", ["City", "Address"], None),
        ("Status", ["Stauts", "Phone"], "Stauts"),
        ("Call ID", ["Call-IDs"], "Call-IDs"),
    ],
)
def test_the_nearest_header_is_told(title: str, headers: list[str], near: str | None) -> None:
    assert nearest(title, headers) == near


def test_a_missing_phone_is_told_with_what_was_found() -> None:
    rows = [["Orders of November"], [], ["Fone", "City", "Notes"], ["03001234567", "Lahore", "x"]]
    sentence = columns_sentence("Calls", find_table(rows, {}), rows)
    assert "Row 3 looks like the header row; it says: Fone, City, Notes." in sentence
    assert "“Fone” may be meant for Phone" in sentence


def test_a_missing_status_is_told_with_its_nearest() -> None:
    header = ["Phone", *("Stauts" if title == "Status" else title for title in DIALER.values())]
    sentence = columns_sentence("Calls", find_table([header], {}), [header])
    assert "“Stauts” may be meant for Status" in sentence


# --- where the header row stands ---

TITLE_ROWS: list[list[object]] = [
    ["Orders of November"],
    [""],
    [],
    ["Total", 45000],
    ["", "", "Karachi Mart"],
    ["Date", 46361, "", "Contact us at the office"],
    ["Helpline", "021-111-222-333"],
    ["Shop", "Karachi Mart", "Total", "5000"],
    ["Call list", "", True],
]
HEADERS: list[list[object]] = [
    ["Phone", "Store", "Order ID"],
    ["Phone"],
    ["Customer", "Mobile No.", "COD Amount"],
    ["Order ID", "Store", "Amount", "Phone", *DIALER.values()],
    ["فون نمبر", "رقم"],
]
DATA: list[list[object]] = [
    ["03001234567", "Shop", "O1"],
    [3001234567, "Total", "Order"],
    ["0300 1234567", "Store", "Contact"],
]


@given(
    st.lists(st.sampled_from(TITLE_ROWS), max_size=HEADER_WITHIN - 1),
    st.sampled_from(HEADERS),
    st.lists(st.sampled_from(DATA), max_size=30),
)
def test_the_header_row_is_found_wherever_it_stands(
    above: list[list[object]], header: list[object], below: list[list[object]]
) -> None:
    rows = [*above, header, *below]
    found = find_table(rows, {})
    assert found.header_row == len(above)
    read = read_rows(rows, found, "102")
    assert all(row.index > len(above) for row in read)
    row_cache = RowCache("102")
    row_cache.take_in([as_json(row) for row in rows], found)
    assert all(index > len(above) for index in row_cache.to_look_at(datetime.now(UTC)))


def as_json(row: Sequence[object]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def test_a_header_below_the_first_rows_is_not_looked_for() -> None:
    rows: list[list[object]] = [*[[""]] * HEADER_WITHIN, ["Phone", "Amount"]]
    assert "Phone" in find_table(rows, {}).missing


def test_a_token_is_the_strongest_sign() -> None:
    ours = ["Handset", *[title for title in DIALER.values() if title != "Ref"]]
    rows = [["Phone", "Amount", "Store", "Order ID"] * 3, [*ours, Token("abcdefgh", 3).header]]
    found = find_table(rows, {"phone": "Handset"})
    assert (found.header_row, found.token) == (1, Token("abcdefgh", 3).id)


def test_a_token_that_stands_alone_makes_no_header_row() -> None:
    token = Token("abcdefgh", 3).header
    header = ["Phone", *[title for title in DIALER.values() if title != "Ref"], "Ref"]
    found = find_table([["", "", token], header, ["03001234567"]], {})
    assert found.header_row == 1
    assert found.second_header is None


def test_a_copy_of_the_header_row_with_its_token_is_asked_about() -> None:
    own = [title for title in DIALER.values() if title != "Ref"]
    header = ["Phone", *own, Token("abcdefgh", 3).header]
    found = find_table([header, ["03001234567"], header], {})
    assert not found.ready()
    assert "rows 1 and 3" in columns_sentence("Calls", found, [header])


def test_a_copy_of_peoples_headers_is_a_row_like_any_other() -> None:
    own = [title for title in DIALER.values() if title != "Ref"]
    rows = [["Phone", *own, Token("abcdefgh", 3).header], ["Phone", "Amount"], ["03001234567"]]
    assert find_table(rows, {}).header_row == 0


# --- rows that are inserted or deleted above the header under a write ---

BEFORE, NEXT = Token("abcdefgh", 3), Token("abcdefgh", 4)


@given(
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(-5, MOST_AT_ONCE),
    st.sets(st.integers(1, 6), max_size=6),
    st.permutations(["Phone", "City", *DIALER.values()]),
    st.booleans(),
)
def test_what_a_write_put_over_a_moved_header_row_is_put_back(
    titles: int, at: int, shift: int, written_rows: set[int], names: list[str], refs: bool
) -> None:
    at = min(at, titles)
    shift = max(shift, at - titles)
    header: list[object] = [BEFORE.header if name == "Ref" else name for name in names]
    rows: list[list[object]] = [[f"Title {row}", "", row] for row in range(titles)]
    rows += [header, *([f"{name} {row}" for name in names] for row in range(1, 20))]
    found = find_table(rows, {})
    assert found.header_row == titles
    texts = {"status": "Calling", "why": "", **({"ref": "k3v09a8xq2m1"} if refs else {})}
    blocks = blocks_of({titles + row: texts for row in written_rows}, found)
    head = {row: rows[row] for row in range(titles + 1 + MOST_AT_ONCE)}
    written = Written(head, found, blocks, NEXT)
    now = [list(row) for row in rows]
    now[at : at - min(shift, 0)] = [[] for _ in range(max(shift, 0))]
    as_people_left_it = [list(row) for row in now]
    for cell in written.places():
        put(now, cell, NEXT.header)
    for block in blocks:
        for row, values in zip(block.rows, block.texts, strict=True):
            for column, text in enumerate(values, start=block.column):
                put(now, (row, column), text)
    seen = {
        (row, column): value
        for row, cells in enumerate(now[: titles + 1 + MOST_AT_ONCE])
        for column, value in enumerate(cells)
    }
    damage = damage_on_tab(written, seen)
    if shift == 0:
        assert damage is None
        return
    assert damage is not None
    assert damage.header_row == titles + shift
    assert not damage.lost
    for cell, value in damage.put_back.items():
        put(now, cell, value)
    for row in range(titles + shift + 1):
        assert blanks_cut(now[row]) == blanks_cut(as_people_left_it[row])


def put(rows: list[list[object]], cell: tuple[int, int], value: object) -> None:
    row, column = cell
    rows[row] += [""] * (column + 1 - len(rows[row]))
    rows[row][column] = value


def blanks_cut(row: list[object]) -> list[object]:
    cut = list(row)
    while cut and cut[-1] == "":
        cut.pop()
    return cut


# --- exports with a Status of their own ---


def status_of(*words: str) -> tuple[str, int] | None:
    header = ["Phone", *DIALER.values()]
    rows = [header, *(["03001234567", word] for word in words)]
    return find_column_conflict(rows, find_table(rows, {}))


@pytest.mark.parametrize(
    ("words", "is_peoples"),
    [
        (["pending"] * 36 + [""] * 4, True),
        (["paid", "pending", "voided", "refunded", "paid"], True),
        (["Shipped"] * 5 + [""] * 4, True),
        (["Shipped"] * 4 + [""] * 6, False),
        (["hold", "asked Ali", "later"] + [""] * 2, False),
        (["done by phone"], False),
        (["Skip"] * 30, False),
        (["Call again"] * 30, False),
        (["Queued", "Not called", "Waiting"] * 5, False),
        ([""] * 40, False),
    ],
)
def test_a_status_of_an_export_is_told_from_how_people_steer(
    words: list[str], is_peoples: bool
) -> None:
    found = status_of(*words)
    assert (found is not None) == is_peoples
    if found is not None:
        assert found == ("status", 1)


def test_titles_above_the_header_are_nobodys_words() -> None:
    header = ["Phone", *DIALER.values()]
    rows: list[list[object]] = [["", "Report", "made by", "7", "Ali"], header, ["03001234567"]]
    assert find_column_conflict(rows, find_table(rows, {})) is None


# --- something pasted over the dialer's columns ---


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"Call ID": "COD", "Called Number": "Lahore"}, "E, F"),
        ({"Called Number": "Lahore"}, "F"),
        ({"Called Number": "Lahore", "Attempts": "3 pieces", "DTMF": "paid"}, "D, F, G"),
        ({"Call ID": "COD", "Called At": "yesterday", "Updated At": "by Ali"}, "E, H, I"),
        ({"Attempts": "3 pieces", "DTMF": "paid", "Ref": "INV-7"}, ""),
        ({"Call ID": "COD"}, ""),
        ({"Call ID": "718293", "Called Number": "923001234567", "Attempts": "2"}, ""),
        ({"Called At": "2026-07-15 12:00:00", "Updated At": "15/07/2026 12:00"}, ""),
        ({"Called At": 46218.5, "DTMF": 1, "Attempts": 1, "Ref": "k3v09a8xq2m1"}, ""),
        ({"Status": "Skip", "Why": "ask Ali", "Answer": "yes"}, ""),
        ({}, ""),
    ],
)
def test_what_no_dialer_writes_is_told_by_its_columns(
    cells: Mapping[str, object], told: str
) -> None:
    header = ["Phone", *DIALER.values()]
    rows = [header, ["03001234567", *(cells.get(title, "") for title in DIALER.values())]]
    (row,) = read_rows(rows, find_table(rows, {}), "102")
    assert pasted_over(row) == told


def test_the_page_of_headers_lists_every_one() -> None:
    page = (HOME / "docs" / "headers.md").read_text(encoding="utf-8")
    tables = [PEOPLE, *(each.headers for each in EXPORTS)]
    titles = {title for table in tables for group in table.values() for title in group}
    assert not [title for title in titles if title not in page]
    assert all(each.sources in page for each in EXPORTS)
