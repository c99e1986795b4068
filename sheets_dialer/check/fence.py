"""Proves on the real sheet what the token's fence rests on (see `fencing_token`).

It adds named ranges of names of its own on one header cell, and takes them away again. It reads and
changes no cell.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ..base.errors import SheetRefused, SheetUnreachable
from ..texts import say
from .finding import Finding, fault, ok, service_fault, warning
from .google import Refused
from .proof_ranges import ProofRanges

_REMEDY = (
    "Keep Control at PAUSE and run check again. If it says the same, don't dial from this sheet, "
    "and tell whoever looks after this program."
)
_AGAIN = "Run check again in a few minutes."
_AT_ONCE = 4
_ROUNDS = 3
_CHAINED = 10
_FIRST_REQUEST = "requests[0]"


class FenceProof:
    """One proof, by named ranges of its own; its findings are about `what`."""

    def __init__(self, ranges: ProofRanges, what: str) -> None:
        self._ranges = ranges
        self._what = what
        self._broken: list[str] = []
        self.unsafe: str | None = None
        """After the proof: why dialling isn't safe, by the name of a sentence in `texts`; empty
        when it is, None when it isn't known."""

    def prove(self) -> list[Finding]:
        """Tries each property, and tidies up whatever happens."""
        findings: list[Finding] = []
        try:
            self._try_each(findings.append)
            self.unsafe = ""
        except SheetUnreachable as error:
            findings.append(self._unproven(str(error)))
        except SheetRefused as error:
            findings.append(self._not_allowed(error))
        finally:
            left = self._ranges.tidy_up()
        if self._broken:
            self.unsafe = self._broken[0]
        if left:
            findings.append(
                warning(
                    self._what,
                    f"Named ranges of this check were left in the sheet: {self._ranges.names} They "
                    "do no harm.",
                    "Remove them in the sheet under Data > Named ranges.",
                )
            )
        return findings

    def _try_each(self, add: Callable[[Finding], None]) -> None:
        ranges = self._ranges
        first = ranges.name(1)
        reply = ranges.send(ranges.add(first, ranges.range_id(1)))
        if reply is None:
            add(self._unsafe("unsafe_no_ranges"))
            return
        kept = reply[0]["addNamedRange"]["namedRange"]["namedRangeId"]
        add(
            self._verdict(
                kept == ranges.range_id(1),
                "Google keeps the id that is chosen for a named range.",
                "unsafe_other_id",
            )
        )
        add(
            self._verdict(
                ranges.send(ranges.add(first, ranges.range_id(2))) is None,
                "Google refuses a second named range of the same name.",
                "unsafe_same_name",
            )
        )
        swapped = ranges.send(ranges.delete(kept), ranges.add(ranges.name(3), ranges.range_id(3)))
        add(
            self._verdict(
                swapped is not None,
                "Google deletes one named range and adds another in one step.",
                "unsafe_no_swap",
            )
        )
        if swapped is None:
            ranges.send(ranges.delete(kept))
        refused = ranges.send(ranges.delete(kept)) is None
        add(
            self._verdict(
                refused,
                "Google refuses to delete a named range twice.",
                "unsafe_deleted_twice",
            )
        )
        if refused:
            ranges.send(ranges.add(ranges.name(4), ranges.range_id(4)), ranges.delete(kept))
            add(
                self._verdict(
                    ranges.name(4) not in ranges.listed().values(),
                    "Google applies nothing of a batch in which one request is refused.",
                    "unsafe_in_part",
                )
            )
        if swapped is not None and "unsafe_other_id" not in self._broken:
            self._try_swaps(add)

    def _try_swaps(self, add: Callable[[Finding], None]) -> None:
        """Swaps as the dialer makes them: in a chain without a pause, and several of one token at
        the same moment."""
        ranges = self._ranges
        ranges.send(ranges.add(ranges.name(10), ranges.range_id(10)))
        numbers = range(11, 11 + _CHAINED)
        *chain, last = (ranges.swap(number - 1, number) for number in numbers)
        chained = all(ranges.send(*each) is not None for each in chain)
        shown = ranges.shown_after(*last) if chained else None
        add(
            self._verdict(
                shown is not None,
                f"Google makes {_CHAINED} such changes one behind the other.",
                "unsafe_no_chain",
            )
        )
        if shown is None:
            return
        add(
            self._verdict(
                shown == ranges.listed(),
                "Google's answer to a write shows what a read shows.",
                "unsafe_answer",
            )
        )
        before, counts = numbers[-1], []
        for _ in range(_ROUNDS):
            contenders = range(before + 1, before + 1 + _AT_ONCE)
            won = self._contend(before, contenders)
            counts.append(len(won))
            if counts[-1] != 1:
                break
            before = won[0] + _AT_ONCE
            ranges.send(*ranges.swap(won[0], before))
        add(
            self._verdict(
                set(counts) == {1},
                f"Of {_AT_ONCE} such changes at the same moment Google accepts one.",
                "unsafe_together",
            )
        )
        if set(counts) == {1} and _FIRST_REQUEST not in ranges.refusal:
            add(
                warning(
                    self._what,
                    "Google refuses a second dialer's write in other words than were known, so a "
                    f"pass may end with them: {ranges.refusal}",
                    "Tell whoever looks after this program. Dialling is safe.",
                )
            )

    def _contend(self, before: int, contenders: Sequence[int]) -> list[int]:
        """Has as many swaps of one name sent at the same moment; returns those accepted."""
        together = threading.Barrier(len(contenders))

        def swapped(number: int) -> bool:
            together.wait()
            return self._ranges.send(*self._ranges.swap(before, number)) is not None

        with ThreadPoolExecutor(len(contenders)) as pool:
            accepted = list(pool.map(swapped, contenders))
        return [number for number, is_in in zip(contenders, accepted, strict=True) if is_in]

    def _verdict(self, holds: bool, good: str, bad: str) -> Finding:
        return ok(self._what, good) if holds else self._unsafe(bad)

    def _unsafe(self, name: str) -> Finding:
        self._broken.append(name)
        words = (
            f" Google's last refusal said: {self._ranges.refusal}" if self._ranges.refusal else ""
        )
        return service_fault(self._what, say("unsafe", why=say(name)), _REMEDY + words)

    def _unproven(self, why: str) -> Finding:
        return service_fault(
            self._what, f"Whether dialling is safe on this sheet couldn't be tried. {why}", _AGAIN
        )

    def _not_allowed(self, error: SheetRefused) -> Finding:
        if not isinstance(error, Refused) or error.code != 403:
            return self._unproven(str(error))
        return fault(
            self._what,
            "The service account may read the sheet but not write to it.",
            f"Open the sheet, press Share and make {self._ranges.account} an editor.",
        )
