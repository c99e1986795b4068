"""The portal as a client sees it: every endpoint, every refusal, every form of answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from sheets_dialer.sandbox.http import Request, Response
from sheets_dialer.sandbox.portal.acts import ActError
from sheets_dialer.sandbox.portal.service import PortalService
from sheets_dialer.sandbox.portal.settings import SettingsError
from sheets_dialer.sandbox.portal.shapes import known_shapes

KEY = "sandbox-api-key"
NUMBER = "923001234567"
YES = "923000000001"
START = 1_800_000_000.0


class Portal:
    """A portal at a time that the test sets."""

    def __init__(self, seed: int = 1) -> None:
        self.now = START
        self.service = PortalService(
            lambda: self.now, random.Random(seed), wall=lambda: self.now - START
        )

    def get(
        self,
        endpoint: str,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = KEY,
        **parameters: object,
    ) -> Response:
        query = urlencode(({"api_key": key} if key is not None else {}) | parameters)
        return self.service.handle(Request("GET", f"/api/{endpoint}", query, headers or {}))

    def answer(self, endpoint: str, **parameters: Any) -> Any:
        response = self.get(endpoint, **parameters)
        assert response.status == 200
        assert response.content_type.startswith("application/json")
        return orjson.loads(response.body)

    def place(self, number: str = NUMBER, voice: str = "102", **more: object) -> str:
        answer = self.answer("calls", caller_id=number, voice_id=voice, **more)
        return str(answer["data"]["call_id"])

    def status(self, call_id: str) -> tuple[int, int | None, int]:
        data = self.answer("get_call", call_id=call_id)["data"]
        return data["call_status"], data["dtmf"], data["retry"]

    def balance(self) -> str:
        return str(self.answer("check_balance")["data"]["balance"])


@pytest.fixture
def portal() -> Portal:
    return Portal()


class TestEndpoints:
    def test_user_verify(self, portal: Portal) -> None:
        assert portal.answer("user_verify") == {"status": 200, "response": "API matched"}

    def test_check_balance(self, portal: Portal) -> None:
        assert portal.answer("check_balance") == {
            "status": 200,
            "data": {"balance": "2682.00", "username": "demo", "call_rate": "5.50"},
        }

    def test_calls(self, portal: Portal) -> None:
        answer = portal.answer("calls", caller_id=NUMBER, voice_id=102, amount=1500)
        assert answer == {
            "status": "200",
            "message": "Call Data inserted successfully",
            "data": {
                "call_id": "20076",
                "call_to": NUMBER,
                "amount": "1500",
                "voice_id": "102",
            },
            "api_response": "Ok 200",
        }

    def test_get_call_follows_the_call_to_its_end(self, portal: Portal) -> None:
        call_id = portal.place(YES)
        seen: list[tuple[int, int | None, int]] = []
        for _ in range(200):
            if not seen or seen[-1] != portal.status(call_id):
                seen.append(portal.status(call_id))
            portal.now += 0.5
        assert seen == [(8, None, 0), (1, None, 0), (2, None, 0), (2, 1, 0)]

    def test_the_accounts_own_retry_keeps_the_call_id(self, portal: Portal) -> None:
        call_id = portal.place("923000000010")
        portal.now += 60
        assert portal.status(call_id) == (5, None, 0)
        portal.now += 290
        assert portal.status(call_id)[2] == 1
        portal.now += 80
        assert portal.status(call_id) == (2, 1, 1)

    def test_same_number_and_seed_have_the_same_fate_in_any_order(self) -> None:
        numbers = [f"92300123{n:04d}" for n in range(50)]
        one, other = Portal(5), Portal(5)
        for number in numbers:
            one.place(number)
        for number in reversed(numbers):
            other.place(number)
        one.now = other.now = START + 1000
        fates = [
            {call["caller_id"]: (call["status"], call["dtmf"]) for call in p.service.calls()}
            for p in (one, other)
        ]
        assert fates[0] == fates[1]
        assert len(set(fates[0].values())) > 3

    def test_the_second_call_to_a_number_has_a_fate_of_its_own(self, portal: Portal) -> None:
        for _ in range(30):
            portal.place()
        portal.now += 1000
        assert len({(call["status"], call["dtmf"]) for call in portal.service.calls()}) > 2

    def test_answers_take_the_set_latency(self, portal: Portal) -> None:
        assert portal.get("user_verify").delay == 0
        portal.service.configure({"latency": 1.5})
        assert portal.get("user_verify").delay == 1.5
        assert portal.get("user_verify", key="wrong").delay == 1.5

    def test_only_the_four_exist_and_only_as_get(self, portal: Portal) -> None:
        assert portal.get("send-voice").status == 404
        assert portal.service.handle(Request("POST", "/api/calls", "", {})).status == 405
        assert portal.service.calls() == []


REFUSED_CALLS = [
    ({"key": "wrong"}, 401, "API Key not matched"),
    ({"key": None}, 401, "API Key not matched"),
    ({"caller_id": ""}, 422, "The caller_id field is required."),
    ({"voice_id": ""}, 422, "The voice_id field is required."),
    ({"caller_id": "+923001234567"}, 422, "The caller_id must be 10 to 15 digits."),
    ({"caller_id": "300123456"}, 422, "The caller_id must be 10 to 15 digits."),
    ({"caller_id": "9230012345678901"}, 422, "The caller_id must be 10 to 15 digits."),
    ({"caller_id": "۹۲۳۰۰۱۲۳۴۵۶۷"}, 422, "The caller_id must be 10 to 15 digits."),
    ({"voice_id": "999"}, 422, "The selected voice_id is invalid."),
    ({"voice_id": "48"}, 422, "The text1 field is required."),
    ({"voice_id": "49", "text1": " "}, 422, "The text1 field is required."),
    ({"caller_id": "923000000011"}, 422, "This number can not be called."),
]


class TestRefusals:
    @pytest.mark.parametrize(("parameters", "code", "text"), REFUSED_CALLS)
    def test_of_calls_stand_in_the_body_and_place_nothing(
        self, portal: Portal, parameters: dict[str, Any], code: int, text: str
    ) -> None:
        request = {"caller_id": NUMBER, "voice_id": "102"} | parameters
        assert portal.answer("calls", **request) == {"status": code, "response": text}
        assert portal.service.calls() == []

    @pytest.mark.parametrize(("parameters", "code", "text"), REFUSED_CALLS)
    def test_of_calls_can_come_as_http_errors(
        self, portal: Portal, parameters: dict[str, Any], code: int, text: str
    ) -> None:
        portal.service.configure({"errors": "http"})
        request = {"caller_id": NUMBER, "voice_id": "102"} | parameters
        response = portal.get("calls", **request)
        assert (response.status, orjson.loads(response.body)["response"]) == (code, text)

    def test_default_voices_take_a_text(self, portal: Portal) -> None:
        assert portal.place(voice="48", text1="My Store")
        assert portal.place(voice="49", text1="0")

    def test_of_a_call_without_enough_balance(self, portal: Portal) -> None:
        portal.service.configure({"balance": "5.49"})
        assert portal.answer("calls", caller_id=NUMBER, voice_id=102) == {
            "status": 402,
            "response": "Insufficient balance",
        }
        portal.service.configure({"balance": 5.5})
        assert portal.place()

    def test_of_keys_are_the_vendors(self, portal: Portal) -> None:
        text = "API Key not matched"
        assert portal.answer("user_verify", key="x") == {"status": 401, "response": text}
        assert portal.answer("check_balance", key="x") == {"status": 422, "response": text}
        assert portal.answer("get_call", key="x", call_id=1) == {"status": 401, "response": text}

    def test_of_get_call(self, portal: Portal) -> None:
        assert portal.answer("get_call") == {
            "status": 422,
            "response": "The call_id field is required.",
        }
        assert portal.answer("get_call", call_id="1") == {
            "status": 404,
            "response": "Call not found",
        }

    @pytest.mark.parametrize("endpoint", ["user_verify", "check_balance", "calls", "get_call"])
    def test_of_a_key_in_the_header_unless_the_endpoint_takes_it(
        self, portal: Portal, endpoint: str
    ) -> None:
        headers = {"api_key": KEY}
        refused = orjson.loads(portal.get(endpoint, key=None, headers=headers).body)
        assert refused["response"] == "API Key not matched"
        portal.service.configure({"header_keys": [endpoint]})
        accepted = orjson.loads(portal.get(endpoint, key=None, headers=headers).body)
        assert accepted.get("response") != "API Key not matched"
        wrong = orjson.loads(portal.get(endpoint, key="x", headers=headers).body)
        assert wrong["response"] == "API Key not matched"

    def test_of_keys_that_are_no_longer_accepted(self, portal: Portal) -> None:
        portal.service.configure({"api_keys": ["other"]})
        assert portal.answer("user_verify")["status"] == 401
        assert portal.answer("user_verify", key="other")["status"] == 200


def _shaped_answers() -> list[tuple[str, str, Any]]:
    data = {"balance": "2682.00", "username": "demo", "call_rate": "5.50"}
    inserted = {"call_id": "20076", "call_to": YES, "amount": "0", "voice_id": "102"}
    numbers = {"call_status": 2, "dtmf": 1, "retry": 0}
    strings = {"call_status": "2", "dtmf": "1", "retry": "0"}
    refused = "Call not found"
    return [
        ("user_verify", "vendor", {"status": 200, "response": "API matched"}),
        ("user_verify", "string_status", {"status": "200", "response": "API matched"}),
        ("check_balance", "vendor", {"status": 200, "data": data}),
        ("check_balance", "balance_only", {"status": 200, "data": {"balance": "2682.00"}}),
        ("check_balance", "string_status", {"status": "200", "data": data}),
        (
            "calls",
            "vendor",
            {
                "status": "200",
                "message": "Call Data inserted successfully",
                "data": inserted,
                "api_response": "Ok 200",
            },
        ),
        ("calls", "number_id", {"status": 200, "data": {"call_id": 20076}}),
        ("calls", "top_level", {"call_id": "20076"}),
        ("calls", "rc_id_success", {"rc_id": "20076", "status": "success"}),
        ("calls", "rc_id", {"rc_id": "20076"}),
        ("get_call", "vendor", {"data": numbers}),
        ("get_call", "no_retry", {"data": {"call_status": 2, "dtmf": 1}}),
        ("get_call", "strings", {"status": "200", "data": strings}),
        ("get_call", "empty_dtmf", {"status": 200, "data": {**numbers, "dtmf": "1"}}),
        ("get_call", "top_level", numbers),
        ("get_call", "top_level_status", {"status": 200, **numbers}),
        ("get_call", "top_level_strings", {"status": "200", **strings}),
        (
            "get_call",
            "status_in_data",
            {"status": 200, "data": {"status": 2, "dtmf": 1, "retry": 0}},
        ),
        (
            "get_call",
            "string_status_in_data",
            {"status": "200", "data": {"status": "2", "dtmf": "1"}},
        ),
        ("error", "vendor", {"status": 404, "response": refused}),
        ("error", "string_status", {"status": "404", "response": refused}),
        ("error", "message", {"status": 404, "message": refused}),
        ("error", "string_message", {"status": "404", "message": refused}),
    ]


class TestShapes:
    @pytest.mark.parametrize(("kind", "shape", "expected"), _shaped_answers())
    def test_are_as_listed(self, kind: str, shape: str, expected: Any) -> None:
        portal = Portal()
        if kind == "get_call":
            portal.place(YES)
            portal.now += 200
        portal.service.configure({"shape": {kind: shape}})
        needed: dict[str, dict[str, Any]] = {
            "calls": {"caller_id": YES, "voice_id": 102},
            "get_call": {"call_id": 20076},
            "error": {"call_id": 1},
        }
        parameters = needed.get(kind, {})
        endpoint = "get_call" if kind == "error" else kind
        assert portal.answer(endpoint, **parameters) == expected

    def test_are_all_tested(self) -> None:
        tested = {(kind, shape) for kind, shape, _ in _shaped_answers()}
        assert tested == {
            (kind, shape) for kind, shapes in known_shapes().items() for shape in shapes
        }

    @pytest.mark.parametrize(
        ("shape", "path", "nothing"),
        [
            ("vendor", ("data", "dtmf"), None),
            ("strings", ("data", "dtmf"), None),
            ("empty_dtmf", ("data", "dtmf"), ""),
            ("top_level", ("dtmf",), None),
            ("top_level_strings", ("dtmf",), ""),
            ("string_status_in_data", ("data", "dtmf"), ""),
        ],
    )
    def test_without_a_key(
        self, portal: Portal, shape: str, path: tuple[str, ...], nothing: str | None
    ) -> None:
        call_id = portal.place("923000000005")
        portal.service.configure({"shape": shape})
        answer = portal.answer("get_call", call_id=call_id)
        for step in path:
            answer = answer[step]
        assert answer == nothing

    def test_a_name_alone_sets_it_wherever_there_is_one(self, portal: Portal) -> None:
        shape = portal.service.configure({"shape": "string_status"})["shape"]
        assert shape == {
            "user_verify": "string_status",
            "check_balance": "string_status",
            "calls": "vendor",
            "get_call": "vendor",
            "error": "string_status",
        }
        assert set(portal.service.configure({"shape": "vendor"})["shape"].values()) == {"vendor"}

    def test_mixed_gives_every_one_in_turn(self, portal: Portal) -> None:
        portal.service.configure({"shape": "mixed"})
        call_id = "20076"
        portal.get("calls", caller_id=NUMBER, voice_id=102)
        answers = {
            orjson.dumps(portal.answer("get_call", call_id=call_id))
            for _ in known_shapes()["get_call"]
        }
        assert len(answers) == len(known_shapes()["get_call"])


class TestMoney:
    def test_every_started_pulse_of_talk_costs_the_rate_at_its_time(self, portal: Portal) -> None:
        portal.service.configure(
            {
                "balance": 100,
                "call_rate": 5.5,
                "delays": {"push": 1, "ring": 5, "key": 5, "talk": 40},
            }
        )
        portal.place(YES)
        portal.now = START + 5.9
        assert portal.balance() == "100.00"
        portal.now = START + 6
        assert portal.balance() == "94.50"
        portal.now = START + 35.9
        assert portal.balance() == "94.50"
        portal.now = START + 36
        assert portal.balance() == "89.00"
        portal.now = START + 10_000
        assert portal.balance() == "89.00"

    def test_a_talk_of_one_whole_pulse_costs_one(self, portal: Portal) -> None:
        portal.service.configure({"balance": 100, "delays": {"talk": 30}})
        portal.place(YES)
        portal.now += 500
        assert portal.balance() == "94.50"

    def test_calls_not_answered_cost_nothing(self, portal: Portal) -> None:
        for ending in range(5, 10):
            portal.place(f"92300000000{ending}")
        portal.now += 5_000
        assert portal.balance() == "2682.00"

    def test_a_new_rate_holds_from_then_on(self, portal: Portal) -> None:
        portal.service.configure({"balance": 100, "delays": {"push": 1, "ring": 5, "talk": 40}})
        portal.place(YES)
        portal.now += 20
        portal.service.configure({"call_rate": 1})
        portal.now += 500
        assert portal.balance() == "93.50"

    def test_acts_neither_repeat_nor_lose_a_pulse(self, portal: Portal) -> None:
        portal.service.configure(
            {"balance": 100, "call_rate": 10, "delays": {"push": 1, "ring": 30}}
        )
        call_id = portal.place("923000000006")
        portal.now = START + 5
        assert portal.balance() == "100.00"
        portal.service.act(call_id, "answer")
        assert portal.balance() == "90.00"
        portal.now = START + 36
        assert portal.balance() == "80.00"
        portal.service.act(call_id, "press 1")
        assert portal.balance() == "80.00"
        portal.now = START + 1000
        assert portal.balance() == "80.00"
        assert portal.status(call_id) == (2, 1, 0)


class TestTheList:
    def test_has_every_call_in_order_with_all_that_was_sent(self, portal: Portal) -> None:
        texts = {f"text{n}": f"t{n} دکان" for n in range(1, 6)}
        keys = {f"key{n}": f"k{n}" for n in range(1, 6)}
        first = portal.place(YES, amount="1500", **texts, **keys)
        portal.now += 100
        second = portal.place()
        listed = portal.service.calls()
        assert listed[0] == {
            "call_id": first,
            "caller_id": YES,
            "voice_id": "102",
            "amount": "1500",
            **texts,
            **keys,
            "accepted_at": 0.0,
            "status": 2,
            "dtmf": 1,
            "retry": 0,
            "ended": True,
        }
        assert (listed[1]["call_id"], listed[1]["ended"]) == (second, False)
        assert (listed[1]["text1"], listed[1]["amount"]) == (None, None)
        assert listed[1]["accepted_at"] == 100.0

    def test_of_calls_in_progress_has_those_that_are_not_over(self, portal: Portal) -> None:
        portal.place(YES)
        stays = portal.place("923000000009")
        assert len(portal.service.in_progress()) == 2
        portal.now += 1000
        assert [call.call_id for call in portal.service.in_progress()] == [stays]
        assert portal.service.count() == 2

    def test_hears_of_changes(self, portal: Portal) -> None:
        heard = []
        portal.service.on_change = lambda call: heard.append(call.call_id)
        call_id = portal.place()
        portal.service.act(call_id, "answer")
        assert heard == [call_id, call_id]

    def test_acts_on_unknown_calls_are_refused(self, portal: Portal) -> None:
        with pytest.raises(LookupError, match="no call 7"):
            portal.service.act("7", "answer")
        call_id = portal.place()
        with pytest.raises(ActError):
            portal.service.act(call_id, "dance")


class TestHabits:
    """What portals do that nobody documents."""

    def test_one_id_for_all_calls(self, portal: Portal) -> None:
        portal.service.configure({"call_ids": "one"})
        assert len({portal.place(number) for number in (NUMBER, YES, NUMBER)}) == 1
        assert [call["caller_id"] for call in portal.service.calls()] == [NUMBER, YES, NUMBER]

    def test_ids_begin_again_where_they_are_told_to_even_after_a_restart(
        self, portal: Portal
    ) -> None:
        portal.place()
        portal.service.configure({"next_call_id": 1})
        kept = portal.service.dump()
        assert [portal.place(), portal.place()] == ["1", "2"]
        again = Portal()
        again.service.load({**kept, "calls": portal.service.dump()["calls"]})
        assert again.place() == "3"

    def test_a_shared_id_tells_of_the_last_call_that_got_it(self, portal: Portal) -> None:
        portal.service.configure({"call_ids": "one", "delays": {"push": 0, "ring": 1}})
        first = portal.place("923000000005")
        portal.now += 2
        assert portal.status(first)[0] == 4
        assert portal.place("923000000006") == first
        portal.now += 2
        assert portal.status(first)[0] == 5

    def test_a_share_of_the_calls_is_told_the_id_before_theirs(self, portal: Portal) -> None:
        portal.service.configure({"repeated_ids": 0.3})
        told = len({portal.place() for _ in range(100)})
        assert 55 < told < 85

    @pytest.mark.parametrize("shape", known_shapes()["get_call"])
    def test_reports_of_another_call_say_so(self, portal: Portal, shape: str) -> None:
        call_id = portal.place("923000000005")
        portal.service.configure({"reports_of_another_number": 1, "shape": {"get_call": shape}})
        body = portal.answer("get_call", call_id=call_id)
        told = body.get("data", body)
        assert (told["call_id"], told["call_to"]) == (call_id, "923000000006")
        portal.service.configure({"reports_of_another_number": 0, "reports_of_another_id": 1})
        body = portal.answer("get_call", call_id=call_id)
        assert body.get("data", body)["call_id"] == f"{call_id}1"

    @pytest.mark.parametrize(
        ("form", "text"),
        [
            ("plain", "1234567.50"),
            ("comma", "1234567,50"),
            ("point_comma", "1.234.567,50"),
            ("comma_point", "1,234,567.50"),
        ],
    )
    def test_money_is_written_as_chosen(self, portal: Portal, form: str, text: str) -> None:
        portal.service.configure({"balance": "1234567.5", "money": form, "username": ""})
        assert portal.balance() == text
        assert "username" not in portal.answer("check_balance")["data"]


class TestSettings:
    @pytest.mark.parametrize(
        ("wishes", "complaint"),
        [
            ({"speed": 3}, "speed: there is no such setting"),
            ({"answered": 1.5}, "answered: expected a share from 0 to 1"),
            ({"answered": "most"}, "answered: expected a share from 0 to 1, found 'most'"),
            ({"unanswered": {"asleep": 1}}, "unanswered: expected weights of some of no_answer"),
            ({"unanswered": {"busy": 0}}, "one must be above 0"),
            ({"keys": {"1": -1, "2": 3}}, "must not be negative"),
            ({"keys": {"#": 1}}, "keys: expected weights"),
            ({"delays": {"sleep": 1}}, "delays: expected an object with some of push"),
            ({"delays": {"ring": [9, 3]}}, "delays.ring: the shortest time is longer"),
            ({"delays": {"ring": [1, 2, 3]}}, "delays.ring: expected seconds or"),
            ({"delays": {"ring": -1}}, "delays.ring: expected seconds, 0 to 86400"),
            ({"delays": {"key": 90}}, "doesn't fit into a talk"),
            ({"retries": 1.5}, "retries: expected a whole number"),
            ({"retry_after": True}, "retry_after: expected seconds"),
            ({"balance": "much"}, "balance: expected rupees"),
            ({"balance": -1}, "balance: expected rupees"),
            ({"call_rate": "NaN"}, "call_rate: expected rupees"),
            ({"shape": "square"}, "shape: there is no shape 'square'"),
            ({"shape": {"calls": "strings"}}, "there is no shape 'strings' of 'calls'"),
            ({"shape": {"calls": []}}, "shape"),
            ({"shape": 3}, "shape: expected a shape's name"),
            ({"errors": "loud"}, "errors: expected body or http"),
            ({"latency": -1}, "latency: expected seconds"),
            ({"corrected": 2}, "corrected: expected a share"),
            ({"zero_until_key": "yes"}, "zero_until_key: expected true or false"),
            ({"key_form": "odd"}, "key_form: expected null or one of dot"),
            ({"retry_counts": "sideways"}, "retry_counts: expected up or down"),
            ({"api_keys": "one"}, "api_keys: expected a list"),
            ({"header_keys": ["all"]}, "header_keys: expected some of user_verify"),
            ({"voices": [None]}, "voices: expected a list"),
            ({"username": 7}, "username: expected a text"),
            ({"money": "dear"}, "money: expected plain or comma or point_comma"),
            ({"call_ids": "none"}, "call_ids: expected own or one"),
            ({"next_call_id": 0}, "next_call_id: expected a whole number from 1"),
            ({"repeated_ids": 2}, "repeated_ids: expected a share from 0 to 1"),
            ({"reports_of_another_id": "all"}, "reports_of_another_id: expected a share"),
            ([], "must be a JSON object"),
        ],
    )
    def test_that_make_no_sense_are_refused_and_change_nothing(
        self, portal: Portal, wishes: Any, complaint: str
    ) -> None:
        before = portal.service.settings()
        with pytest.raises(SettingsError, match=complaint):
            portal.service.configure(wishes)
        if isinstance(wishes, dict):
            with pytest.raises(SettingsError):
                portal.service.configure({"latency": 1, **wishes})
        assert portal.service.settings() == before

    def test_survive_their_own_reading(self, portal: Portal) -> None:
        wishes = {
            "answered": 0.5,
            "unanswered": {"busy": 1.0},
            "key_pressed": 1.0,
            "keys": {"9": 1.0},
            "delays": {
                "push": [0.0, 0.0],
                "ring": [1.0, 2.0],
                "key": [1.0, 2.0],
                "talk": [2.0, 3.0],
                "correction": [0.5, 1.0],
            },
            "corrected": 0.5,
            "zero_until_key": True,
            "key_form": "urdu",
            "retry_counts": "down",
            "stuck": 0.25,
            "retries": 3,
            "retry_after": 60.0,
            "balance": "10.00",
            "call_rate": "1.00",
            "errors": "http",
            "latency": 0.5,
            "api_keys": ["a", "b"],
            "header_keys": ["calls"],
            "voices": ["7"],
        }
        told = portal.service.configure(wishes)
        assert {name: told[name] for name in wishes} == wishes
        assert orjson.loads(orjson.dumps(told)) == told

    def test_left_out_stay_and_some_delays_leave_the_others(self, portal: Portal) -> None:
        portal.service.configure({"retries": 2, "delays": {"ring": 3}})
        told = portal.service.configure({"delays": {"push": 1}})
        assert told["retries"] == 2
        assert told["delays"] == {
            "push": [1.0, 1.0],
            "ring": [3.0, 3.0],
            "key": [5.0, 25.0],
            "talk": [10.0, 40.0],
            "correction": [1.0, 6.0],
        }

    def test_hold_for_calls_to_come(self, portal: Portal) -> None:
        portal.service.configure({"answered": 1, "key_pressed": 1, "keys": {"9": 1}})
        call_id = portal.place()
        portal.service.configure({"answered": 0})
        portal.now += 100
        assert portal.status(call_id) == (2, 9, 0)


def test_a_restart_goes_on_with_the_same_calls_and_money() -> None:
    portal = Portal()
    portal.service.configure({"retries": 3, "shape": "rc_id", "voices": ["102", "500"]})
    for number in range(60):
        portal.get("calls", caller_id=f"92300123{number:04d}", voice_id=102)
        portal.now += 2
    portal.service.act("20135", "answer")
    restarted = Portal(seed=99)
    restarted.now = portal.now
    restarted.service.load(orjson.loads(orjson.dumps(portal.service.dump())))
    for later in (0, 7, 30, 400, 5000):
        portal.now = restarted.now = portal.now + later
        assert restarted.service.calls() == portal.service.calls()
        assert restarted.service.settings() == portal.service.settings()
    for each in (portal, restarted):
        each.get("calls", caller_id="923001230001", voice_id=500)
        each.now += 5000
    assert restarted.service.calls() == portal.service.calls()


def told_of(portal: Portal, call_id: str) -> Any:
    return orjson.loads(portal.get("get_call", call_id=call_id).body)["data"]


HABITS: list[tuple[dict[str, Any], Any, Any]] = [
    ({}, None, 1),
    ({"zero_until_key": True}, "0", 1),
    ({"key_form": "dot"}, None, "1."),
    ({"key_form": "decimal"}, None, 1.0),
    ({"key_form": "named"}, None, "Key 1"),
    ({"key_form": "list"}, None, ["1"]),
    ({"key_form": "object"}, None, {"digit": "1"}),
    ({"key_form": "spelled"}, None, "one"),
    ({"key_form": "urdu"}, None, "۱"),
    ({"key_form": "unreadable"}, None, "choice 1 of the menu"),
    ({"zero_until_key": True, "key_form": "list_text"}, "0", '["1"]'),
]


@pytest.mark.parametrize(("habit", "before", "pressed"), HABITS)
@pytest.mark.parametrize("shape", ["vendor", "top_level"])
def test_a_key_is_told_as_the_portal_is_wont_to(
    habit: dict[str, Any], before: Any, pressed: Any, shape: str
) -> None:
    portal = Portal()
    portal.service.configure({"answered": 1, "key_pressed": 1, "keys": {"1": 1}})
    portal.service.configure({"shape": {"get_call": shape}, **habit})
    call_id = portal.place()
    for seconds, wanted in ((0, before), (100, pressed)):
        portal.now += seconds
        body = orjson.loads(portal.get("get_call", call_id=call_id).body)
        assert body.get("data", body)["dtmf"] == wanted


def test_the_mixed_form_tells_one_key_in_every_form_that_can_be_read() -> None:
    portal = Portal()
    portal.service.configure({"answered": 1, "key_pressed": 1, "key_form": "mixed"})
    call_id = portal.place()
    portal.now += 100
    told = [repr(told_of(portal, call_id)["dtmf"]) for _ in range(13)]
    assert len(set(told)) == 13


def test_retries_can_be_counted_down() -> None:
    portal = Portal()
    portal.service.configure({"answered": 0, "retries": 2, "retry_counts": "down"})
    call_id = portal.place()
    counts = []
    for _ in range(200):
        portal.now += 5
        counts.append(told_of(portal, call_id)["retry"])
    assert list(dict.fromkeys(counts)) == [2, 1, 0]
