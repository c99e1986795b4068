"""What can be set on the portal, with unit, default and the rules that a setting must keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, TypeAlias

from .shapes import ENDPOINTS, VENDOR, chosen_shapes, shape_names

Span: TypeAlias = tuple[float, float]
"""A shortest and a longest time in seconds; what happens is drawn evenly between them."""

ERROR_CARRIERS = ("body", "http")
CALL_IDS = ("own", "one")
MONEY_FORMS = ("plain", "comma", "point_comma", "comma_point")
COUNTS = ("up", "down")
MIXED_FORMS = "mixed"
KEY_FORMS = (
    *("dot", "decimal", "decimal_text", "spaced", "named", "labelled", "list", "list_text"),
    *("object", "object_text", "spelled", "urdu", "arabic", "unreadable", MIXED_FORMS),
)
"""How a key may be written; ``mixed`` goes through all that can be read, answer by answer."""
UNANSWERED_WORDS = ("no_answer", "busy", "congestion", "hangup")


def _frozen(weights: dict[str, float]) -> Mapping[str, float]:
    return MappingProxyType(weights)


class SettingsError(ValueError):
    """A setting that doesn't exist or makes no sense; the text names it and says what is right."""


@dataclass(frozen=True, slots=True)
class Delays:
    """How long the stages of a call take, in seconds of the portal's clock."""

    push: Span = (1.0, 3.0)
    """From the request to the first ring: status 8."""
    ring: Span = (5.0, 30.0)
    """How long it rings, whatever comes of it: status 1."""
    key: Span = (5.0, 25.0)
    """From the pick-up to the key."""
    talk: Span = (10.0, 40.0)
    """From the pick-up to the end of the call; never ends before the key."""
    correction: Span = (1.0, 6.0)
    """From a key that is told to the one that takes its place, where that happens."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that `POST /_sandbox/portal` can change, but the balance of a running account."""

    answered: float = 0.65
    """Share of tries that are picked up."""
    unanswered: Mapping[str, float] = field(
        default_factory=lambda: _frozen(
            {"no_answer": 50.0, "busy": 25.0, "congestion": 15.0, "hangup": 10.0}
        )
    )
    """Weights of what becomes of the others."""
    key_pressed: float = 0.8
    """Share of answered calls in which a key is pressed."""
    keys: Mapping[str, float] = field(
        default_factory=lambda: _frozen({"1": 6.0, "2": 2.0, "3": 1.0})
    )
    """Weights of the keys."""
    delays: Delays = field(default_factory=Delays)
    corrected: float = 0.0
    """Share of calls with a key of which another key is told first, the real one seconds later."""
    zero_until_key: bool = False
    """Whether the text "0" stands for no key, as in a database column that defaults to 0."""
    key_form: str | None = None
    """How keys are written (`habits.KEY_FORMS`); None is as the shape has it."""
    retry_counts: str = "up"
    """``up``: `retry` counts the account's further tries; ``down``: those that are left."""
    stuck: float = 0.0
    """Share of calls that stay Initiated, or Pushed to SIP, for ever."""
    retries: int = 0
    """How often the account itself tries a call again that wasn't answered."""
    retry_after: float = 300.0
    """Seconds between a try's failure and the account's next one."""
    balance: Decimal = Decimal("2682.00")
    """Rupees on the account when the sandbox starts; the vendor's example."""
    call_rate: Decimal = Decimal("5.50")
    """Rupees for each started pulse of 30 seconds of talk; the vendor's example."""
    shape: Mapping[str, str] = field(default_factory=lambda: chosen_shapes(VENDOR))
    """The answers' form by endpoint; `shapes.py` lists them."""
    errors: str = "body"
    """``body``: HTTP 200 whatever the body says; ``http``: the body's status is HTTP's too."""
    latency: float = 0.0
    """Real seconds that each answer takes."""
    api_keys: frozenset[str] = frozenset({"sandbox-api-key"})
    header_keys: frozenset[str] = frozenset()
    """Endpoints that take the key from an ``api_key`` header as well as from the query."""
    voices: frozenset[str] = frozenset({"48", "49", "101", "102", "103"})
    username: str = "demo"
    """Whose account it is, as check_balance tells; empty: it doesn't tell."""
    money: str = "plain"
    """How check_balance writes rupees; `written` shows the forms."""
    call_ids: str = "own"
    """``own``: each call has an id of its own; ``one``: all are told the same."""
    next_call_id: int = 20_076
    """The id that the next call is told. Set to 1 it is the first day after a migration."""
    repeated_ids: float = 0.0
    """Share of calls that are told the id of a call before them."""
    reports_of_another_number: float = 0.0
    """Share of get_call's answers that tell of, and name, another number's call."""
    reports_of_another_id: float = 0.0
    """Share of get_call's answers that tell of, and name, a call with another id."""


def changed(settings: Settings, wishes: Mapping[str, Any]) -> Settings:
    """The settings with these wishes fulfilled; what isn't named stays.

    Raises:
        SettingsError: for a setting that doesn't exist or a value that makes no sense.
    """
    if not isinstance(wishes, Mapping):
        raise SettingsError("The portal's settings must be a JSON object.")
    for name in wishes:
        if name not in _READERS:
            known = ", ".join(sorted(_READERS))
            raise SettingsError(f"{name}: there is no such setting. There are: {known}.")
    new: dict[str, Any] = {}
    for name, value in wishes.items():
        new[name] = _delays(settings, value) if name == "delays" else _READERS[name](name, value)
    return replace(settings, **new)


def to_json(settings: Settings) -> dict[str, Any]:
    """The settings as JSON that `changed` reads back."""
    delays = settings.delays
    return {
        "answered": settings.answered,
        "unanswered": dict(settings.unanswered),
        "key_pressed": settings.key_pressed,
        "keys": dict(settings.keys),
        "delays": {name: list(getattr(delays, name)) for name in _DELAYS},
        "corrected": settings.corrected,
        "zero_until_key": settings.zero_until_key,
        "key_form": settings.key_form,
        "retry_counts": settings.retry_counts,
        "stuck": settings.stuck,
        "retries": settings.retries,
        "retry_after": settings.retry_after,
        "balance": str(settings.balance),
        "call_rate": str(settings.call_rate),
        "shape": dict(settings.shape),
        "errors": settings.errors,
        "latency": settings.latency,
        "api_keys": sorted(settings.api_keys),
        "header_keys": sorted(settings.header_keys),
        "voices": sorted(settings.voices),
        **{name: getattr(settings, name) for name in _AS_THEY_ARE},
    }


_AS_THEY_ARE = (
    *("username", "money", "call_ids", "next_call_id", "repeated_ids"),
    *("reports_of_another_number", "reports_of_another_id"),
)


def written(rupees: Decimal, form: str) -> str:
    """Rupees as text: 1234.50, or 1234,50, 1.234,50 and 1,234.50."""
    if form == "plain":
        return f"{rupees:.2f}"
    if form == "comma":
        return f"{rupees:.2f}".replace(".", ",")
    grouped = f"{rupees:,.2f}"
    return grouped if form == "comma_point" else grouped.translate(str.maketrans(",.", ".,"))


_DELAYS = ("push", "ring", "key", "talk", "correction")


def _delays(settings: Settings, value: Any) -> Delays:
    if not isinstance(value, Mapping) or not set(value) <= set(_DELAYS):
        raise SettingsError(f"delays: expected an object with some of {', '.join(_DELAYS)}.")
    spans = {name: _span(f"delays.{name}", span) for name, span in value.items()}
    delays = replace(settings.delays, **spans)
    if delays.key[1] > delays.talk[1]:
        raise SettingsError(
            f"delays: a key after up to {delays.key[1]:g} seconds doesn't fit into a talk of at "
            f"most {delays.talk[1]:g} seconds. Set both."
        )
    return delays


def _span(name: str, value: Any) -> Span:
    ends = value if isinstance(value, list) else [value, value]
    if len(ends) != 2:
        raise SettingsError(f"{name}: expected seconds or [shortest, longest], found {value!r}.")
    shortest, longest = (_seconds(name, end) for end in ends)
    if shortest > longest:
        raise SettingsError(f"{name}: the shortest time is longer than the longest: {value!r}.")
    return shortest, longest


def _number(name: str, value: Any, expected: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{name}: expected {expected}, found {value!r}.")
    return float(value)


def _seconds(name: str, value: Any) -> float:
    expected = "seconds, 0 to 86400"
    seconds = _number(name, value, expected)
    if not 0 <= seconds <= 86_400:
        raise SettingsError(f"{name}: expected {expected}, found {value!r}.")
    return seconds


def _share(name: str, value: Any) -> float:
    expected = "a share from 0 to 1"
    share = _number(name, value, expected)
    if not 0 <= share <= 1:
        raise SettingsError(f"{name}: expected {expected}, found {value!r}.")
    return share


def _weights(name: str, value: Any) -> Mapping[str, float]:
    known = UNANSWERED_WORDS if name == "unanswered" else tuple("0123456789")
    if not isinstance(value, Mapping) or not set(value) <= set(known):
        raise SettingsError(f"{name}: expected weights of some of {', '.join(known)}.")
    weights = {key: _number(f"{name}.{key}", weight, "a weight") for key, weight in value.items()}
    if any(weight < 0 for weight in weights.values()) or sum(weights.values()) <= 0:
        raise SettingsError(f"{name}: weights must not be negative, and one must be above 0.")
    return MappingProxyType(weights)


def _retries(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise SettingsError(f"{name}: expected a whole number from 0 to 100, found {value!r}.")
    return value


def _rupees(name: str, value: Any) -> Decimal:
    refusal = SettingsError(f'{name}: expected rupees such as 5.5 or "5.50", found {value!r}.')
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refusal
    try:
        rupees = Decimal(str(value))
    except InvalidOperation:
        raise refusal from None
    if not rupees.is_finite() or rupees < 0:
        raise refusal
    return rupees


def _shape(name: str, value: Any) -> Mapping[str, str]:
    try:
        return chosen_shapes(value)
    except LookupError as error:
        raise SettingsError(f"{name}: {error.args[0]} {shape_names()}") from None


def _one_of(*known: str) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if value not in known:
            raise SettingsError(f"{name}: expected {' or '.join(known)}, found {value!r}.")
        return str(value)

    return read


def _word(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{name}: expected a text, found {value!r}.")
    return value


def _call_id(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**15:
        raise SettingsError(f"{name}: expected a whole number from 1, found {value!r}.")
    return value


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{name}: expected true or false, found {value!r}.")
    return value


def _counts(name: str, value: Any) -> str:
    if value not in COUNTS:
        raise SettingsError(f"{name}: expected {' or '.join(COUNTS)}, found {value!r}.")
    return str(value)


def _key_form(name: str, value: Any) -> str | None:
    if value is not None and value not in KEY_FORMS:
        raise SettingsError(
            f"{name}: expected null or one of {', '.join(KEY_FORMS)}, found {value!r}."
        )
    return None if value is None else str(value)


def _words(name: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(word, str | int) for word in value):
        raise SettingsError(f"{name}: expected a list of words, found {value!r}.")
    return frozenset(str(word) for word in value)


def _endpoints(name: str, value: Any) -> frozenset[str]:
    words = _words(name, value)
    if not words <= set(ENDPOINTS):
        raise SettingsError(f"{name}: expected some of {', '.join(ENDPOINTS)}, found {value!r}.")
    return words


_READERS = MappingProxyType(
    {
        "answered": _share,
        "unanswered": _weights,
        "key_pressed": _share,
        "keys": _weights,
        "delays": _span,
        "corrected": _share,
        "zero_until_key": _switch,
        "key_form": _key_form,
        "retry_counts": _counts,
        "stuck": _share,
        "retries": _retries,
        "retry_after": _seconds,
        "balance": _rupees,
        "call_rate": _rupees,
        "shape": _shape,
        "errors": _one_of(*ERROR_CARRIERS),
        "latency": _seconds,
        "api_keys": _words,
        "header_keys": _endpoints,
        "voices": _words,
        "username": _word,
        "money": _one_of(*MONEY_FORMS),
        "call_ids": _one_of(*CALL_IDS),
        "next_call_id": _call_id,
        "repeated_ids": _share,
        "reports_of_another_number": _share,
        "reports_of_another_id": _share,
    }
)
