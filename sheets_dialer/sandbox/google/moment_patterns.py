"""Sections of a number format pattern that show dates and times: ``yyyy-mm-dd hh:mm:ss``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import serial

_MILLISECONDS = {"h": 3_600_000, "m": 60_000, "s": 1_000}


@dataclass(frozen=True, slots=True)
class MomentPattern:
    """A compiled section: (kind, text) pairs whose kinds are ``literal``, ``month``, ``minute``,
    ``date`` (other letters), ``half`` (am/pm), ``elapsed`` and ``fraction`` (of a second)."""

    parts: tuple[tuple[str, str], ...]
    twelve_hours: bool

    def render(self, value: int | float) -> str | None:
        """The moment in this shape; None for a number that no date stands for."""
        moment = serial.to_moment(value)
        if moment is None:
            return None
        elapsed = abs(round(value * serial.SECONDS_PER_DAY * 1000))
        shown = "".join(self._part(kind, text, moment, elapsed) for kind, text in self.parts)
        negative = value < 0 and any(kind == "elapsed" for kind, _ in self.parts)
        return f"-{shown}" if negative else shown

    def _part(self, kind: str, text: str, moment: serial.Moment, elapsed: int) -> str:
        if kind == "literal":
            return text
        if kind == "month":
            return _month(text, moment)
        if kind == "minute":
            return _padded(moment.minute, text)
        if kind == "half":
            return _half(text, moment)
        if kind == "fraction":
            return "." + f"{moment.millisecond:03d}".ljust(len(text), "0")[: len(text)]
        if kind == "elapsed":
            return _padded(elapsed // _MILLISECONDS[text[0]], text)
        if text[0] == "h":
            hour = (moment.hour - 1) % 12 + 1 if self.twelve_hours else moment.hour
            return _padded(hour, text)
        if text[0] == "s":
            return _padded(moment.second, text)
        return _day_or_year(text, moment)


def compile_moment(pieces: Sequence[tuple[str, str]]) -> MomentPattern:
    """Reads a section's pieces, of which at least one is a date or time token."""
    parts: list[tuple[str, str]] = []
    index = 0
    while index < len(pieces):
        kind, text = pieces[index]
        index += 1
        if kind == "elapsed":
            parts.append((kind, text[1:-1].lower()))
        elif kind == "half":
            parts.append((kind, text))
        elif kind == "date":
            parts.append((_meaning(text, pieces, index - 1), text.lower()))
        elif text == "." and _zeros(pieces, index) and _is_second(parts):
            count = _zeros(pieces, index)
            parts.append(("fraction", "0" * count))
            index += count
        else:
            parts.append(("literal", text))
    return MomentPattern(tuple(parts), any(kind == "half" for kind, _ in parts))


def _meaning(text: str, pieces: Sequence[tuple[str, str]], index: int) -> str:
    """Whether an ``m`` means minutes: after hours or before seconds, unless it is a capital one."""
    if text[0] not in "mM":
        return "date"
    if text[0] == "M" or len(text) > 2:
        return "month"
    before = next((t for k, t in reversed(pieces[:index]) if k in ("date", "elapsed")), "")
    after = next((t for k, t in pieces[index + 1 :] if k in ("date", "elapsed")), "")
    is_minute = before.lstrip("[")[:1] in ("h", "H") or after.lstrip("[")[:1] in ("s", "S")
    return "minute" if is_minute else "month"


def _zeros(pieces: Sequence[tuple[str, str]], start: int) -> int:
    count = 0
    while start + count < len(pieces) and pieces[start + count] == ("token", "0"):
        count += 1
    return count


def _is_second(parts: Sequence[tuple[str, str]]) -> bool:
    return bool(parts) and parts[-1][0] in ("date", "elapsed") and parts[-1][1][0] == "s"


def _padded(number: int, token: str) -> str:
    return f"{number:0{len(token)}d}" if len(token) > 1 else str(number)


def _month(token: str, moment: serial.Moment) -> str:
    name = serial.MONTHS[moment.day.month - 1]
    if len(token) <= 2:
        return _padded(moment.day.month, token)
    return {3: name[:3], 5: name[0]}.get(len(token), name)


def _half(token: str, moment: serial.Moment) -> str:
    if len(token) == 3:
        half = "ap"[moment.hour >= 12]
        return half.upper() if token[0] == "A" else half
    return "PM" if moment.hour >= 12 else "AM"


def _day_or_year(token: str, moment: serial.Moment) -> str:
    if token[0] == "y":
        return f"{moment.day.year % 100:02d}" if len(token) <= 2 else f"{moment.day.year:04d}"
    if len(token) <= 2:
        return _padded(moment.day.day, token)
    name = serial.WEEKDAYS[moment.day.weekday()]
    return name[:3] if len(token) == 3 else name
