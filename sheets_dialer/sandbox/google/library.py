"""The spreadsheets that exist, who may see them, and what they looked like a moment ago."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import not_found, permission_denied
from .model import Json, Workbook

HISTORY_SECONDS = 300.0
HISTORY_ROWS = 4_000_000
"""How many rows, counted over all remembered versions, one document's past may hold: a version of
a sheet shares its rows with the next but keeps a list of them, eight bytes each."""


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
    history: deque[tuple[float, Workbook]] = field(default_factory=deque)
    _history_rows: int = 0

    def as_of(self, moment: float) -> Workbook:
        """The state that was current then; the oldest one remembered for a time before that."""
        current = self.workbook
        for replaced_at, workbook in reversed(self.history):
            if replaced_at <= moment:
                return current
            current = workbook
        return current

    def commit(self, workbook: Workbook, now: float) -> None:
        """Makes the draft the present state and remembers the one that it replaces."""
        self.history.append((now, self.workbook))
        self._history_rows += _rows(self.workbook)
        while self.history and (
            self._history_rows > HISTORY_ROWS or self.history[0][0] < now - HISTORY_SECONDS
        ):
            _, forgotten = self.history.popleft()
            self._history_rows -= _rows(forgotten)
        self.workbook = workbook
        self.modified_at = now

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


def _rows(workbook: Workbook) -> int:
    return sum(sheet.row_count for sheet in workbook)


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
