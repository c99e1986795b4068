"""The state file: one SQLite database that always holds what the sandbox has answered.

Each change is committed before it is answered. With a write-ahead log and synchronous=NORMAL a
commit costs no disk flush, survives the death of the process, and may lose the last moments only
when the whole machine dies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import compress
from operator import is_not
from pathlib import Path
from typing import Any

import orjson

from .codec import RowReader, document_from_json, document_to_json, dumps, row_to_json
from .google.library import Document
from .google.model import Row, Sheet, Workbook

_VERSION = 1
_SCHEMA = """
CREATE TABLE document (id TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE sheet_row (
    document_id TEXT NOT NULL,
    sheet_id INTEGER NOT NULL,
    row INTEGER NOT NULL,
    cells BLOB NOT NULL,
    PRIMARY KEY (document_id, sheet_id, row)
) WITHOUT ROWID;
CREATE TABLE portal_call (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id TEXT NOT NULL UNIQUE,
    data BLOB NOT NULL
);
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""


class StoreError(Exception):
    """The state file can't be used; the message says why and what to do."""


class Memory:
    """In place of a state file where nothing is to be kept: forgets everything at once."""

    def close(self) -> None:
        """Nothing to close."""

    def get(self, name: str) -> Any:
        """Nothing was kept."""
        del name

    def put(self, name: str, value: Any) -> None:
        """Forgets it."""

    def save_call(self, call_id: str, data: Any) -> None:
        """Forgets it."""

    def calls(self) -> list[Any]:
        """None were kept."""
        return []

    def save_document(self, document_id: str, document: Document | None) -> None:
        """Forgets it."""

    def documents(self) -> list[Document]:
        """None were kept."""
        return []


class Store:
    """The state file of one sandbox, which holds it alone."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it.

        Raises:
            StoreError: another sandbox holds it, or another version wrote it.
        """
        self._saved: dict[str, Workbook] = {}
        try:
            self._db = _opened(path)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreError(f"Another sandbox is running on {path.parent}.") from error
            raise StoreError(f"{path} can't be opened: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} is not a state file: {error}.") from error

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def get(self, name: str) -> Any:
        """A setting's value; None for one that was never put."""
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else orjson.loads(row[0])

    def put(self, name: str, value: Any) -> None:
        """Keeps a setting: any JSON."""
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, dumps(value)))

    def save_call(self, call_id: str, data: Any) -> None:
        """Keeps a call, in the place of its former state if there is one."""
        self._db.execute(
            "INSERT INTO portal_call (call_id, data) VALUES (?, ?)"
            " ON CONFLICT (call_id) DO UPDATE SET data = excluded.data",
            (call_id, dumps(data)),
        )

    def calls(self) -> list[Any]:
        """Every call in the order it was accepted."""
        rows = self._db.execute("SELECT data FROM portal_call ORDER BY position")
        return [orjson.loads(data) for (data,) in rows]

    def save_document(self, document_id: str, document: Document | None) -> None:
        """Keeps a document's present state, writing only the rows that changed; None deletes it."""
        with _transaction(self._db):
            if document is None:
                self._saved.pop(document_id, None)
                self._db.execute("DELETE FROM document WHERE id = ?", (document_id,))
                self._db.execute("DELETE FROM sheet_row WHERE document_id = ?", (document_id,))
                return
            self._db.execute(
                "INSERT OR REPLACE INTO document VALUES (?, ?)",
                (document_id, dumps(document_to_json(document))),
            )
            self._save_sheets(document_id, self._saved.get(document_id), document.workbook)
        self._saved[document_id] = document.workbook

    def documents(self) -> list[Document]:
        """Every document as it was last saved, the oldest first."""
        documents = []
        for document_id, data in self._db.execute("SELECT id, data FROM document"):
            rows = self._rows(document_id)
            document = document_from_json(document_id, orjson.loads(data), rows)
            self._saved[document_id] = document.workbook
            documents.append(document)
        return sorted(documents, key=lambda document: document.created_at)

    def _save_sheets(self, document_id: str, old: Workbook | None, new: Workbook) -> None:
        before = {sheet.id: sheet for sheet in old} if old else {}
        after = {sheet.id for sheet in new}
        for sheet_id in before.keys() - after:
            self._db.execute(
                "DELETE FROM sheet_row WHERE document_id = ? AND sheet_id = ?",
                (document_id, sheet_id),
            )
        for sheet in new:
            filled, emptied = _changes(before.get(sheet.id), sheet)
            key = (document_id, sheet.id)
            self._db.executemany(
                "INSERT OR REPLACE INTO sheet_row VALUES (?, ?, ?, ?)",
                ((*key, index, row_to_json(row)) for index, row in filled),
            )
            self._db.executemany(
                "DELETE FROM sheet_row WHERE document_id = ? AND sheet_id = ? AND row = ?",
                ((*key, index) for index in emptied),
            )

    def _rows(self, document_id: str) -> dict[int, dict[int, Row]]:
        reader = RowReader()
        rows: dict[int, dict[int, Row]] = {}
        found = self._db.execute(
            "SELECT sheet_id, row, cells FROM sheet_row WHERE document_id = ?", (document_id,)
        )
        for sheet_id, index, cells in found:
            rows.setdefault(sheet_id, {})[index] = reader.row(cells)
        return rows


def _opened(path: Path) -> sqlite3.Connection:
    """The database with its tables, locked for this process alone."""
    db = sqlite3.connect(path, timeout=1.0, isolation_level=None)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        with _transaction(db):
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                raise StoreError(
                    f"{path} is of version {version}, this sandbox writes version {_VERSION}."
                    " Take another directory."
                )
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _changes(old: Sheet | None, new: Sheet) -> tuple[list[tuple[int, Row]], list[int]]:
    """The rows that are filled and weren't there like this before, and those that are gone.

    Rows that stayed are the same objects, and a sheet may have a hundred thousand of them: they
    are skipped without a step of Python each.
    """
    before = old.rows if old else []
    after = new.rows
    both = min(len(before), len(after))
    differing = list(compress(range(both), map(is_not, before, after)))
    differing += range(both, len(after))
    filled = [(index, after[index]) for index in differing if after[index]]
    emptied = [index for index in differing if index < both and not after[index]]
    emptied += [index for index in range(both, len(before)) if before[index]]
    return filled, emptied
