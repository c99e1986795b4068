"""`python -m sheets_dialer.sandbox`: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .server import serve
from .store import StoreError


def main(arguments: list[str] | None = None) -> int:
    """Serves until stopped; prints the address when ready. 2 when it can't start."""
    parser = argparse.ArgumentParser(
        prog="python -m sheets_dialer.sandbox",
        description="A loopback Google Sheets, Drive and Robo Call portal.",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0: a free one")
    parser.add_argument("--dir", type=Path, help="directory that keeps the state")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast the portal's calls run")
    parser.add_argument("--seed", type=int, default=0, help="of everything random")
    options = parser.parse_args(arguments)
    try:
        serve(
            port=options.port,
            directory=options.dir,
            speed=options.speed,
            seed=options.seed,
            on_ready=lambda url: print(url, flush=True),
        )
    except (OSError, ValueError, StoreError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
