"""Everything that Google mints, from one seeded source."""

from __future__ import annotations

import random
import string

_ID_LETTERS = string.ascii_letters + string.digits + "-_"


class Ids:
    """Mints ids that look like Google's; the same seed mints the same ones."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def file(self) -> str:
        """A Drive file id: 44 characters that begin with a 1."""
        return "1" + "".join(self._source.choices(_ID_LETTERS, k=43))

    def number(self) -> int:
        """An id of a sheet, protected range, filter view or chart: a positive 31-bit number."""
        return self._source.randrange(1, 2**31)

    def named_range(self) -> str:
        """A named-range id: a number as text (recorded)."""
        return str(self.number())
