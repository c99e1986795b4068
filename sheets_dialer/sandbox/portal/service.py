"""The portal: its four endpoints, the calls it accepted and the account that pays for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

from ..http import Request, Response, json_response
from .account import Account
from .acts import acted
from .call import Call, extras_of
from .habits import facts_of, with_habits
from .life import REFUSED_NUMBER, CallStatus, plan, retries_of
from .settings import Settings, changed, to_json, written
from .shapes import ENDPOINTS, naming, shaped

_PREFIX = "/api/"
_FIRST_KEPT_AS = 20_076
_VOICES_WITH_COMPULSORY_TEXT = frozenset({"48", "49"})


class _RefusedError(Exception):
    """A request that the portal refuses: the code that the body names, and the text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class PortalService:
    """The Robo Call portal with one account.

    Args:
        now: the portal's clock in seconds since 1970, which may run faster than the world's.
        source: seeds the calls' fates. What becomes of a number's nth call depends on the seed,
            the number and n alone, so the order in which requests arrive changes nothing.
        settings: what `POST /_sandbox/portal` can change later.
        wall: the world's clock, which stamps accepted calls; `now` where it is left out.
        speed: how many times as fast as the world's clock `now` runs.

    `on_change` hears of every call that was accepted or that a person changed.
    """

    def __init__(
        self,
        now: Callable[[], float],
        source: random.Random,
        settings: Settings | None = None,
        *,
        wall: Callable[[], float] | None = None,
        speed: float = 1.0,
    ) -> None:
        self._now = now
        self._speed = speed
        self._wall = wall or now
        self._seed = source.getrandbits(64)
        self._settings = settings or Settings()
        self._account = Account(self._settings.balance)
        self._calls: dict[str, Call] = {}
        self._open: dict[str, Call] = {}
        self._calls_to: dict[str, int] = {}
        self._told: dict[str, Call] = {}
        """By the id that was told, the last call that was told it."""
        self._answers = 0
        self.on_change: Callable[[Call], None] = lambda _call: None
        self._endpoints: Mapping[str, Callable[[Mapping[str, str], float], dict[str, Any]]] = {
            "user_verify": lambda _parameters, _moment: {},
            "check_balance": self._check_balance,
            "calls": self._place,
            "get_call": self._get_call,
        }

    def handle(self, request: Request, *, age: float = 0.0) -> Response:
        """Answers a request for ``/api/…``; get_call from what was true `age` seconds of the
        world's clock ago, as a replica that lags behind would."""
        endpoint = request.path.removeprefix(_PREFIX)
        if endpoint not in ENDPOINTS:
            return json_response({"status": 404, "response": "Not found"}, 404)
        if request.method != "GET":
            return json_response({"status": 405, "response": "Method not allowed"}, 405)
        settings = self._settings
        self._answers += 1
        parameters = {name: values[-1] for name, values in request.query().items()}
        status = 200
        try:
            self._check_key(endpoint, request, parameters)
            moment = self._now() - age * self._speed
            facts = self._endpoints[endpoint](parameters, moment)
            body = shaped(endpoint, settings.shape[endpoint], facts, self._answers)
            if endpoint == "get_call":
                with_habits(body, facts["dtmf"], settings, self._answers)
            if names := facts.get("names"):
                body = naming(body, names)
        except _RefusedError as refusal:
            facts = {"code": refusal.code, "text": refusal.text}
            body = shaped("error", settings.shape["error"], facts, self._answers)
            status = refusal.code if settings.errors == "http" else 200
        return replace(json_response(body, status), delay=settings.latency)

    def configure(self, wishes: Mapping[str, Any]) -> dict[str, Any]:
        """Changes settings for the calls to come and the answers from now on; returns them all.

        Raises:
            SettingsError: for a setting that doesn't exist or makes no sense; nothing is changed.
        """
        new = changed(self._settings, wishes)
        self.balance()  # what has been talked so far is charged at the old rate
        self._settings = new
        if "balance" in wishes:
            self._account.credit(new.balance)
        return self.settings()

    def settings(self) -> dict[str, Any]:
        """All settings as they are; `balance` is what the account has left now."""
        return {**to_json(self._settings), "balance": str(self.balance())}

    def balance(self) -> Decimal:
        """Rupees left now."""
        return self._account.balance(self._now(), self._settings.call_rate)

    def calls(self) -> list[dict[str, Any]]:
        """Every accepted call in order, as it stands now."""
        now = self._now()
        return [call.account(now) for call in self._calls.values()]

    def count(self) -> int:
        """How many calls were accepted."""
        return len(self._calls)

    def in_progress(self) -> list[Call]:
        """The calls that are not over, the oldest first."""
        now = self._now()
        for call_id in [call.call_id for call in self._open.values() if call.at(now).final]:
            del self._open[call_id]
        return list(self._open.values())

    def latest_ended(self, most: int) -> list[Call]:
        """Of the calls accepted last, those that are over; the newest first."""
        now = self._now()
        latest = islice(reversed(self._calls.values()), 20 * most)
        return list(islice((call for call in latest if call.at(now).final), most))

    def act(self, call_id: str, what: str) -> None:
        """Does what a person would at the phone; it replaces the rest of the call's life.

        Raises:
            LookupError: there is no such call.
            ActError: the act is not known, or makes no sense at this point of the call.
        """
        call = self._calls.get(call_id)
        if call is None:
            raise LookupError(f"There is no call {call_id}.")
        now = self._now()
        timeline = acted(call.timeline, what, now, self._settings, self._source(call_id, what))
        self.balance()  # settles the pulses of the life that is replaced
        was_answered = call.at(now).status is CallStatus.ANSWERED
        call = replace(call, timeline=timeline)
        (self._account.resume if was_answered else self._account.follow)(call)
        self._calls[call_id] = call
        self._open[call_id] = call
        if self._told[call.told_id].call_id == call_id:
            self._told[call.told_id] = call
        self.on_change(call)

    def dump(self, *, with_calls: bool = True) -> dict[str, Any]:
        """The portal's state as JSON; without the calls for who keeps them by `on_change`."""
        calls = self._calls.values() if with_calls else ()
        return {
            "seed": self._seed,
            "settings": self.settings(),
            "settled_until": self._account.settled_until,
            "count": len(self._calls),
            "calls": [call.to_json() for call in calls],
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Goes on from a dumped state; the clock must go on from there too."""
        self._seed = state["seed"]
        self._settings = changed(Settings(), state["settings"])
        self._account = Account(self._settings.balance, settled_until=state["settled_until"])
        self._calls, self._open, self._calls_to, self._told = {}, {}, {}, {}
        for data in state["calls"]:
            call = Call.from_json(data)
            self._keep(call)
            self._account.resume(call)
        # The settings were kept when they were changed; calls have come since.
        since = len(self._calls) - state.get("count", 0)
        next_id = self._settings.next_call_id + since
        self._settings = replace(self._settings, next_call_id=next_id)

    def _check_key(self, endpoint: str, request: Request, parameters: Mapping[str, str]) -> None:
        key = parameters.get("api_key")
        if key is None and endpoint in self._settings.header_keys:
            key = request.headers.get("api_key")
        if key not in self._settings.api_keys:
            # The vendor shows 422 here and 401 at user_verify.
            raise _RefusedError(422 if endpoint == "check_balance" else 401, "API Key not matched")

    def _check_balance(self, _parameters: Mapping[str, str], _moment: float) -> dict[str, Any]:
        settings = self._settings
        facts = {
            "balance": written(self.balance(), settings.money),
            "username": settings.username,
            "call_rate": written(settings.call_rate, settings.money),
        }
        return {name: fact for name, fact in facts.items() if fact}

    def _get_call(self, parameters: Mapping[str, str], moment: float) -> dict[str, Any]:
        call = self._told.get(_required(parameters, "call_id"))
        if call is None or moment < call.timeline[0].at:
            raise _RefusedError(404, "Call not found")
        strange = self._strange_report(call)
        if strange is not None:
            return strange
        limit = max(self._settings.retries, retries_of(call.caller_id))
        return facts_of(call.at(moment), self._settings, limit)

    def _strange_report(self, call: Call) -> dict[str, Any] | None:
        """What is told of another call instead of this one, and by which name; mostly nothing."""
        settings = self._settings
        drawn = self._source("report", self._answers).random()
        facts = {"status": int(CallStatus.ANSWERED), "dtmf": 1, "retry": 0}
        if drawn < settings.reports_of_another_number:
            other = f"{call.caller_id[:-1]}{(int(call.caller_id[-1]) + 1) % 10}"
            return facts | {"names": {"call_id": call.told_id, "call_to": other}}
        if drawn < settings.reports_of_another_number + settings.reports_of_another_id:
            return facts | {"names": {"call_id": f"{call.told_id}1"}}
        return None

    def _place(self, parameters: Mapping[str, str], now: float) -> dict[str, Any]:
        caller_id = _required(parameters, "caller_id")
        voice_id = _required(parameters, "voice_id")
        self._check_may_call(caller_id, voice_id, parameters)
        nth = self._calls_to.get(caller_id, 0)
        call = Call(
            call_id=str(_FIRST_KEPT_AS + len(self._calls)),
            caller_id=caller_id,
            voice_id=voice_id,
            amount=parameters.get("amount"),
            extras=extras_of(parameters),
            accepted_at=self._wall(),
            timeline=plan(caller_id, now, self._settings, self._source(caller_id, nth)),
            told_id=self._id_to_tell(),
        )
        self._settings = replace(self._settings, next_call_id=self._settings.next_call_id + 1)
        self._keep(call)
        self._account.follow(call)
        self.on_change(call)
        return {
            "call_id": call.told_id,
            "call_to": caller_id,
            "amount": call.amount or "0",
            "voice_id": voice_id,
        }

    def _id_to_tell(self) -> str:
        """The id that the next call is told: its own, or by habit one that was told before."""
        settings = self._settings
        before = next(reversed(self._calls.values()), None)
        if before is not None:
            drawn = self._source("id", len(self._calls)).random()
            if settings.call_ids == "one" or drawn < settings.repeated_ids:
                return before.told_id
        return str(settings.next_call_id)

    def _check_may_call(self, caller_id: str, voice_id: str, parameters: Mapping[str, str]) -> None:
        if not (caller_id.isascii() and caller_id.isdigit() and 10 <= len(caller_id) <= 15):
            raise _RefusedError(422, "The caller_id must be 10 to 15 digits.")
        if voice_id not in self._settings.voices:
            raise _RefusedError(422, "The selected voice_id is invalid.")
        if voice_id in _VOICES_WITH_COMPULSORY_TEXT:
            _required(parameters, "text1")
        if caller_id == REFUSED_NUMBER:
            raise _RefusedError(422, "This number can not be called.")
        if self.balance() < self._settings.call_rate:
            raise _RefusedError(402, "Insufficient balance")

    def _keep(self, call: Call) -> None:
        self._calls[call.call_id] = call
        self._open[call.call_id] = call
        self._told[call.told_id] = call
        self._calls_to[call.caller_id] = self._calls_to.get(call.caller_id, 0) + 1

    def _source(self, *what: object) -> random.Random:
        return random.Random(f"{self._seed}/{what}")


def _required(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name, "")
    if not value.strip():
        raise _RefusedError(422, f"The {name} field is required.")
    return value
