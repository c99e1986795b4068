"""Checks requests against Google's own discovery document, and refuses what it doesn't know.

The words of the refusals are Google's: they name a place by the snake-case names of the protocol
buffers behind the JSON, and what was expected by its type there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from .errors import GoogleError

_PACKAGE = "google.apps.sheets.v4"
_FOREIGN_MESSAGES = {"Color": "google.type.Color"}
_SCALAR_WORDS = {
    "string": "TYPE_STRING",
    "boolean": "TYPE_BOOL",
    "int32": "TYPE_INT32",
    "int64": "TYPE_INT64",
    "integer": "TYPE_INT32",
    "float": "TYPE_FLOAT",
    "double": "TYPE_DOUBLE",
    "number": "TYPE_DOUBLE",
}
_INTEGERS = frozenset({"int32", "int64", "integer"})
_FLOATS = frozenset({"float", "double", "number"})
_EITHER_OR = {"Request": "kind", "DataFilter": "filter", "ExtendedValue": "value"}
"""Messages of which exactly one field may be set, and what Google calls that choice."""
_WRAPPED = frozenset({"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"})
"""Indexes that are messages of their own in the protocol buffers, seen in the place's name."""
_MAX_INT32 = 2**31 - 1
_MAX_FLOAT = 3.4028234663852886e38
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"-?[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type: `name` is a scalar, a message (with `fields`) or ``enum``; `below` is what a list or
    map holds."""

    name: str
    below: _Kind | None = None
    choices: tuple[str, ...] = ()

    @classmethod
    @lru_cache(maxsize=2048)
    def parse(cls, text: str) -> _Kind:
        if text.startswith(("[]", "{}")):
            return cls(text[:2], cls.parse(text[2:]))
        if text.startswith("enum "):
            return cls("enum", choices=tuple(text.split()[1:]))
        return cls(text)


def read(schema_name: str, body: Any, place: str = "") -> dict[str, Any]:
    """The body in its plain form: nulls left out, names in camel case, numbers that were sent as
    text turned into numbers. A body that is plain already is returned as it is.

    Raises:
        GoogleError: 400 that names every fault with its place below `place`.
    """
    if isinstance(body, dict) and _is_plain(_fields(schema_name), body):
        return body
    faults = _Faults()
    if not isinstance(body, Mapping):
        faults.add(place, 'Unknown name "": Root element must be a message.', is_payload=True)
        raise faults.error()
    plain = _message(schema_name, body, place, faults)
    if faults.found:
        raise faults.error()
    return plain


def read_query(method: str, query: Mapping[str, list[str]]) -> dict[str, Any]:
    """The query parameters of a method by name, typed; a repeated one is a list.

    Raises:
        GoogleError: 400 that names every parameter that the method doesn't have or can't read.
    """
    document = _document()
    own = document["methods"][method]["parameters"]
    common = document["common_parameters"]
    faults = _Faults()
    answer: dict[str, Any] = {}
    for name, texts in query.items():
        camel = _camel(name)
        kind_text = own.get(camel) or common.get(camel)
        if kind_text is None:
            faults.add(
                "",
                f'Unknown name "{name}": Cannot bind query parameter. '
                f"Field '{name}' could not be found in request message.",
                is_payload=True,
            )
            continue
        kind = _Kind.parse(kind_text)
        if kind.name == "[]":
            answer[camel] = texts
            continue
        readable = [_value(kind, text.lower() if kind.name == "boolean" else text, _snake(name),
                           camel, faults) for text in texts]  # fmt: skip
        answer[camel] = readable[0]
    if faults.found:
        raise faults.error()
    return answer


def request_of(method: str) -> str | None:
    """The name of the message in a method's body; None when it has no body."""
    name: str | None = _document()["methods"][method]["request"]
    return name


def response_of(method: str) -> str:
    """The name of the message that a method answers with."""
    name: str = _document()["methods"][method]["response"]
    return name


def fields_of(schema_name: str) -> tuple[str, ...]:
    """The names of a message's fields."""
    return tuple(_fields(schema_name))


def has_field(schema_name: str, *path: str) -> bool:
    """Whether a message has this path of fields; a ``*`` is everything below."""
    for name in path:
        if name == "*":
            return True
        kind = _fields(schema_name).get(_camel(name))
        if kind is None:
            return False
        while kind.below is not None:
            kind = kind.below
        if not kind.name.startswith("#"):
            return name == path[-1]
        schema_name = kind.name[1:]
    return True


@dataclass(slots=True)
class _Faults:
    """The faults found so far, in the order of the body, with the field each one names."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: str, text: str, *, is_payload: bool = False) -> None:
        lead = "Invalid JSON payload received. " if is_payload else ""
        self.found.append((place, lead + text))

    def unknown(self, name: str, place: str, why: str) -> None:
        where = f" at '{place}'" if place else ""
        self.add(place, f'Unknown name "{name}"{where}: {why}', is_payload=True)

    def invalid(self, place: str, type_name: str, value: Any) -> None:
        shown = json.dumps(value, ensure_ascii=False)
        self.add(place, f"Invalid value at '{place}' ({type_name}), {shown}")

    def error(self) -> GoogleError:
        violations = [
            ({"field": place} if place else {}) | {"description": text}
            for place, text in self.found
        ]
        return GoogleError(
            400,
            "\n".join(text for _, text in self.found),
            details=[
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": violations,
                }
            ],
        )


@cache
def _document() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("sheets_schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def _fields(schema_name: str) -> dict[str, _Kind]:
    fields: dict[str, str] = _document()["messages"][schema_name]
    return {name: _Kind.parse(kind) for name, kind in fields.items()}


def _is_plain(fields: Mapping[str, _Kind], message: Mapping[str, Any]) -> bool:
    """Whether the message is right and in its plain form; quick, for it is asked of every cell."""
    for name, value in message.items():
        kind = fields.get(name)
        if kind is None or not _is_plain_value(kind, value):
            return False
    return True


def _is_plain_value(kind: _Kind, value: Any) -> bool:
    name = kind.name
    if name[0] == "#":
        schema_name = name[1:]
        if type(value) is not dict or (schema_name in _EITHER_OR and len(value) > 1):
            return False
        return _is_plain(_fields(schema_name), value)
    if name == "[]":
        below = kind.below
        if below is None or type(value) is not list:
            return False
        return below.name == "any" or all(_is_plain_value(below, item) for item in value)
    if name == "{}":
        below = kind.below
        return (
            below is not None
            and type(value) is dict
            and all(map(_INTEGER.fullmatch, value))
            and all(_is_plain_value(below, item) for item in value.values())
        )
    if name == "string":
        return type(value) is str
    if name == "boolean":
        return type(value) is bool
    if name in _FLOATS:
        is_number = type(value) is float or type(value) is int
        return is_number and (name != "float" or abs(value) <= _MAX_FLOAT)
    if name in _INTEGERS:
        return type(value) is int and -_MAX_INT32 <= value <= _MAX_INT32
    if name == "enum":
        return value in kind.choices
    return False


def _message(
    schema_name: str, message: Mapping[str, Any], place: str, faults: _Faults
) -> dict[str, Any]:
    fields = _fields(schema_name)
    plain: dict[str, Any] = {}
    for name, value in message.items():
        camel = _camel(name)
        kind = fields.get(camel)
        if kind is None:
            faults.unknown(name, place, "Cannot find field.")
        elif value is None:
            continue
        elif schema_name in _EITHER_OR and plain:
            faults.add(
                place,
                f"Invalid value at '{place}' (oneof), oneof field '{_EITHER_OR[schema_name]}' "
                f"is already set. Cannot set '{name}'",
            )
        else:
            plain[camel] = _value(kind, value, _joined(place, _snake(camel)), camel, faults)
    return plain


def _value(kind: _Kind, value: Any, place: str, name: str, faults: _Faults) -> Any:
    if kind.name == "[]" and kind.below is not None:
        return list(_items(kind.below, value, place, name, faults))
    if kind.name == "{}" and kind.below is not None:
        return _map(kind.below, value, place, name, faults)
    if kind.name == "any":
        return value
    if isinstance(value, list):
        parent, _, _ = place.rpartition(".")
        faults.unknown(name, parent, "Proto field is not repeating, cannot start list.")
        return None
    if kind.name.startswith("#"):
        schema_name = kind.name[1:]
        if not isinstance(value, Mapping):
            type_name = _FOREIGN_MESSAGES.get(schema_name, f"{_PACKAGE}.{schema_name}")
            faults.invalid(place, f"type.googleapis.com/{type_name}", value)
            return None
        return _message(schema_name, value, place, faults)
    if isinstance(value, Mapping):
        for unknown in value:
            faults.unknown(unknown, place, "Cannot find field.")
        return None
    if kind.name == "enum":
        if value not in kind.choices:
            type_name = _enum_name(name)
            faults.invalid(place, f"type.googleapis.com/{_PACKAGE}.{type_name}", value)
        return value
    scalar = _scalar(kind.name, value)
    if scalar is None:
        shown_place = f"{place}.value" if name in _WRAPPED else place
        faults.invalid(shown_place, _SCALAR_WORDS[kind.name], value)
    return scalar


def _map(below: _Kind, value: Any, place: str, name: str, faults: _Faults) -> dict[str, Any]:
    """A map's values by key; all maps have whole numbers as keys, which are text in JSON."""
    if not isinstance(value, Mapping):
        parent, _, _ = place.rpartition(".")
        what = "a list" if isinstance(value, list) else "a value"
        faults.add(
            parent,
            f"Invalid value at '{parent}' (Map), Cannot bind {what} to map for field '{name}'.",
        )
        return {}
    for key in value:
        if not _INTEGER.fullmatch(key):
            faults.invalid(place, "TYPE_INT32", key)
    return {
        key: _value(below, item, f"{place}[{key}]", name, faults)
        for key, item in value.items()
        if item is not None
    }


def _items(kind: _Kind, value: Any, place: str, name: str, faults: _Faults) -> Iterator[Any]:
    """The items of a list; something else counts as its only item, as at Google (recorded)."""
    if not isinstance(value, list):
        items, places = [value], [place]
    else:
        items, places = value, [f"{place}[{index}]" for index in range(len(value))]
    for item, item_place in zip(items, places, strict=True):
        if kind.name != "[]":
            yield _value(kind, item, item_place, name, faults)
        elif isinstance(item, list):
            yield item
        elif isinstance(item, Mapping):
            for unknown in item:
                faults.unknown(unknown, item_place, "Cannot find field.")
        elif item is None:
            yield []
        else:
            faults.invalid(item_place, "type.googleapis.com/google.protobuf.ListValue", item)


def _scalar(kind_name: str, value: Any) -> Any:
    """The value as this scalar type, or None when it can't be read as one."""
    if kind_name == "string":
        return value if isinstance(value, str) else None
    if kind_name == "boolean":
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    number = float(value)
    if not math.isfinite(number) or (kind_name == "float" and abs(number) > _MAX_FLOAT):
        return None
    if kind_name in _FLOATS:
        return value if isinstance(value, int) else number
    is_in_range = kind_name == "int64" or abs(number) <= _MAX_INT32
    return int(number) if number.is_integer() and is_in_range else None


def _enum_name(field_name: str) -> str:
    """The enumeration's own name, which the discovery document doesn't tell: mostly the field's."""
    known = {
        "majorDimension": "Dimension",
        "responseValueRenderOption": "ValueRenderOption",
        "responseDateTimeRenderOption": "DateTimeRenderOption",
    }
    return known.get(field_name, field_name[:1].upper() + field_name[1:])


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


@lru_cache(maxsize=4096)
def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", name)


@lru_cache(maxsize=4096)
def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
