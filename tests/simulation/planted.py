"""Faults planted in the program, each of which takes away what keeps one promise: proof that a
simulation would see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sheets_dialer.dialing.outcome_keeper import OutcomeKeeper
from sheets_dialer.domain.attempt import AttemptState
from sheets_dialer.google_sheets import QueueTab, queue_tab
from sheets_dialer.google_sheets.fence_requests import put
from sheets_dialer.planning import matching

from . import run

Plant = Callable[[pytest.MonkeyPatch], None]


def a_lost_fence_check(patch: pytest.MonkeyPatch) -> None:
    """A write puts its token without taking the old one away, and doesn't look for others."""
    patch.setattr(
        queue_tab, "swap", lambda sheet_id, place, _before, after: put(sheet_id, place, after)
    )
    patch.setattr(queue_tab, "tokens_in_answer", lambda *_arguments: [])


def a_reply_not_committed(patch: pytest.MonkeyPatch) -> None:
    """The portal's reply to a dial is followed, but not kept."""
    kept = OutcomeKeeper.commit

    def commit(self: OutcomeKeeper, step: Any) -> Any:
        moves = [move for move in step.moves if move.target is not AttemptState.PLACED]
        return kept(self, replace(step, moves=moves))

    patch.setattr(OutcomeKeeper, "commit", commit)


def an_old_read_heard(patch: pytest.MonkeyPatch) -> None:
    """The token is read apart from the rows, so that rows which lag behind aren't known as such.
    (To hear the old token too would call nobody: the write that follows is refused.)"""
    read = QueueTab.read
    patch.setattr(QueueTab, "read", lambda self: replace(read(self), token=read(self).token))


def a_gap_not_kept(patch: pytest.MonkeyPatch) -> None:
    """The same call is made again at once where another row asks for it."""
    patch.setattr(run, "POLICY", replace(run.POLICY, same_call_gap=timedelta(0)))


def a_wrong_row_matched(patch: pytest.MonkeyPatch) -> None:
    """A row is its Ref alone, whatever stands beside it."""
    take = matching._Matching._take

    def take_any(self: Any, rows: Any, job_of: Any, *_fits: object) -> Any:
        return take(self, rows, job_of, lambda _row, _job: True)

    patch.setattr(matching._Matching, "_take", take_any)


PLANTS: dict[str, Plant] = {
    plant.__name__.replace("_", " "): plant
    for plant in (
        a_lost_fence_check,
        a_reply_not_committed,
        an_old_read_heard,
        a_gap_not_kept,
        a_wrong_row_matched,
    )
}
PLANTED = tuple(PLANTS)


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The program with that fault."""
    with pytest.MonkeyPatch.context() as patch:
        PLANTS[name](patch)
        yield
