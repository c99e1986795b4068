"""How a pass over all campaigns ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..base.errors import DialerError, PortalError
from ..planning.plan import Plan


@dataclass(frozen=True, slots=True)
class PassResult:
    """How a pass ended. `problems` holds, by campaign, what a person must know, `plans` what was
    planned."""

    problems: Mapping[str, DialerError]
    plans: Mapping[str, Plan]
    portal_problem: PortalError | None = None
    """What the portal said or didn't say when it was asked for the balance."""
    states: Mapping[str, str] = field(default_factory=dict)
    """By campaign, how it stands, in the sentence that the Dialer tab says."""

    @property
    def soon(self) -> bool:
        """Whether the next pass should follow at once: more rows changed than one pass takes, or
        calls that others made are to be followed."""
        return any(made.adoptions or not made.complete for made in self.plans.values())

    @property
    def ready_at(self) -> datetime | None:
        """When the first of the rows that could be called now has stood for long enough as it is;
        None when none waits for that alone."""
        moments = [made.ready_at for made in self.plans.values() if made.ready_at is not None]
        return min(moments, default=None)

    @property
    def nothing_left(self) -> bool:
        """Whether every row of every campaign is settled."""
        return not self.problems and all(made.nothing_left for made in self.plans.values())

    @property
    def only_hours_left(self) -> bool:
        """Whether all that is left to do waits for the calling hours."""
        return not self.problems and all(made.only_hours_left for made in self.plans.values())

    @property
    def rest(self) -> timedelta:
        """How long the next pass may be away: the campaign that is most in a hurry says."""
        if self.problems or not self.plans:
            return timedelta(0)
        return min(made.rest for made in self.plans.values())

    def nothing_due(self, before: datetime) -> bool:
        """Whether no row can be called and no call must be asked about before that moment."""
        return not self.problems and all(made.nothing_due(before) for made in self.plans.values())

    @property
    def sentence(self) -> str:
        """How every queue stands, in one line."""
        lines = dict(self.states)
        lines |= {name: str(problem) for name, problem in self.problems.items()}
        return " ".join(f"{name}: {line}" for name, line in lines.items())
