"""How oddly a portal may write what it knows of a call: keys in many forms, counts that run down.

None of these forms stands in the vendor's text, which shows no answer of get_call at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .life import Moment
from .settings import KEY_FORMS, MIXED_FORMS, Settings

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_URDU = {ord("0") + value: ord("۰") + value for value in range(10)}
_ARABIC = {ord("0") + value: ord("٠") + value for value in range(10)}

_FORMS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "dot": lambda keys: f"{keys}.",
        "decimal": float,
        "decimal_text": lambda keys: f"{keys}.0",
        "spaced": lambda keys: f" {keys} ",
        "named": lambda keys: f"Key {keys}",
        "labelled": lambda keys: f"DTMF: {keys}",
        "list": list,
        "list_text": lambda keys: json.dumps(list(keys)),
        "object": lambda keys: {"digit": keys},
        "object_text": lambda keys: json.dumps({"digit": keys}),
        "spelled": lambda keys: " ".join(_WORDS[int(key)] for key in keys),
        "urdu": lambda keys: keys.translate(_URDU),
        "arabic": lambda keys: keys.translate(_ARABIC),
        "unreadable": lambda keys: f"choice {keys} of the menu",
    }
)
_MIXED = tuple(name for name in _FORMS if name != "unreadable")
assert {*_FORMS, MIXED_FORMS} == set(KEY_FORMS)


def facts_of(moment: Moment, settings: Settings, limit: int) -> dict[str, Any]:
    """What get_call has to tell of a call at a moment; `limit` is how often the account tries it
    again at the most."""
    left = max(0, limit - moment.retry)
    return {
        "status": int(moment.status),
        "dtmf": moment.dtmf,
        "retry": left if settings.retry_counts == "down" else moment.retry,
    }


def with_habits(body: dict[str, Any], key: int | None, settings: Settings, turn: int) -> None:
    """Writes the key into an answer of get_call as this portal does; `turn` counts its answers."""
    place = body.get("data", body)
    if key is None:
        if settings.zero_until_key:
            place["dtmf"] = "0"
    elif settings.key_form is not None:
        form = settings.key_form
        if form == MIXED_FORMS:
            form = _MIXED[turn % len(_MIXED)]
        place["dtmf"] = _FORMS[form](str(key))
