"""Functions that make and take apart text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..display import formatted
from ..model import ErrorValue
from ..typed import read_typed
from .evaluate import Signature, Site
from .functions_logic import MANY
from .values import LONGEST_TEXT, Failure, as_number, as_text, unless_error


def _texts(site: Site, start: int) -> Iterator[str]:
    for index in range(start, site.count):
        value = site.value(index)
        if value is None or isinstance(value, str | int | float | bool | ErrorValue):
            yield as_text(value)
        else:
            for row in range(value.height):
                for column in range(value.width):
                    yield as_text(value.at(row, column))


def _filled_texts(site: Site, start: int) -> Iterator[str]:
    for index in range(start, site.count):
        value = site.value(index)
        if value is None or isinstance(value, str | int | float | bool | ErrorValue):
            yield as_text(value)
        else:
            yield from (as_text(item) for item in value.filled())


def _concatenate(site: Site) -> str:
    return "".join(_filled_texts(site, 0))


def _join(site: Site) -> str:
    return site.text(0).join(_texts(site, 1))


def _textjoin(site: Site) -> str:
    skip_empty = bool(unless_error(site.scalar(1)))
    parts = _filled_texts(site, 2) if skip_empty else _texts(site, 2)
    return site.text(0).join(part for part in parts if part or not skip_empty)


def _len(site: Site) -> int:
    return len(site.text(0))


def _length(site: Site, index: int, default: int = 1) -> int:
    count = int(site.number(index, default))
    if count < 0:
        raise Failure(
            "VALUE",
            f"Function {site.name} parameter {index + 1} value is {count}. "
            "It should be greater than or equal to 0.",
        )
    return count


def _left(site: Site) -> str:
    return site.text(0)[: _length(site, 1)]


def _right(site: Site) -> str:
    count = _length(site, 1)
    return site.text(0)[-count:] if count else ""


def _mid(site: Site) -> str:
    start = int(site.number(1))
    if start < 1:
        raise Failure(
            "NUM",
            f"Function MID parameter 2 value is {start}. It should be greater than or equal to 1.",
        )
    return site.text(0)[start - 1 : start - 1 + _length(site, 2)]


def _trim(site: Site) -> str:
    return re.sub(r" +", " ", site.text(0)).strip(" ")


def _upper(site: Site) -> str:
    return site.text(0).upper()


def _lower(site: Site) -> str:
    return site.text(0).lower()


def _substitute(site: Site) -> str:
    text, old, new = site.text(0), site.text(1), site.text(2)
    if not old:
        return text
    if site.count < 4:
        replaced = text.replace(old, new)
    else:
        parts, place = text.split(old), int(site.number(3))
        if not 1 <= place < len(parts):
            return text
        replaced = old.join(parts[:place]) + new + old.join(parts[place:])
    if len(replaced) > LONGEST_TEXT:
        raise Failure("VALUE", "Text result of SUBSTITUTE is longer than a cell can hold.")
    return replaced


def _rept(site: Site) -> str:
    text, times = site.text(0), _length(site, 1)
    if len(text) * times > LONGEST_TEXT:
        raise Failure("VALUE", "Text result of REPT is longer than a cell can hold.")
    return text * times


def _text(site: Site) -> str:
    value = unless_error(site.scalar(0))
    pattern = site.text(1)
    read = read_typed(value) if isinstance(value, str) else value
    if isinstance(value, str) and isinstance(read, str | bool):
        read = value
    shown = 0 if read is None else read
    return formatted(shown, {"type": "NUMBER", "pattern": pattern}) if pattern else ""


def _value(site: Site) -> int | float:
    value = unless_error(site.scalar(0))
    if value == "":
        return 0
    return as_number(value, site.name)


TEXT: Mapping[str, Signature] = {
    "CONCATENATE": Signature(_concatenate, 1, MANY),
    "JOIN": Signature(_join, 2, MANY),
    "LEFT": Signature(_left, 1, 2),
    "LEN": Signature(_len, 1, 1),
    "LOWER": Signature(_lower, 1, 1),
    "MID": Signature(_mid, 3, 3),
    "REPT": Signature(_rept, 2, 2),
    "RIGHT": Signature(_right, 1, 2),
    "SUBSTITUTE": Signature(_substitute, 3, 4),
    "TEXT": Signature(_text, 2, 2),
    "TEXTJOIN": Signature(_textjoin, 3, MANY),
    "TRIM": Signature(_trim, 1, 1),
    "UPPER": Signature(_upper, 1, 1),
    "VALUE": Signature(_value, 1, 1),
}
"""The functions by name."""
