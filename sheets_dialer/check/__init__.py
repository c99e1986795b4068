"""The check: looks at everything that dialling needs, calls nobody, and says what to do.

A step that fails hides no other that can still be taken, and what several campaigns share is said
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from .finding import Finding, Level, Side, fault, ok, warning
from .local import ledger, network
from .portal import examine_portal
from .spreadsheets import Remember, examine_google
from .subject import GoogleAccount, PortalAccount, Subject, Tab

__all__ = [
    "Finding",
    "GoogleAccount",
    "Level",
    "PortalAccount",
    "Side",
    "Subject",
    "Tab",
    "examine",
    "exit_code",
    "fault",
    "ok",
    "warning",
]


def examine(subject: Subject, new_word: Callable[[], str], remember: Remember) -> Iterator[Finding]:
    """Every finding, as soon as it is made.

    `new_word` gives a few random letters each time. `remember` hears of each tab why dialling it
    isn't safe, or an empty word where it is.
    """
    key = subject.portal.api_key() if subject.portal and subject.portal.api_key else ""
    said: set[tuple[str, str]] = set()
    for finding in _each(subject, new_word, remember):
        told = _without(finding, key)
        if (told.what, told.sentence) not in said:
            said.add((told.what, told.sentence))
            yield told


def _each(subject: Subject, new_word: Callable[[], str], remember: Remember) -> Iterable[Finding]:
    if subject.ledger:
        yield from ledger(subject.ledger, new_word())
    surroundings = tuple(network(subject.portal.base_url if subject.portal else None))
    yield from surroundings
    if any(each.level is Level.FAULT for each in surroundings):
        return  # no connection can be made without certificates
    if subject.google:
        yield from examine_google(subject.google, subject.tabs, new_word, remember)
    if subject.portal:
        yield from examine_portal(subject.portal)


def exit_code(findings: Iterable[Finding]) -> int:
    """What `check` ends with: what a person can put right comes before what a service refuses."""
    sides = {finding.side for finding in findings if finding.level is Level.FAULT}
    if Side.SET_UP in sides:
        return 2
    return 3 if sides else 0


def _without(finding: Finding, key: str) -> Finding:
    """The finding without the portal's key, should a service have repeated it."""
    if not key or key not in finding.sentence:
        return finding
    return replace(finding, sentence=finding.sentence.replace(key, "…"))
