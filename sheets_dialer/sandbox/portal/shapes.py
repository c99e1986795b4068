"""The forms in which the portal's answers are known or thought to come, in one table.

`V` stands in the vendor's text, `C` is read or mocked by a public client, `I` is inferred from
how such services vary. The first shape of each endpoint is the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

Body: TypeAlias = dict[str, Any]
Facts: TypeAlias = Mapping[str, Any]
"""What there is to tell, in plain types: an id as a string, a status as an int, no key as None."""

ENDPOINTS = ("user_verify", "check_balance", "calls", "get_call")
VENDOR = "vendor"
MIXED = "mixed"
"""Every answer in the next shape of its endpoint's list, over and over."""


def _text(key: int | None, nothing: str | None) -> str | None:
    return nothing if key is None else str(key)


def _inserted(facts: Facts) -> Body:
    return {
        "status": "200",
        "message": "Call Data inserted successfully",
        "data": {name: facts[name] for name in ("call_id", "call_to", "amount", "voice_id")},
        "api_response": "Ok 200",
    }


def _numbers(facts: Facts) -> Body:
    return {"call_status": facts["status"], "dtmf": facts["dtmf"], "retry": facts["retry"]}


def _strings(facts: Facts, no_key: str | None = "") -> Body:
    return {
        "call_status": str(facts["status"]),
        "dtmf": _text(facts["dtmf"], no_key),
        "retry": str(facts["retry"]),
    }


_SHAPES: Mapping[str, Mapping[str, Callable[[Facts], Body]]] = MappingProxyType(
    {
        "user_verify": {
            VENDOR: lambda _: {"status": 200, "response": "API matched"},  # V
            "string_status": lambda _: {"status": "200", "response": "API matched"},  # C
        },
        "check_balance": {
            VENDOR: lambda facts: {"status": 200, "data": dict(facts)},  # V
            "balance_only": lambda facts: {
                "status": 200,
                "data": {"balance": facts["balance"]},
            },  # I
            "string_status": lambda facts: {"status": "200", "data": dict(facts)},  # C
        },
        "calls": {
            VENDOR: _inserted,  # V
            "number_id": lambda facts: {
                "status": 200,
                "data": {"call_id": int(facts["call_id"])},
            },  # C
            "top_level": lambda facts: {"call_id": facts["call_id"]},  # C
            "rc_id_success": lambda facts: {"rc_id": facts["call_id"], "status": "success"},  # C
            "rc_id": lambda facts: {"rc_id": facts["call_id"]},  # C
        },
        "get_call": {
            # The vendor shows no answer of this one: the form that most clients read comes first.
            VENDOR: lambda facts: {"data": _numbers(facts)},  # C
            "no_retry": lambda facts: {
                "data": {"call_status": facts["status"], "dtmf": facts["dtmf"]}
            },  # C
            "strings": lambda facts: {"status": "200", "data": _strings(facts, None)},  # I
            "empty_dtmf": lambda facts: {
                "status": 200,
                "data": {**_numbers(facts), "dtmf": _text(facts["dtmf"], "")},
            },  # I
            "top_level": _numbers,  # I
            "top_level_status": lambda facts: {"status": 200, **_numbers(facts)},  # I
            "top_level_strings": lambda facts: {"status": "200", **_strings(facts)},  # I
            "status_in_data": lambda facts: {
                "status": 200,
                "data": {
                    "status": facts["status"],
                    "dtmf": facts["dtmf"],
                    "retry": facts["retry"],
                },
            },  # I
            "string_status_in_data": lambda facts: {
                "status": "200",
                "data": {"status": str(facts["status"]), "dtmf": _text(facts["dtmf"], "")},
            },  # I
        },
        "error": {
            VENDOR: lambda facts: {"status": facts["code"], "response": facts["text"]},  # V
            "string_status": lambda facts: {
                "status": str(facts["code"]),
                "response": facts["text"],
            },  # I
            "message": lambda facts: {"status": facts["code"], "message": facts["text"]},  # I
            "string_message": lambda facts: {
                "status": str(facts["code"]),
                "message": facts["text"],
            },  # I
        },
    }
)


def shaped(kind: str, shape: str, facts: Facts, turn: int) -> Body:
    """The body of an answer.

    `kind` is an endpoint or ``error``; `turn` counts the answers, which ``mixed`` goes by.
    """
    shapes = _SHAPES[kind]
    if shape == MIXED:
        shape = tuple(shapes)[turn % len(shapes)]
    return shapes[shape](facts)


def naming(body: Body, names: Mapping[str, str]) -> Body:
    """A call's report that also names which call, and to whom, it is of."""
    if isinstance(body.get("data"), dict):
        return {**body, "data": {**body["data"], **names}}
    return {**body, **names}


def chosen_shapes(wish: Any) -> Mapping[str, str]:
    """The shape of every endpoint and of errors.

    A name alone chooses that shape wherever there is one and the vendor's elsewhere; an object
    chooses by endpoint.

    Raises:
        LookupError: with a sentence, when there is no such shape.
    """
    if isinstance(wish, str):
        if wish != MIXED and not any(wish in shapes for shapes in _SHAPES.values()):
            raise LookupError(f"there is no shape {wish!r}.")
        named = {kind: wish for kind, known in _SHAPES.items() if wish == MIXED or wish in known}
    elif isinstance(wish, Mapping):
        named = dict(wish)
    else:
        raise LookupError(f"expected a shape's name or an object by endpoint, found {wish!r}.")
    for kind, shape in named.items():
        if kind not in _SHAPES or shape not in (*_SHAPES[kind], MIXED):
            raise LookupError(f"there is no shape {shape!r} of {kind!r}.")
    return MappingProxyType({kind: named.get(kind, VENDOR) for kind in _SHAPES})


def known_shapes() -> dict[str, tuple[str, ...]]:
    """The names of all shapes by endpoint, and of errors."""
    return {kind: tuple(shapes) for kind, shapes in _SHAPES.items()}


def shape_names() -> str:
    """The same as a sentence."""
    lists = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in known_shapes().items())
    return f"There are {lists}; and {MIXED} for each."
