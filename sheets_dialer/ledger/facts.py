"""Every fact that one run leaves in the ledger for the next: its name, its type, how it is written.

A fact is one line of the table `facts`. No other module spells the name of one, or its text. What
an older version wrote is read here as it is, or brought up to date by `upgrades`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from ..domain.account import Account, Balance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One thing that is kept, by its name in the ledger, and how a value of it is read from text
    and written as one, which is never empty."""

    name: str
    read: Callable[[str], T]
    write: Callable[[T], str]


@dataclass(frozen=True, slots=True)
class HeardControl:
    """What Control said on a tab when it was last heard."""

    runs: bool
    paused_at: datetime | None = None
    """When the PAUSE that stands there was first seen. None where nobody has said RUN before it:
    it was set-up that paused, not a person."""


@dataclass(frozen=True, slots=True)
class LastProblem:
    """The last problem of a tab, in a sentence for people, and when it came."""

    sentence: str
    came_at: datetime
    is_over: bool = False
    """Whether it went away meanwhile, so that the same one would be a new one."""


def _text(name: str) -> Fact[str]:
    return Fact(name, str, str)


def _read_account(text: str) -> Account:
    rupees, rate, read_at, *username = json.loads(text)
    return Account(Balance(rupees, rate, *username), datetime.fromisoformat(read_at))


def _account_text(value: Account) -> str:
    known = value.balance
    return json.dumps([known.rupees, known.call_rate, value.read_at.isoformat(), known.username])


LEDGER_ID = _text("id")
"""A few letters that tell this ledger's tokens from another's."""
SCHEMA = _text("schema")
"""The version of the tables; no whole number where another program wrote it."""
HOLDER = _text("holder")
"""The mark of the process that took the ledger last (`exclusive_lock`)."""
SERVER = _text("server")
"""Which database server had the ledger when it was last taken (`postgres_server`)."""
AS_TYPED: Fact[bool] = Fact("fingerprints as typed", bool, lambda _value: "yes")
"""That some job's fingerprint still compares letter for letter."""
FORGOT_AT: Fact[datetime] = Fact("forgot old data at", datetime.fromisoformat, datetime.isoformat)
"""When numbers and texts of old calls were last forgotten, the whole round."""
KNOWN_ACCOUNT: Fact[Account] = Fact("account", _read_account, _account_text)
"""The portal's account as it was read last."""


def breaker(portal: str | None) -> Fact[str]:
    """How careful to be with the portal of this address, as `CircuitBreaker` writes itself. Earlier
    versions kept it under no address."""
    return _text(f"breaker: {portal}" if portal else "breaker")


def tab_id(spreadsheet: str, tab: str) -> Fact[int]:
    """The id that the queue tab of this title had when it was first read."""
    return Fact(f"tab: {spreadsheet}/{tab}", int, str)


def unsafe(tab: str) -> Fact[str]:
    """Why the fence doesn't hold on a tab, as `check` found, by the name of a sentence in `texts`.
    Whole sentences were kept by earlier versions (`fencing_token.unsafe_sentence`)."""
    return _text(f"unsafe {tab}")


VOICE_ASKED_FOR = "voice asked for "
"""How the facts begin that name the voice by which rows that name none are known again."""


def campaigns_voice(campaign: str) -> Fact[str]:
    """The voice that a campaign's rows ask for which name none."""
    return _text(f"{VOICE_ASKED_FOR}by {campaign}")


def tabs_voice(tab: str) -> Fact[str]:
    """The same by the tab, since a campaign may get another name."""
    return _text(f"{VOICE_ASKED_FOR}on {tab}")


def heard_control(tab: str) -> Fact[HeardControl]:
    """What Control said last on a tab."""
    return Fact(f"control: {tab}", _read_control, _control_text)


def last_problem(tab: str) -> Fact[LastProblem]:
    """The last problem of a tab."""
    return Fact(f"problem: {tab}", _read_problem, _problem_text)


def _read_control(text: str) -> HeardControl:
    word, _, moment = text.partition(" ")
    return HeardControl(word == "RUN", datetime.fromisoformat(moment) if moment else None)


def _control_text(value: HeardControl) -> str:
    if value.runs:
        return "RUN"
    return f"PAUSE {value.paused_at.isoformat()}" if value.paused_at else "PAUSE"


def _read_problem(text: str) -> LastProblem:
    sentence, came_at, *is_over = json.loads(text)
    return LastProblem(str(sentence), datetime.fromisoformat(came_at), bool(is_over and is_over[0]))


def _problem_text(value: LastProblem) -> str:
    kept = [value.sentence, value.came_at.isoformat(), value.is_over]
    return json.dumps(kept, ensure_ascii=False)
