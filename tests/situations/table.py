"""The table's rows: situations, and the sentences that the sheet says in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.situations.stage import Stage

Act = Callable[[Stage], None]
Says = str | tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    """Something that happens around one sheet.

    `says` has, for each thing about it that a shopkeeper would notice, the names of the sentences
    which the sheet then says.
    """

    name: str
    happens: Act
    says: Mapping[str, Says]

    def sentences(self) -> frozenset[str]:
        """The names of all of them."""
        said = ((one,) if isinstance(one, str) else one for one in self.says.values())
        return frozenset().union(*said)


SITUATIONS: list[Situation] = []


def in_the_sheet(name: str, says: Mapping[str, Says]) -> Callable[[Act], Act]:
    """What the function below does leads to these sentences in the sheet."""

    def add(happens: Act) -> Act:
        SITUATIONS.append(Situation(name, happens, says))
        return happens

    return add
