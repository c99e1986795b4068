"""What a check found: one sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Level(StrEnum):
    """How bad it is. Nobody can be called properly while there is a fault."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Side(StrEnum):
    """Where a fault lies: with the configuration and the sheet, or with a service."""

    SET_UP = "set-up"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `remedy` says what to do; it is empty where nothing is."""

    what: str
    level: Level
    sentence: str
    remedy: str = ""
    side: Side = Side.SET_UP

    def to_json(self) -> dict[str, str]:
        """The finding as `check --json` prints it."""
        return {
            "what": self.what,
            "level": self.level.value,
            "sentence": self.sentence,
            "remedy": self.remedy,
        }


Findings: TypeAlias = Iterable[Finding]


def ok(what: str, sentence: str) -> Finding:
    """It is as it should be."""
    return Finding(what, Level.OK, sentence)


def warning(what: str, sentence: str, remedy: str) -> Finding:
    """It works, but something about it should be changed."""
    return Finding(what, Level.WARNING, sentence, remedy)


def fault(what: str, sentence: str, remedy: str) -> Finding:
    """The configuration, this machine or the sheet must be put right."""
    return Finding(what, Level.FAULT, sentence, remedy)


def service_fault(what: str, sentence: str, remedy: str) -> Finding:
    """A service refused or can't be reached."""
    return Finding(what, Level.FAULT, sentence, remedy, Side.SERVICE)
