"""The token of a queue tab: what makes a write succeed only if nobody wrote since the read.

It is the id of a named range, and stands in the Ref column's header too, so that reading the rows
reads the token. Google refuses to delete a named range that is gone and applies a batch whole or
not at all; a batch that begins by deleting the token it was planned from is a compare-and-swap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..texts import say

PREFIX = "SheetsDialer"
_FORM = re.compile(
    r"sd(?P<ledger>[a-z0-9]{8})x(?P<counter>[0-9]{1,15})(?:x(?P<writer>[a-z0-9]{4}))?"
)


@dataclass(frozen=True, slots=True)
class Token:
    """Who wrote last, and how many writes the tab has seen.

    A ledger that was copied counts on under the same id on two machines; `writer` tells the runs
    apart that use it.
    """

    ledger_id: str
    counter: int
    writer: str = ""

    @property
    def id(self) -> str:
        """The named range's id, which is also the text behind ``Ref`` in the header."""
        return f"sd{self.ledger_id}x{self.counter}" + (f"x{self.writer}" if self.writer else "")

    @property
    def name(self) -> str:
        """The named range's name: new for each token, since Google was seen to refuse a name that
        was deleted a moment ago (one report)."""
        return "_".join(filter(None, (PREFIX, self.ledger_id, str(self.counter), self.writer)))

    @property
    def header(self) -> str:
        """What the Ref column's header cell says."""
        return f"Ref {self.id}"


def read_token(text: str | None) -> Token | None:
    """The token that a header or named-range id spells; None where it spells none."""
    found = _FORM.fullmatch(text or "")
    return Token(found["ledger"], int(found["counter"]), found["writer"] or "") if found else None


def unsafe_sentence(why: str | None) -> str | None:
    """Why the fence doesn't hold on a tab, for people, by the name of a sentence as `check` leaves
    it in the ledger (`facts.unsafe`); None where it holds."""
    # Whole sentences were kept by earlier versions.
    return say("unsafe", why=say(why)) if why and why.startswith("unsafe_") else why


def anchor_name(sheet_id: int) -> str:
    """The name of the range that is added once and never deleted: Google refuses a second one, so
    that a stale belief that there is no token yet can't succeed."""
    return f"{PREFIX}_anchor_{sheet_id}"
