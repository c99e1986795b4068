"""Proves on the real sheet what the token's fence rests on (see `token`).

It adds named ranges of names of its own on one header cell, and takes them away again. It reads and
changes no cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..errors import SheetRefused, SheetUnreachable
from ..texts import say
from ..token import PREFIX
from .finding import Finding, fault, ok, service_fault, warning
from .google import Google, Refused

_REMEDY = (
    "Keep Control at PAUSE and run check again. If it says the same, don't dial from this sheet, "
    "and tell whoever looks after this program."
)
_AGAIN = "Run check again in a few minutes."


class Fence:
    """One proof on one spreadsheet. `word` makes its names its own: a few random letters."""

    def __init__(self, google: Google, spreadsheet: str, what: str, word: str) -> None:
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

    def _send(self, *requests: dict[str, Any]) -> list[dict[str, Any]] | None:
        """One batch: its replies, or None where Google refused it.

        Raises:
            Refused: for another reason than what the batch holds.
            SheetUnreachable: there is no clear answer.
        """
        added = {each["addNamedRange"]["namedRange"]["namedRangeId"] for each in _adds(requests)}
        self._left |= added  # until it is known that they aren't there
        try:
            answer = self._google.ask(
                "post", self._spreadsheet, ":batchUpdate", json={"requests": list(requests)}
            )
        except Refused as error:
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
        beginning = f"{PREFIX}_check_{self._word}"
        return {
            each["namedRangeId"]: each["name"]
            for each in answer.get("namedRanges", [])
            if each["name"].startswith(beginning)
        }

    def _name(self, number: int) -> str:
        return f"{PREFIX}_check_{self._word}_{number}"

    def _id(self, number: int) -> str:
        return f"sdcheck{self._word}x{number}"

    def _add(self, name: str, range_id: str) -> dict[str, Any]:
        named = {"namedRangeId": range_id, "name": name, "range": self._cell}
        return {"addNamedRange": {"namedRange": named}}

    def _delete(self, range_id: str) -> dict[str, Any]:
        return {"deleteNamedRange": {"namedRangeId": range_id}}

    def _verdict(self, holds: bool, good: str, bad: str) -> Finding:
        return ok(self._what, good) if holds else self._unsafe(bad)

    def _unsafe(self, name: str) -> Finding:
        self._broken.append(name)
        return service_fault(self._what, say("unsafe", why=say(name)), _REMEDY)

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
