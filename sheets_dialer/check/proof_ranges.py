"""The named ranges by which the token's fence is proved, in a real spreadsheet: made under names of
their own, followed through every request, and taken away again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..base.errors import SheetRefused, SheetUnreachable
from ..tabs.fencing_token import PREFIX
from .google import GoogleProbe, Refused

_SHOWN = "replies,updatedSpreadsheet.namedRanges(namedRangeId,name)"


class ProofRanges:
    """One proof's named ranges, by their numbers, all on one header cell. `word` makes their names
    this proof's own: a few random letters."""

    def __init__(
        self, google: GoogleProbe, spreadsheet: str, word: str, *, sheet_id: int, column: int
    ) -> None:
        self._google = google
        self._spreadsheet = spreadsheet
        self._beginning = f"{PREFIX}_check_{word}"
        self._word = word
        self._cell = {
            "sheetId": sheet_id,
            "startRowIndex": 0,
            "endRowIndex": 1,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        self._left: set[str] = set()
        """The ids of those that may be in the sheet."""
        self.refusal = ""
        """Google's own words for what it refused last."""

    @property
    def account(self) -> str:
        """Who asks."""
        return self._google.account

    @property
    def names(self) -> str:
        """Their names, for people."""
        return f"{self._beginning}…"

    # Names and ids are at least as long as the longest token's, and none that a dialer takes for a
    # token.
    def name(self, number: int) -> str:
        """The name of a range."""
        return f"{self._beginning}_{number:015}_prf"

    def range_id(self, number: int) -> str:
        """The id of a range."""
        return f"sdcheck{self._word}x{number:015}xprf"

    def add(self, name: str, range_id: str) -> dict[str, Any]:
        """The request that adds one."""
        named = {"namedRangeId": range_id, "name": name, "range": self._cell}
        return {"addNamedRange": {"namedRange": named}}

    def delete(self, range_id: str) -> dict[str, Any]:
        """The request that deletes one."""
        return {"deleteNamedRange": {"namedRangeId": range_id}}

    def swap(self, before: int, after: int) -> list[dict[str, Any]]:
        """The requests that put one into another's place, as a dialer's write does."""
        return [
            self.delete(self.range_id(before)),
            self.add(self.name(after), self.range_id(after)),
        ]

    def send(
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
            self.refusal = error.words
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

    def shown_after(self, *requests: dict[str, Any]) -> dict[str, str] | None:
        """This proof's named ranges, as the answer to this very batch shows them."""
        answer: list[dict[str, Any]] = []
        if self.send(*requests, shows=answer) is None:
            return None
        (shown,) = answer
        return self._mine(shown.get("updatedSpreadsheet", {}))

    def listed(self) -> dict[str, str]:
        """This proof's named ranges as Google lists them: names by id."""
        answer = self._google.ask(
            "get", self._spreadsheet, "", params={"fields": "namedRanges(namedRangeId,name)"}
        )
        return self._mine(answer)

    def tidy_up(self) -> bool:
        """Takes away what the proof added; whether something may have been left."""
        mine = set(self._left)
        left = False
        try:
            mine |= set(self.listed())
        except (SheetUnreachable, SheetRefused):
            left = bool(mine)
        for range_id in sorted(mine):
            try:
                self.send(self.delete(range_id))
            except (SheetUnreachable, SheetRefused):
                left = True
        return left

    def _mine(self, answer: Mapping[str, Any]) -> dict[str, str]:
        return {
            each["namedRangeId"]: each["name"]
            for each in answer.get("namedRanges", [])
            if each["name"].startswith(self._beginning)
        }


def _adds(requests_or_replies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in requests_or_replies if "addNamedRange" in each]
