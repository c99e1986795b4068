"""What is sent for one call, and by what two of them are known to be the same call."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from .amounts import heard_amount
from .spoken_sameness import heard


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is sent for one call. `number` is E.164 without the plus."""

    number: str
    voice_id: str
    amount: str = ""
    texts: tuple[str, ...] = ("", "", "", "", "")
    keys: tuple[str, ...] = ("", "", "", "", "")

    def fingerprint(self) -> str:
        """A short stable digest of what the customer would hear, however it was typed: two rows ask
        for the same call exactly if these are equal."""
        said = map(heard, (self.voice_id, *self.texts, *self.keys))
        parts = [self.number, heard_amount(self.amount), *said]
        return _HEARD + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def order(self) -> str:
        """A digest of number and Order ID alone: which customer's order it is, whatever else is
        said about it today."""
        parts = [self.number, heard(self.texts[1])]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def with_voice(self, voice_id: str) -> Content:
        """The same in another voice."""
        return replace(self, voice_id=voice_id)

    def fingerprint_as_typed(self) -> str:
        """The digest by which versions before ledger schema 3 told contents apart, letter for
        letter. A job whose texts the ledger has forgotten has no other."""
        parts = [self.number, self.voice_id, self.amount, *self.texts, *self.keys]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


_HEARD = "h"
"""What a fingerprint of what is heard begins with; those of letters are hexadecimal alone."""


def is_as_typed(fingerprint: str) -> bool:
    """Whether a fingerprint is an older version's, of contents compared letter for letter."""
    return not fingerprint.startswith(_HEARD)
