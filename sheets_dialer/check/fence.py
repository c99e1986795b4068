"""Proves on the real sheet what the token's fence rests on (see `token`).

It adds named ranges of names of its own on one header cell, and takes them away again. It reads and
changes no cell.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..base.errors import SheetRefused, SheetUnreachable
from ..tabs.fencing_token import PREFIX
from ..texts import say
from .finding import Finding, fault, ok, service_fault, warning
from .google import GoogleProbe, Refused

_REMEDY = (
    "Keep Control at PAUSE and run check again. If it says the same, don't dial from this sheet, "
    "and tell whoever looks after this program."
)
_AGAIN = "Run check again in a few minutes."
_AT_ONCE = 4
_ROUNDS = 3
_CHAINED = 10
_SHOWN = "replies,updatedSpreadsheet.namedRanges(namedRangeId,name)"
_FIRST_REQUEST = "requests[0]"


class FenceProof:
    """One proof on one spreadsheet. `word` makes its names its own: a few random letters."""

    def __init__(self, google: GoogleProbe, spreadsheet: str, what: str, word: str) -> None:
        self._google = google
        self._spreadsheet = spreadsheet
        self._what = what
        self._word = word
        self._cell: dict[str, int] = {}
        self._left: set[str] = set()
        self.unsafe: str | None = None
        """After the proof: why dialling isn't safe, by the name of a sentence in `texts`; empty
        when it is, None when it isn't known."""
        self._broken: list[str] = []
        self._words = ""
        """Google's own for what it refused last."""

    def prove(self, sheet_id: int, column: int) -> list[Finding]:
        """Tries each property on the header cell of a column, and tidies up whatever happens."""
        self._cell = {
            "sheetId": sheet_id,
            "startRowIndex": 0,
            "endRowIndex": 1,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        findings: list[Finding] = []
        try:
            self._try_each(findings.append)
            self.unsafe = ""
        except SheetUnreachable as error:
            findings.append(self._unproven(str(error)))
        except SheetRefused as error:
            findings.append(self._not_allowed(error))
        finally:
            left = self._tidy_up()
        if self._broken:
            self.unsafe = self._broken[0]
        if left:
            findings.append(
                warning(
                    self._what,
                    f"Named ranges of this check were left in the sheet: {PREFIX}_check_"
                    f"{self._word}… They do no harm.",
                    "Remove them in the sheet under Data > Named ranges.",
                )
            )
        return findings

    def _try_each(self, add: Callable[[Finding], None]) -> None:
        first = self._name(1)
        reply = self._send(self._add(first, self._id(1)))
        if reply is None:
            add(self._unsafe("unsafe_no_ranges"))
            return
        kept = reply[0]["addNamedRange"]["namedRange"]["namedRangeId"]
        add(
            self._verdict(
                kept == self._id(1),
                "Google keeps the id that is chosen for a named range.",
                "unsafe_other_id",
            )
        )
        add(
            self._verdict(
                self._send(self._add(first, self._id(2))) is None,
                "Google refuses a second named range of the same name.",
                "unsafe_same_name",
            )
        )
        swapped = self._send(self._delete(kept), self._add(self._name(3), self._id(3)))
        add(
            self._verdict(
                swapped is not None,
                "Google deletes one named range and adds another in one step.",
                "unsafe_no_swap",
            )
        )
        if swapped is None:
            self._send(self._delete(kept))
        refused = self._send(self._delete(kept)) is None
        add(
            self._verdict(
                refused,
                "Google refuses to delete a named range twice.",
                "unsafe_deleted_twice",
            )
        )
        if refused:
            self._send(self._add(self._name(4), self._id(4)), self._delete(kept))
            add(
                self._verdict(
                    self._name(4) not in self._listed().values(),
                    "Google applies nothing of a batch in which one request is refused.",
                    "unsafe_in_part",
                )
            )
        if swapped is not None and "unsafe_other_id" not in self._broken:
            self._try_swaps(add)

    def _try_swaps(self, add: Callable[[Finding], None]) -> None:
        """Swaps as the dialer makes them: in a chain without a pause, and several of one token at
        the same moment."""
        self._send(self._add(self._name(10), self._id(10)))
        numbers = range(11, 11 + _CHAINED)
        *chain, last = (self._swap(number - 1, number) for number in numbers)
        chained = all(self._send(*each) is not None for each in chain)
        shown = self._shown_after(*last) if chained else None
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
                shown == self._listed(),
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
            self._send(*self._swap(won[0], before))
        add(
            self._verdict(
                set(counts) == {1},
                f"Of {_AT_ONCE} such changes at the same moment Google accepts one.",
                "unsafe_together",
            )
        )
        if set(counts) == {1} and _FIRST_REQUEST not in self._words:
            add(
                warning(
                    self._what,
                    "Google refuses a second dialer's write in other words than were known, so a "
                    f"pass may end with them: {self._words}",
                    "Tell whoever looks after this program. Dialling is safe.",
                )
            )

    def _contend(self, before: int, contenders: Sequence[int]) -> list[int]:
        """Has as many swaps of one name sent at the same moment; returns those accepted."""
        together = threading.Barrier(len(contenders))

        def swapped(number: int) -> bool:
            together.wait()
            return self._send(*self._swap(before, number)) is not None

        with ThreadPoolExecutor(len(contenders)) as pool:
            accepted = list(pool.map(swapped, contenders))
        return [number for number, is_in in zip(contenders, accepted, strict=True) if is_in]

    def _shown_after(self, *requests: dict[str, Any]) -> dict[str, str] | None:
        """This proof's named ranges, as the answer to this very batch shows them."""
        answer: list[dict[str, Any]] = []
        if self._send(*requests, shows=answer) is None:
            return None
        (shown,) = answer
        return self._mine(shown.get("updatedSpreadsheet", {}))

    def _send(
        self, *requests: dict[str, Any], shows: list[dict[str, Any]] | None = None
    ) -> list[dict[str, Any]] | None:
        """One batch: its replies, or None where Google refused it. `shows` takes the answer, with
        the named ranges that there are by then.

        Raises:
            Refused: for another reason than what the batch holds.
            SheetUnreachable: there is no clear answer.
        """
        added = {each["addNamedRange"]["namedRange"]["namedRangeId"] for each in _adds(requests)}
        self._left |= added  # until it is known that they aren't there
        try:
            body: dict[str, Any] = {"requests": list(requests)}
            asked = {} if shows is None else {"params": {"fields": _SHOWN}}
            if shows is not None:
                body["includeSpreadsheetInResponse"] = True
            answer = self._google.ask("post", self._spreadsheet, ":batchUpdate", json=body, **asked)
            if shows is not None:
                shows.append(answer)
        except Refused as error:
            self._words = error.words
            self._left -= added
            if error.code != 400:
                raise
            return None
        replies = answer.get("replies")
        if not isinstance(replies, list) or len(_adds(replies)) != len(added):
            raise SheetUnreachable("Google Sheets gave no clear answer.")
        self._left -= added
        self._left |= {
            each["addNamedRange"]["namedRange"]["namedRangeId"] for each in _adds(replies)
        }
        for request in requests:
            self._left.discard(request.get("deleteNamedRange", {}).get("namedRangeId"))
        return replies

    def _tidy_up(self) -> bool:
        """Takes away what the proof added; whether something may have been left."""
        mine = set(self._left)
        left = False
        try:
            mine |= set(self._listed())
        except (SheetUnreachable, SheetRefused):
            left = bool(mine)
        for range_id in sorted(mine):
            try:
                self._send(self._delete(range_id))
            except (SheetUnreachable, SheetRefused):
                left = True
        return left

    def _listed(self) -> dict[str, str]:
        """This proof's named ranges as Google lists them: names by id."""
        answer = self._google.ask(
            "get", self._spreadsheet, "", params={"fields": "namedRanges(namedRangeId,name)"}
        )
        return self._mine(answer)

    def _mine(self, answer: Mapping[str, Any]) -> dict[str, str]:
        beginning = f"{PREFIX}_check_{self._word}"
        return {
            each["namedRangeId"]: each["name"]
            for each in answer.get("namedRanges", [])
            if each["name"].startswith(beginning)
        }

    # At least as long as the longest token's, and none that a dialer takes for a token.
    def _name(self, number: int) -> str:
        return f"{PREFIX}_check_{self._word}_{number:015}_prf"

    def _id(self, number: int) -> str:
        return f"sdcheck{self._word}x{number:015}xprf"

    def _swap(self, before: int, after: int) -> list[dict[str, Any]]:
        return [
            self._delete(self._id(before)),
            self._add(self._name(after), self._id(after)),
        ]

    def _add(self, name: str, range_id: str) -> dict[str, Any]:
        named = {"namedRangeId": range_id, "name": name, "range": self._cell}
        return {"addNamedRange": {"namedRange": named}}

    def _delete(self, range_id: str) -> dict[str, Any]:
        return {"deleteNamedRange": {"namedRangeId": range_id}}

    def _verdict(self, holds: bool, good: str, bad: str) -> Finding:
        return ok(self._what, good) if holds else self._unsafe(bad)

    def _unsafe(self, name: str) -> Finding:
        self._broken.append(name)
        words = f" Google's last refusal said: {self._words}" if self._words else ""
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
            f"Open the sheet, press Share and make {self._google.account} an editor.",
        )


def _adds(requests_or_replies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in requests_or_replies if "addNamedRange" in each]
