"""The program itself, in a hurry: its clock runs faster, and it waits less long for an answer.

Started like run.py, with three words before its own: by how much the clock is faster, since when
(in seconds since 1970, so that a second run goes on where the first was), and after how many real
seconds without an answer it gives a request up. An hour then passes in a minute, with every time
limit of the program as it is. Everything that any library logs goes to stderr, too.
"""

from __future__ import annotations

import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))


def main() -> None:
    """Sets clock and patience, then leaves everything to the program's command line."""
    speed, since, patience = map(float, sys.argv[1:4])
    del sys.argv[1:4]
    logging.basicConfig(level=logging.DEBUG)

    # What comes later copies the time-outs when it is imported.
    from sheets_dialer.base import timeouts  # noqa: PLC0415

    timeouts.PORTAL_READ_SECONDS = patience
    timeouts.SHEETS_READ_SECONDS = patience
    from sheets_dialer.app import cli, wiring  # noqa: PLC0415
    from sheets_dialer.base import clock  # noqa: PLC0415

    def fast_clock() -> clock.Clock:
        return clock.Clock(
            now=lambda: datetime.fromtimestamp(since + (time.time() - since) * speed, UTC),
            steady=lambda: time.monotonic() * speed,
        )

    vars(wiring)["Clock"] = fast_clock
    cli.main()


if __name__ == "__main__":
    main()
