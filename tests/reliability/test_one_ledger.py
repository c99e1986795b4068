"""Many processes on one ledger: cron starts `once` while the last one still runs, and a person
starts another by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.support import judge
from tests.support.judge import Caught
from tests.support.offices import Offices

NUMBERS = tuple(judge.FATES)
AT_ONCE = 4
DONE, HELD = 0, 4


def started_together(offices: Offices) -> list[str]:
    """Four `once` and a `start` at the same moment on a ledger that is yet to be made."""
    office = offices.open(NUMBERS)
    with ExitStack() as stack:
        programs = [
            stack.enter_context(office.program(*words))
            for words in [("once", "--for", "30")] * 4 + [("start", "--until-done")]
        ]
        codes = [program.end() for program in programs]
        said = programs[0].said()
    faults = judge.faults(office, Caught(), fates=judge.FATES)
    if not set(codes) <= {DONE, HELD} or DONE not in codes:
        faults.append(f"they ended with {codes}; they said:\n{said}")
    return faults


def test_processes_on_one_ledger_call_nobody_twice_and_none_is_left_uncalled(
    offices: Offices, full: bool
) -> None:
    rounds = range(100 if full else 4)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda _: started_together(offices), rounds))
    assert [faults for faults in found if faults] == []
