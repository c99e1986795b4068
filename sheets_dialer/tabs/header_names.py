"""What headers mean: the names that people and exports give to columns, and how they are compared.

A header is compared in three ways, the nearest first: as it is written (but for case, spaces and
what can't be seen), by its letters and digits alone, and without units and what stands in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "phone": (
        *("phone", "mobile", "number", "contact", "phone number", "mobile number", "mobile no"),
        *("contact number", "contact no", "phone no", "cell", "cell number", "cell no", "whatsapp"),
        *("whatsapp number", "whatsapp no", "telephone", "tel", "ph", "ph no", "mob", "mob no"),
        *("customer phone", "customer mobile", "customer contact", "customer phone number"),
        *("customer mobile number", "customer contact number", "customer number"),
        *("your phone number", "your phone", "your mobile number", "your contact number"),
        *(
            "فون",
            "فون نمبر",
            "نمبر",
            "موبائل",
            "موبائل نمبر",
            "رابطہ نمبر",
            "رابطہ",
            "واٹس ایپ نمبر",
            "سیل نمبر",
            "کنٹیکٹ نمبر",
            "کانٹیکٹ نمبر",
            "گاہک کا نمبر",
            "گاہک کا فون نمبر",
            "گاہک کا موبائل نمبر",
            "کسٹمر نمبر",
            "کسٹمر کا نمبر",
        ),
    ),
    "amount": (
        *("amount", "total", "price", "total amount", "order amount", "order total", "grand total"),
        *("cod amount", "cod value", "bill amount", "total price", "amt", "cod", "cod amt"),
        *("net amount", "amount payable", "payable amount", "amount to collect", "order value"),
        *("collectable amount", "cash on delivery"),
        *("رقم", "کل رقم", "قیمت", "کل قیمت", "ٹوٹل", "ٹوٹل رقم", "آرڈر کی رقم"),
    ),
    "text1": (
        *("store", "text1", "shop", "company", "store name", "shop name", "company name"),
        *("دکان", "دکان کا نام"),
    ),
    "text2": (
        *("order id", "text2", "order", "order no", "order number", "reference", "order ref"),
        *("order reference", "order reference number", "order ref no", "order code"),
        *("order ref number", "reference no", "reference number"),
        *("آرڈر", "آرڈر نمبر", "آرڈر آئی ڈی"),
    ),
    "text3": ("text3",),
    "text4": ("text4",),
    "text5": ("text5",),
    "key1": ("key1",),
    "key2": ("key2",),
    "key3": ("key3",),
    "key4": ("key4",),
    "key5": ("key5",),
    "voice_id": ("voice id", "voice"),
    "call_after": ("call after",),
    "call_before": ("call before",),
}
"""What people fill in, by the name used in the configuration, with every header that means it."""

DIALER: Mapping[str, str] = {
    "status": "Status",
    "answer": "Answer",
    "dtmf": "DTMF",
    "call_id": "Call ID",
    "called_number": "Called Number",
    "attempts": "Attempts",
    "called_at": "Called At",
    "updated_at": "Updated At",
    "why": "Why",
    "ref": "Ref",
}
"""What the dialer fills in, in the order in which `setup` adds it."""


@dataclass(frozen=True, slots=True)
class Export:
    """The headers of one shop system's or courier's sheets that mean something here.

    `sources` say where they are known from. Where there is a `mark`, the names are so common that
    they count only in a header row that has the mark, too.
    """

    name: str
    sources: str
    headers: Mapping[str, tuple[str, ...]]
    mark: str = ""


EXPORTS = (
    Export(
        "Shopify, orders_export.csv",
        "help.shopify.com/en/manual/migrating-to-shopify/transporter-app/csv-orders; "
        "matrixify.app/documentation/orders",
        {"phone": ("Billing Phone", "Shipping Phone", "Phone"), "amount": ("Total",)},
    ),
    Export(
        "Shopify, the order's own name",
        "help.shopify.com/en/manual/migrating-to-shopify/transporter-app/csv-orders",
        {"text2": ("Name",)},
        mark="Financial Status",
    ),
    Export(
        "WooCommerce, by the export plugins",
        "the default headers of Advanced Order Export and of Customer/Order CSV Export",
        {
            "phone": ("Phone (Billing)", "Phone (Shipping)", "billing_phone", "shipping_phone"),
            "amount": ("Order Total Amount", "order_total"),
            "text2": ("Order Number", "Order ID", "order_id", "order_number"),
        },
    ),
    Export(
        "Daraz Seller Center (the platform of Lazada)",
        "headers of seller centre order files in public programs that read them",
        {
            "phone": ("Shipping Phone Number", "Billing Phone Number"),
            "amount": ("Paid Price",),
            "text2": ("Order Number",),
        },
    ),
    Export(
        "Leopards Courier",
        "ecom.leopardscourier.com/eCom-Merchant-APIs-V2.pdf",
        {
            "phone": ("consignment_phone", "Consignee Phone"),
            "amount": ("booked_packet_collect_amount", "COD Amount", "Collect Amount"),
            "text2": ("booked_packet_order_id",),
        },
    ),
    Export(
        "TCS; M&P",
        "fields of their booking interfaces, in public programs that call them",
        {
            "phone": (
                *("consigneeMobNo", "Consignee Mobile No", "Consignee Mobile", "Consignee Contact"),
                *("Consignee Mobile Number", "Consignee Contact No", "Consignee Contact Number"),
            ),
            "amount": ("codAmount",),
            "text2": (
                *("customerReferenceNo", "Customer Reference", "custRefNo", "Cust Ref No"),
                *("Customer Reference Number", "Customer Ref No"),
            ),
        },
    ),
    Export(
        "Trax (Sonic)",
        "fields of its booking interface, in public programs that call it",
        {
            "phone": (
                *("consignee_phone_number_1", "Consignee Phone Number", "Consignee Phone No"),
                *("Consignee Phone 1", "Consignee Phone No 1"),
            ),
            "text2": ("order_id",),
        },
    ),
    Export(
        "PostEx",
        "api.postex.pk/services/integration/api/order/v1/create-order",
        {
            "phone": ("customerPhone", "Receiver Phone", "Receiver Contact", "Recipient Phone"),
            "amount": ("invoicePayment", "Invoice Amount"),
            "text2": ("orderRefNumber",),
        },
    ),
    Export(
        "BlueEx; CallCourier",
        "cod.callcourier.com.pk/api/CallCourier/SaveBooking, and public programs that call them",
        {
            "phone": ("ConsigneeCellNo", "Consignee Cell", "customer_contact"),
            "amount": ("CodAmount", "total_order_amount"),
            "text2": (
                *("ConsigneeRefNo", "Consignee Ref No", "order_reference"),
                *("order_reference_code", "order_refernce_code"),
            ),
        },
    ),
)
"""Read without configuration. The senders' own numbers (`Shipper Phone`, `shipment_phone`) are none
of these."""

_LETTERS = str.maketrans({**dict.fromkeys("يىې", "ی"), "ك": "ک", **dict.fromkeys("هةھۃەۀ", "ہ")})
"""Arabic letters that look like Urdu ones, and are typed for them."""
_TATWEEL = "ـ"
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|（[^（）]*）")
_WORD = re.compile(r"[^\W_]+")
_UNITS = frozenset(
    {
        *("rs", "pkr", "rupees", "rupee", "روپے", "روپیہ"),
        *("required", "mandatory", "optional"),
    }
)
"""Units, and what forms say of a column: Amount (Rs.) *required."""
_LINKS = frozenset({"in"})
_SOMETHING_ELSE = frozenset(
    {
        *("shipper", "sender", "vendor", "merchant", "seller", "rider", "driver", "pickup", "old"),
        *("advance", "paid", "tax", "discount", "refund", "refunded", "alternate", "alternative"),
    }
)
"""Words in brackets that make another thing of a name: Phone (Shipper), Amount (advance)."""
_OF_CUSTOMERS = re.compile(r"\b(?:billing|shipping|customer)\b", re.IGNORECASE)
"""Whose the Company (Billing) of an export is: no shop's."""
_WHOSE = re.compile("(?:customer|cust|consignee|receiver|recipient|buyer|client)(?:s(?=[^s]))?")
"""Whose number it is, before the name of a column of numbers: Buyer Mobile No."""

_CALLING = r"(?:calls?|calling|ring|dial|phone|contact|callback|کال|فون)"
_LIMITS = {
    "call_before": re.compile(
        rf"\b{_CALLING}\b.*\b(?:before|until|till|latest|not later|not after|pehl[ae]y?|پہلے)\b"
        r"|\b(?:پہلے|pehl[ae]y?)\b.*\b(?:کال|call)\b|\blatest call\b|\bno later\b"
    ),
    "call_after": re.compile(
        rf"\b{_CALLING}\b.*\b(?:after|earliest|later than|not earlier|baad|بعد)\b"
        r"|\b(?:بعد|baad)\b.*\b(?:کال|call)\b|\bearliest call\b|\bnot before\b"
        r"|\bcall (?:from|at|on)\b|\bcall(?:ing)? (?:time|timings?|schedule)\b"
        r"|\b(?:when|time) to call\b"
        r"|\b(?:best|preferred|convenient) (?:call(?:ing)? )?time\b|\bکال کا وقت\b|\bکب کال\b"
    ),
}
_NOT = re.compile(r"\b(?:not?|don ?t|never|na|nahi|mat)\b")
_KEPT = 4096
"""So many cells are kept as they were compared: the first rows are read at every pass."""
_LIKE = 0.85
"""From which likeness on a header may be a known name with a letter wrong."""


def without_spaces(cell: object) -> str:
    """A header as it is written, without case, spaces and what can't be seen."""
    return "".join(without_invisible(unicodedata.normalize("NFKC", str(cell))).split()).casefold()


@lru_cache(_KEPT)
def folded(cell: str) -> str:
    """A header's letters and digits alone, each in one form; signs, marks and case don't count."""
    return "".join(_words(cell))


@lru_cache(_KEPT)
def stripped(cell: str) -> str:
    """A header's letters and digits without units and without what stands in brackets; blank where
    the brackets make another thing of it."""
    text, bracketed = cell, []
    while (inner := _BRACKETS.search(text)) is not None:
        bracketed += _words(inner.group())
        text = text[: inner.start()] + " " + text[inner.end() :]
    if _SOMETHING_ELSE & {*bracketed}:
        return ""
    words = [word for word in _words(text) if word not in _UNITS]
    while words and words[-1] in _LINKS:
        words.pop()
    return "".join(words)


@cache
def meaning_by_form(name_of_campaigns: frozenset[str], has_mark: str) -> Mapping[str, str]:
    """What a folded header of people's means, but for the names that the configuration gives
    columns to; `has_mark` is the mark of an export that the header row has."""
    meanings: dict[str, str] = {}
    for headers in (PEOPLE, *(each.headers for each in EXPORTS if each.mark in ("", has_mark))):
        for name, titles in headers.items():
            if name not in name_of_campaigns:
                meanings |= {folded(title): name for title in titles}
    return meanings


def near_meaning(cell: str, meanings: Mapping[str, str]) -> str | None:
    """What a header means but for its units and what stands in brackets."""
    form = stripped(cell)
    if not form:
        return None
    found = meanings.get(form) or of_people(form, meanings)
    return None if found == "text1" and _OF_CUSTOMERS.search(cell) else found


def of_people(form: str, meanings: Mapping[str, str]) -> str | None:
    """Whether a folded header is that of the numbers that customers have: `phone`, or None. Whose
    they are may stand before any known name but a mere Number, which may be the customer's own."""
    whose = _WHOSE.match(form)
    name = form[whose.end() :] if whose else ""
    return "phone" if name != "number" and meanings.get(name) == "phone" else None


@cache
def plain_names() -> frozenset[str]:
    """Every known name of people's as it is written."""
    tables = (PEOPLE, *(each.headers for each in EXPORTS))
    return frozenset(
        without_spaces(title) for each in tables for group in each.values() for title in group
    )


def mark_of(header: Iterable[object]) -> str:
    """The mark of an export that a header row has, if any."""
    forms = {folded(cell) for cell in header if isinstance(cell, str)}
    return next((each.mark for each in EXPORTS if each.mark and folded(each.mark) in forms), "")


@lru_cache(_KEPT)
def limit_like(cell: str) -> str | None:
    """Whether a header looks like Call After or Call Before, whatever else it says: which of them
    it may mean."""
    text = " ".join(_words(_apart(cell)))
    found = next((name for name, limit in _LIMITS.items() if limit.search(text)), None)
    if found is None:
        names = {"callafter": "call_after", "callbefore": "call_before"}
        near = get_close_matches(folded(cell), names, n=1, cutoff=_LIKE)
        found = names[near[0]] if near else _torn(folded(cell))
    if found == "call_before" and _NOT.search(text) and "before" in text:
        return "call_after"
    return found


def nearest(title: str, headers: Iterable[str], likeness: float = 0.7) -> str | None:
    """Of these headers the one that comes nearest to a name of ours, for which `title` is the usual
    one: a letter may be wrong."""
    name = next((name for name, own in DIALER.items() if own == title), None)
    forms = [folded(title)]
    if name is None:
        forms += [
            form for form, each in meaning_by_form(frozenset(), "").items() if each == "phone"
        ]
    by_form: dict[str, str] = {}
    for each in headers:
        for form in filter(None, (folded(each).replace("f", "ph"), folded(each))):
            by_form[form] = each
    for form in forms:
        near = get_close_matches(form, by_form, n=1, cutoff=likeness)
        if near:
            return by_form[near[0]]
    return None


def _torn(form: str) -> str | None:
    """Call After or Call Before with more behind it, written in one word."""
    for name in ("call_after", "call_before"):
        if form.startswith(name.replace("_", "")):
            return name
    return None


def _apart(cell: str) -> str:
    """The words of a name that is written in one: callAfter, Call_After."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell)


def _words(cell: str) -> list[str]:
    text = unicodedata.normalize("NFKD", without_invisible(cell)).casefold().translate(_LETTERS)
    kept = "".join(each for each in text if unicodedata.category(each) != "Mn" and each != _TATWEEL)
    return _WORD.findall("".join(_ascii_digit(each) for each in kept))


def _ascii_digit(letter: str) -> str:
    digit = unicodedata.digit(letter, None)
    return letter if digit is None else str(digit)


def without_invisible(text: str) -> str:
    """A text without what can't be seen."""
    return "".join(
        each for each in text if unicodedata.category(each) not in ("Cf", "Cc") or each.isspace()
    )
