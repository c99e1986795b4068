"""The spreadsheets that exist, who may see them, and what they looked like a moment ago."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import compress
from operator import is_not

from .errors import not_found, permission_denied
from .model import Json, Row, Workbook

HISTORY_SECONDS = 300.0
HISTORY_BYTES = 128_000_000
"""About how much memory one document's past may take. The version before the present one is
remembered whatever its size."""
_ROW_BYTES = 16
"""A version of a tab shares its rows with the next, but has two lists with a place for each."""
_CELL_BYTES = 130
"""What a cell takes that only the past still has (measured, with a short text of its own)."""
_FEW_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Past:
    """A state that was replaced, and about how many bytes remembering it takes."""

    replaced_at: float
    workbook: Workbook
    size: int


@dataclass(slots=True)
class Document:
    """One spreadsheet: its present state, its recent past and its permissions.

    `permissions` holds Drive's Permission JSON by id. Times are seconds since 1970.
    """

    id: str
    workbook: Workbook
    owner: str
    created_at: float
    modified_at: float
    permissions: dict[str, Json] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    history: deque[Past] = field(default_factory=deque)
    history_size: int = 0

    def aged(self, age: float, now: float) -> Workbook:
        """The state of `age` seconds ago; the oldest one remembered for a time before that."""
        self._follow_clock(now)
        moment = now - age
        current = self.workbook
        for past in reversed(self.history):
            if past.replaced_at <= moment:
                return current
            current = past.workbook
        return current

    def since(self, moment: float) -> Iterator[Workbook]:
        """The states that were replaced since that moment, the latest first."""
        for past in reversed(self.history):
            if past.replaced_at < moment:
                return
            yield past.workbook

    def commit(self, workbook: Workbook, now: float) -> None:
        """Makes the draft the present state and remembers the one that it replaces."""
        self._follow_clock(now)
        past = Past(now, self.workbook, _size_of_past(self.workbook, workbook))
        self.history.append(past)
        self.history_size += past.size
        while self.history[0].replaced_at < now - HISTORY_SECONDS or (
            self.history_size > HISTORY_BYTES and len(self.history) > 1
        ):
            self.history_size -= self.history.popleft().size
        self.workbook = workbook
        self.modified_at = now

    def _follow_clock(self, now: float) -> None:
        """Dates the past back when the clock was set back, so that no state was replaced in the
        future and each stays as long before the next as it was."""
        ahead = self.history[-1].replaced_at - now if self.history else 0.0
        if ahead > 0:
            self.history = deque(
                replace(past, replaced_at=past.replaced_at - ahead) for past in self.history
            )

    def role_of(self, account: str) -> str | None:
        """The account's highest Drive role; None for no access."""
        if account.casefold() == self.owner.casefold():
            return "owner"
        roles = {
            permission["role"]
            for permission in self.permissions.values()
            if _is_meant(permission, account.casefold())
        }
        return next((role for role in ("writer", "commenter", "reader") if role in roles), None)


def _is_meant(permission: Json, account: str) -> bool:
    if permission.get("type") == "domain":
        return account.endswith(f"@{permission['domain']}".casefold())
    subject = str(permission.get("emailAddress", "")).casefold()
    return permission.get("type") == "anyone" or subject == account


def _size_of_past(old: Workbook, new: Workbook) -> int:
    """About how many bytes it takes to remember the old state beside the new one."""
    sheets = {sheet.id: sheet for sheet in new}
    size = 0
    for sheet in old:
        now = sheets.get(sheet.id)
        lost = _lost(sheet.rows, now.rows if now else [])
        size += _ROW_BYTES * sheet.row_count + _CELL_BYTES * sum(map(len, lost))
    return size


def _lost(old: list[Row], new: list[Row]) -> list[Row]:
    """The rows that the new list doesn't have; of a few that only may have moved all."""
    lost = [*compress(old, map(is_not, old, new)), *old[len(new) :]]
    if len(lost) < _FEW_ROWS:
        return lost
    kept = set(map(id, new))
    return [row for row in lost if id(row) not in kept]


class Library:
    """All documents by id. `on_change` hears of each document after it was added or committed,
    and of its id alone after it was deleted, which is how the state reaches a file."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.on_change: Callable[[str, Document | None], None] = lambda _id, _document: None

    def add(self, document: Document) -> None:
        """Takes in a new document."""
        self.documents[document.id] = document
        self.on_change(document.id, document)

    def delete(self, document_id: str) -> None:
        """Forgets a document."""
        del self.documents[document_id]
        self.on_change(document_id, None)

    def commit(self, document: Document, workbook: Workbook, now: float) -> None:
        """Makes the draft the document's present state."""
        document.commit(workbook, now)
        self.on_change(document.id, document)

    def open(self, document_id: str, account: str, *, to_write: bool = False) -> Document:
        """The document, if the account may do that with it.

        Raises:
            GoogleError: 404 when it doesn't exist, 403 when it isn't shared with the account.
        """
        document = self.documents.get(document_id)
        if document is None:
            raise not_found()
        role = document.role_of(account)
        if role is None or (to_write and role not in {"owner", "writer"}):
            raise permission_denied()
        return document
