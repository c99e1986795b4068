"""What is believed of the portal's answers: only what is clearly about this call.

Whole answers on a raw socket, and the pure reading where only a property says enough.
"""

from __future__ import annotations

import base64
import html
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.base.errors import AccountRefused, PortalRefused, PortalUnknown
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.dtmf_keys import KeyTold, names_key, read_key
from sheets_dialer.portal.client import CallReport, Placed, Portal
from sheets_dialer.portal.error_text import cleaned, told
from sheets_dialer.portal.responses import (
    amount,
    call_id_in,
    call_status,
    calls_another_number,
    inner,
    is_of_another_call,
    key_told,
    retries,
    understood,
    whole,
)
from sheets_dialer.portal.session import portal_session
from tests.support.raw_server import Act, RawServer, answer

KEY = "geheim-77"
NUMBER = "923001234567"
CONTENT = Content(NUMBER, "102")


@pytest.fixture
def portal(scripted: RawServer) -> Iterator[Portal]:
    """A client of the scripted server."""
    with closing(client_of(scripted, KEY)) as client:
        yield client


def client_of(server: RawServer, key: str) -> Portal:
    return Portal(server.url, lambda: key, portal_session(2), timeouts=(1, 0.5))


# --- Any answer at all ----------------------------------------------------------------------------

NAMES = ("status", "data", "call_id", "rc_id", "call_to", "call_status", "dtmf", "retry", "message")
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
JSON = st.recursive(
    VALUES | st.sampled_from([200, "200", 401, "20076", NUMBER, KEY]),
    lambda inside: (
        st.lists(inside, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inside, max_size=6)
    ),
    max_leaves=10,
)


@given(body=JSON, http=st.sampled_from([200, 201, 301, 400, 404, 408, 500]))
def test_any_answer_is_understood_or_an_error_of_the_portals(body: Any, http: int) -> None:
    try:
        found = understood(http, json.dumps(body).encode(), KEY)
    except (PortalRefused, PortalUnknown) as error:
        refused, said = isinstance(error, PortalRefused), str(error)
    else:
        refused, said = False, ""
        inside = inner(found)
        assert call_id_in(found, KEY) != KEY
        assert is_of_another_call(found, "7") in (True, False)
        assert calls_another_number(found, NUMBER) in (True, False)
        for number in (call_status(found), whole(inside.get("retry"))):
            assert number is None or -(10**9) < number < 10**9
        assert (retries(inside.get("retry")) or 0) >= 0
        pressed = key_told(found, KEY)
        assert pressed.keys not in (KEY, "")
        assert KEY not in (pressed.unread or "")
        assert amount(inside.get("retry")) != math.inf
    assert not refused or call_id_in(body, KEY) is None, "a refusal names no call"
    assert KEY not in said


# --- A call's id ----------------------------------------------------------------------------------

IDS: list[tuple[Any, str]] = [
    ("20076", "20076"),
    (20076, "20076"),
    (20076.0, "20076"),
    ("12345", "12345"),
    (" 20076\n", "20076"),
    ("020076", "020076"),
    ("a-7", "a-7"),
    ("0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ("urn:uuid:0F8FAD5B", "urn:uuid:0F8FAD5B"),
    ("node1.20076_3", "node1.20076_3"),
    ("9" * 100, "9" * 100),
]
NO_IDS: list[Any] = [
    *("Not found", "queued", "OK", "call", "None", "NaN", "Infinity", "-", "--", "...", "_"),
    *("20076, 20077", "20076 20077", "20076;", "=1+1", "=HYPERLINK(1)", "<b>7</b>"),
    *("-7", -7, "-0", "+7", 1.5, "1.5", "20076.0", "0.0", "00", 0.0, "1.5e3", 1e400),
    *(float("nan"), float("inf"), 9007199254740993.0, 1e22, "9" * 101, "٣"),
    *(KEY, f"call-{KEY}-7", KEY.upper(), base64.b64encode(KEY.encode()).decode().rstrip("=")),
]


@pytest.mark.parametrize(("value", "call_id"), IDS)
@pytest.mark.parametrize("shape", ["data", "top", "rc_id"])
def test_what_is_a_calls_id(
    scripted: RawServer, portal: Portal, value: Any, call_id: str, shape: str
) -> None:
    name = "rc_id" if shape == "rc_id" else "call_id"
    scripted.act = answer({"data": {name: value}} if shape == "data" else {name: value})

    assert portal.place(CONTENT) == Placed(call_id)


@pytest.mark.parametrize("value", NO_IDS)
def test_what_is_none_leaves_the_call_unknown(
    scripted: RawServer, portal: Portal, value: Any
) -> None:
    scripted.act = answer({"status": "200", "data": {"call_id": value}})

    with pytest.raises(PortalUnknown, match="names no call id"):
        portal.place(CONTENT)


@pytest.mark.parametrize("value", ["Not found", -7, 1.5, "20076, 20077", KEY])
def test_an_error_beside_anything_that_may_be_an_id_is_no_refusal(
    scripted: RawServer, portal: Portal, value: Any
) -> None:
    scripted.act = answer({"status": 400, "message": "no", "call_id": value})

    with pytest.raises(PortalUnknown):
        portal.place(CONTENT)


@given(st.uuids())
def test_a_uuid_is_an_id(value: UUID) -> None:
    assert call_id_in({"call_id": str(value)}, KEY) == str(value)


@given(st.integers(min_value=1, max_value=10**30))
def test_a_whole_number_is_an_id(value: int) -> None:
    assert call_id_in({"data": {"rc_id": value}}, KEY) == str(value)


@given(st.text() | st.floats() | st.integers())
def test_an_id_is_fit_for_cells_and_addresses(value: str | float) -> None:
    call_id = call_id_in({"call_id": value}, KEY)

    if call_id is not None:
        assert quote(call_id, safe=":") == call_id
        assert any(each.isdigit() for each in call_id)


# --- Answers about another call -------------------------------------------------------------------

THIS_NUMBER: list[Any] = [
    *(NUMBER, int(NUMBER), float(NUMBER), "+923001234567", "03001234567", "3001234567"),
    *("00923001234567", "+92 (0)300 1234567", "0300-123 4567", "1234567"),
    *("", None, True, [], "4567", 0, "9230012*****", "92300XXXX999", "unknown", "sip:9999999999"),
]
OTHER_NUMBERS: list[Any] = [
    *("923009999999", 923009999999, 923009999999.0, "+92 300 9999999", "03009999999", "9999999"),
    *("923001234568", "13001234568"),
]


@pytest.mark.parametrize("call_to", THIS_NUMBER)
def test_a_placed_call_may_name_its_number_in_any_form(
    scripted: RawServer, portal: Portal, call_to: Any
) -> None:
    scripted.act = answer({"status": "200", "data": {"call_id": "7", "call_to": call_to}})

    assert portal.place(CONTENT) == Placed("7")


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("call_to", OTHER_NUMBERS)
def test_a_call_to_another_number_is_not_taken_for_this_one(
    scripted: RawServer, portal: Portal, call_to: Any, inside: bool
) -> None:
    fields = {"call_id": "7", "call_to": call_to}
    scripted.act = answer({"status": "200", "data": fields} if inside else fields)

    with pytest.raises(PortalUnknown, match="call 7 to another number"):
        portal.place(CONTENT)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("number", "call_to"),
    [
        ("92922512345", "0922512345"),
        ("92922512345", "922512345"),
        ("92511234567", "051-1234567"),
        ("92511234567", "+92 (0)51 1234567"),
        ("9280012345", "080012345"),
    ],
)
def test_short_national_numbers_are_known_again(number: str, call_to: str) -> None:
    assert not calls_another_number({"call_to": call_to}, number)


SAME_CALL: list[Mapping[str, Any]] = [
    {"call_id": "20076"},
    {"call_id": 20076},
    {"call_id": 20076.0},
    {"call_id": "020076"},
    {"rc_id": "20076"},
    {"call_id": "20076", "rc_id": "555"},
    {"rc_id": "20077"},
    {"call_id": None},
    {"call_id": ""},
    {"call_id": 0},
    {},
]
ANOTHER_CALL: list[Mapping[str, Any]] = [
    {"call_id": "20077"},
    {"call_id": 20077},
    {"call_id": "200760"},
    {"call_id": "Not found"},
]


def report_naming(named: Mapping[str, Any], inside: bool) -> Act:
    """A good report that names a call, within its data or beside it."""
    report = {"call_status": 2, "dtmf": 1}
    return answer({"data": {**report, **named}} if inside else {"data": report, **named})


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("named", SAME_CALL)
def test_a_report_may_name_its_call(
    scripted: RawServer, portal: Portal, named: Mapping[str, Any], inside: bool
) -> None:
    scripted.act = report_naming(named, inside)

    assert portal.report("20076") == CallReport(2, "1")


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("named", ANOTHER_CALL)
def test_a_report_about_another_call_is_not_believed(
    scripted: RawServer, portal: Portal, named: Mapping[str, Any], inside: bool
) -> None:
    scripted.act = report_naming(named, inside)

    with pytest.raises(PortalUnknown, match="another call"):
        portal.report("20076")


NAMED_NUMBERS = ("call_to", "caller_id", "to", "phone", "mobile", "number", "msisdn")


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("name", NAMED_NUMBERS)
def test_a_report_of_another_number_is_not_believed(
    scripted: RawServer, portal: Portal, name: str, inside: bool
) -> None:
    for other in ("923009999999", "0300 9999999", "+92 300 9999999", 923009999999, "3009999999"):
        scripted.act = report_naming({"call_id": "20076", name: other}, inside)
        with pytest.raises(PortalUnknown, match="another number"):
            portal.report("20076", NUMBER)
    for same in (NUMBER, f"0{NUMBER[2:]}", f"+{NUMBER}", int(NUMBER)):
        scripted.act = report_naming({name: same}, inside)
        assert portal.report("20076", NUMBER) == CallReport(2, "1")


@pytest.mark.parametrize(
    "named",
    [
        {"call_to": NUMBER, "caller_id": "02134567890"},  # ours, by which line
        {"to": "2026-11-28", "number": "20261128001", "phone": "12", "mobile": "n/a"},
        {"call_to": "0300*****99", "caller_id": "", "phone": None, "number": {"of": "calls"}},
        {"from": "02134567890", "cli": "02134567890"},
    ],
)
def test_a_report_that_names_no_other_number_is_believed(
    scripted: RawServer, portal: Portal, named: Mapping[str, Any]
) -> None:
    scripted.act = report_naming(named, inside=True)
    assert portal.report("20076", NUMBER) == CallReport(2, "1")


def test_of_a_call_whose_number_was_forgotten_any_report_is_believed(
    scripted: RawServer, portal: Portal
) -> None:
    scripted.act = report_naming({"call_to": "923009999999"}, inside=True)
    assert portal.report("20076", "") == CallReport(2, "1")


# --- Keys that people press -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "pressed"),
    [
        *(("*", "*"), ("#", "#"), ("A", "A"), ("1*", "1*"), (12, "12"), ("9" * 20, "9" * 20)),
        *(("1,2", "12"), ("1 2", "12"), (" 1; 2 ", "12")),
        *(("timeout", None), ("no input", None), ("hangup", None), ({}, None), ([None, ""], None)),
        *((0, None), (0.0, None), ("0", "0"), ("٣", "3"), ("1\x00", "1"), ("۱۹", "19")),
        *(("1.", "1"), ("1.0", "1"), ("1)", "1"), ("“1”", "1")),
        *(("Key 1", "1"), ("DTMF: 1", "1"), ("digit=1", "1"), ("1 pressed", "1"), ("key_19", "19")),
        *((["1"], "1"), (["1", 9], "19"), ('["1"]', "1"), ([[1]], "1"), ("[1, 9]", "19")),
        *(({"digit": "1"}, "1"), ('{"digit": 1}', "1"), ({"key": "1", "at": "12:09"}, "1")),
        *(("one", "1"), ("One nine", "19"), ("ایک", "1"), ("star", "*"), ("Key #", "#")),
        *(("DTMF:", None), ("Key: none", None), ({"digit": None}, None), (False, None)),
    ],
)
def test_what_is_unmistakable_is_a_key_or_none(
    scripted: RawServer, portal: Portal, value: Any, pressed: str | None
) -> None:
    scripted.act = answer({"data": {"call_status": 2, "dtmf": value}})

    assert portal.report("7") == CallReport(2, pressed)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        *(("=2+2", "=2+2"), ("E", "E"), ("BAD", "BAD"), (-1, "-1"), ("-1", "-1"), (1.5, "1.5")),
        *(("9" * 21, "9" * 21), (1e400, "Infinity"), (True, "true"), ("choice 1", "choice 1")),
        *(("1/2", "1/2"), ("1-9", "1-9"), ("pressed", "pressed"), ({"a": 1}, '{"a": 1}')),
        *((["1", "x"], '["1", "x"]'), ({"key": 1, "digit": 9}, '{"key": 1, "digit": 9}')),
        *(
            ({"digit": "", "x": 1}, '{"digit": "", "x": 1}'),
            ("a\nb", "a b"),
            (KEY, "…"),
            (f"9 {KEY}", "9 …"),
        ),
        *(("key: 7 or 9", "key: 7 or 9"), ("token=9?", "token=9?")),
    ],
)
def test_what_may_be_a_key_and_cannot_be_read_is_kept_in_its_own_words(
    scripted: RawServer, portal: Portal, value: Any, words: str
) -> None:
    scripted.act = answer({"data": {"call_status": 2, "dtmf": value}})

    assert portal.report("7") == CallReport(2, None, unread=words)


@given(value=JSON)
def test_whatever_stands_where_a_key_belongs_is_none_a_key_or_words(value: Any) -> None:
    pressed = key_told({"data": {"dtmf": value}}, KEY)
    assert pressed.keys is None or pressed.unread is None
    assert pressed.keys is None or re.fullmatch(r"[0-9*#A-D]{1,20}", pressed.keys)
    assert pressed.unread is None or pressed.unread.isprintable()


@given(keys=st.text("0123456789*#", min_size=1, max_size=6))
def test_no_key_is_lost_in_any_form_that_holds_it(keys: str) -> None:
    for value in (
        keys,
        f" {keys}. ",
        list(keys),
        {"digit": keys},
        f"Key {keys}",
        f"the {keys} one",
    ):
        pressed = read_key(value)
        assert pressed.keys == keys or all(names_key(pressed.unread or "", key) for key in keys)


def test_an_api_key_of_digits_is_no_key_of_a_phone() -> None:
    assert key_told({"dtmf": "1234567890"}, "1234567890") == KeyTold(unread="…")
    assert key_told({"dtmf": "1"}, "1234567890") == KeyTold(keys="1")


# --- The portal's words ---------------------------------------------------------------------------

KEYS = (KEY, 'ab"c\\d/e', "a&b<c>'d", "a%2Fb+c=d/x", "abcdef1234567890", "geheim/7+7 ü")
WRITINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "in an address": lambda key: quote(key, safe=""),
    "in a path": quote,
    "in an address, small": lambda key: quote(key, safe="").lower(),
    "in an address in an address": lambda key: quote(quote(key, safe=""), safe=""),
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in JSON in JSON": lambda key: json.dumps(json.dumps(key)[1:-1])[1:-1],
    "in PHP's JSON": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "in a page": html.escape,
    "in a page of PHP's": lambda key: html.escape(key).replace("&#x27;", "&#039;"),
    "in Python": lambda key: repr(key)[1:-1],
    "packed": lambda key: base64.b64encode(key.encode()).decode(),
    "packed for an address": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("writing", WRITINGS)
def test_the_key_is_cut_out_however_it_is_written(
    scripted: RawServer, key: str, writing: str
) -> None:
    said = WRITINGS[writing](key)
    wrapped = said[:4] + "\r\n\t" + said[4:]
    scripted.act = answer({"status": 401, "response": f"Bad {said} given, {wrapped} too"})

    with closing(client_of(scripted, key)) as client, pytest.raises(PortalRefused) as caught:
        client.place(CONTENT)

    rest = str(caught.value).removeprefix("The portal refused: ").replace("=", "")
    assert rest == "Bad … given, … too"


@given(
    key=st.text(st.characters(codec="utf-8"), min_size=8).filter(
        lambda key: len("".join(key.split())) >= 8 and key.isprintable()
    ),
    place=st.integers(0, 8),
)
def test_no_key_is_left_in_any_writing(key: str, place: int) -> None:
    for name, writing in WRITINGS.items():
        if name == "capitals" and not key.isascii():
            continue  # some letters have capitals that aren't the same in small again
        said = writing(key)
        text = cleaned(f"Bad\n{said[:place]}\n{said[place:]}\ngiven", key)
        assert "…" in text
        assert key not in text


PACKINGS: Mapping[str, Callable[[str], str]] = {
    "in hexadecimal": lambda key: key.encode().hex(),
    "in hexadecimal with colons": lambda key: key.encode().hex(":").upper(),
    "each byte with a backslash": lambda key: "".join(f"\\x{each:02x}" for each in key.encode()),
    "each letter with a backslash": lambda key: "".join(f"\\u{ord(each):04x}" for each in key),
    "each letter an entity": lambda key: "".join(f"&#{ord(each)};" for each in key),
    "each letter an entity in hexadecimal": lambda key: "".join(f"&#x{ord(c):X};" for c in key),
    "each byte with a percent sign": lambda key: "".join(f"%{each:02X}" for each in key.encode()),
    "three addresses deep": lambda key: quote(quote(quote(key, safe=""), safe=""), safe=""),
    "packed twice": lambda key: packed(packed(key)),
    "packed in the middle": lambda key: packed(f"id=7&apikey={key}&to=92300"),
    "packed in an entity in an address": lambda key: quote(html.escape(packed(f'"{key}"'))),
    "packed in base 32": lambda key: base64.b32encode(key.encode()).decode(),
    "quoted-printable": lambda key: "".join(f"={each:02X}" for each in key.encode()),
    "full width": lambda key: "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in key
    ),
    "a hyphen between any two": "-".join,
    "its first letters": lambda key: f"{key[:9]}***",
    "its last letters": lambda key: f"***{key[-9:]}",
}


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("key", [key for key in KEYS if len(key) >= 10])
def test_words_that_hold_a_part_of_the_key_in_any_packing_are_dropped(
    key: str, packing: str
) -> None:
    for said in (PACKINGS[packing](key), PACKINGS[packing](f"{key}-{key}")):
        told = cleaned(f"The balance is low. {said} The account is closed.", key)
        assert told.startswith("The balance is low. ")
        assert told.endswith(" The account is closed.")
        assert "…" in told
        assert said not in told
        assert not any(key[at : at + 8] in told for at in range(len(key) - 7))


@given(
    key=st.text("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789", min_size=16, max_size=40),
    chain=st.lists(
        st.sampled_from(
            sorted(
                PACKINGS.keys()
                - {"its first letters", "full width"}
                - {"its last letters", "a hyphen between any two"}
            )
        ),
        max_size=3,
    ),
)
def test_no_chain_of_packings_hides_the_key(key: str, chain: list[str]) -> None:
    said = key
    for packing in chain:
        said = PACKINGS[packing](said)
    told = cleaned(f"Bad key {said} given", key)
    assert said not in told
    assert "…" in told


@pytest.mark.parametrize("key", ["k", "ab", "abc"])
def test_a_very_short_key_shreds_no_more_words_than_it_stands_in(key: str) -> None:
    assert cleaned("BACK TO THE A B C", key) == "BACK TO THE A B C"
    assert cleaned(f"({key})", key) == "(…)"


@given(st.text())
def test_words_are_one_line_that_can_be_printed(text: str) -> None:
    words = told({"message": text}, KEY)

    assert words.isprintable()
    assert words == " ".join(words.split())
    assert len(words) <= 200


def test_nothing_that_terminals_and_databases_obey_is_left(
    scripted: RawServer, portal: Portal
) -> None:
    words = "bad \x00 number \x1b[2J\x07\x9b3m \u202ereversed\u202c \u2066x\u2069 \ufeff\u200b end"
    scripted.act = answer({"status": 400, "response": words})

    with pytest.raises(PortalRefused) as caught:
        portal.place(CONTENT)

    assert str(caught.value) == "The portal refused: bad number [2J 3m reversed x end"


def test_words_without_secrets_stay_as_they_are(scripted: RawServer, portal: Portal) -> None:
    scripted.act = answer({"status": 402, "response": "بیلنس ختم: Rs 0.00 (نمبر 0300)"})

    with pytest.raises(
        PortalRefused, match=r"^The portal refused: بیلنس ختم: Rs 0.00 \(نمبر 0300\)$"
    ):
        portal.place(CONTENT)


# --- Words around the answer ----------------------------------------------------------------------

REFUSED = '{"status": 401, "message": "Invalid key"}'
MADE = '{"status": "200", "data": {"call_id": "20076"}}'
NOTICE = (
    "<br />\n<b>Notice</b>:  Undefined index: x in <b>/var/www/a.php</b> on line <b>7</b><br />\n"
)
AROUND = [
    (NOTICE, ""),
    ("\ufeff" + NOTICE, ""),
    (NOTICE + "\ufeff", "\n"),
    ("\ufeff\ufeff", ""),
    ("", "\n<!-- 0.02 s -->"),
    ("", "\n// done"),
    ("", " /* cached */"),
    (NOTICE * 3, "<!-- served by 2 -->"),
    ("PHP Deprecated: strftime() is deprecated\n", ""),
    ("\n\n  ", "\0"),
]
MAYBE_MORE = [
    ("[", "]"),
    ("[1, ", "]"),
    ("callback(", ");"),
    ("var answer = ", ";"),
    ('"', '"'),
    ('{"first": 1}', ""),
    ("", MADE),
    ("", "{"),
    ("}", ""),
    ("Notice in {closure}: ", ""),
    ("<html><script>", "</script></html>"),
    ("<!DOCTYPE html>", ""),
    ("call_id 20077 ", ""),
    ("", " rc_id=7"),
    ('"data": ', ""),
    ("", ', "call": 1'),
]


@pytest.mark.parametrize(("before", "behind"), AROUND)
def test_words_around_the_one_object_are_no_part_of_it(before: str, behind: str) -> None:
    assert understood(200, f"{before}{MADE}{behind}".encode(), KEY)["status"] == "200"
    for http in (200, 401):
        with pytest.raises(PortalRefused, match="Invalid key"):
            understood(http, f"{before}{REFUSED}{behind}".encode(), KEY)


@pytest.mark.parametrize(("before", "behind"), MAYBE_MORE)
@pytest.mark.parametrize("body", [REFUSED, MADE])
def test_what_may_be_a_part_of_something_larger_stays_unknown(
    before: str, behind: str, body: str
) -> None:
    for http in (200, 401):
        with pytest.raises(PortalUnknown):
            understood(http, f"{before}{body}{behind}".encode(), KEY)


@given(cut=st.integers(1, len(MADE) - 1))
def test_half_an_object_is_none(cut: int) -> None:
    for text in (NOTICE + MADE[:cut], NOTICE + MADE[cut:], MADE[:cut] + NOTICE + MADE[cut:]):
        with pytest.raises(PortalUnknown):
            understood(200, text.encode(), KEY)


@given(before=st.text(max_size=20), behind=st.text(max_size=20))
def test_a_refusal_is_believed_only_if_no_other_object_stands_there(
    before: str, behind: str
) -> None:
    try:
        understood(401, f"{before}{REFUSED}{behind}".encode(), KEY)
    except PortalRefused:
        assert not set("{}") & set(before + behind)
    except PortalUnknown:
        pass


# --- Whom a refusal concerns ----------------------------------------------------------------------

OF_THE_ACCOUNT = (
    (429, {"status": 429, "message": "Too many requests"}),
    (200, {"status": 401, "response": "API Key not matched"}),
    (200, {"status": 422, "response": "API Key not matched"}),
    (403, {"message": "Forbidden"}),
    (402, {"status": 402, "message": "Payment required"}),
    (200, {"status": 400, "message": "Insufficient balance"}),
    (400, {"error": "You have no credit left, please recharge"}),
    (200, {"status": "400", "message": "Daily limit reached"}),
    (200, {"status": "400", "message": "All lines are busy"}),
    (200, {"status": "400", "message": "No free channel"}),
    (200, {"status": 400, "message": "Your account is suspended"}),
    (200, {"status": 400, "message": "Subscription expired"}),
)
OF_THE_ROW = (
    (200, {"status": 400, "message": "caller_id is invalid"}),
    (200, {"status": "422", "message": "voice_id is invalid"}),
    (400, {"message": "Landline numbers can't be called"}),
    (404, {"message": "Voice not found"}),
    (200, {"status": 400, "message": "text1 is required"}),
)


@pytest.mark.parametrize(("http", "body"), OF_THE_ACCOUNT)
def test_a_refusal_of_the_account_is_told_from_one_of_the_row(
    http: int, body: dict[str, Any]
) -> None:
    with pytest.raises(AccountRefused):
        understood(http, json.dumps(body).encode(), KEY)


@pytest.mark.parametrize(("http", "body"), OF_THE_ROW)
def test_a_refusal_of_the_row_is_no_refusal_of_the_account(http: int, body: dict[str, Any]) -> None:
    with pytest.raises(PortalRefused) as caught:
        understood(http, json.dumps(body).encode(), KEY)
    assert not isinstance(caught.value, AccountRefused)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), (" 5 ", 5), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), (None, None),
     ("999999999", 86_400)],
)  # fmt: skip
def test_how_long_the_portal_asks_to_wait(header: str | None, seconds: float | None) -> None:
    with pytest.raises(AccountRefused) as caught:
        understood(429, b'{"status": 429, "message": "Too many requests"}', KEY, header)
    assert caught.value.retry_after == seconds
