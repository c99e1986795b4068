"""What every command that works with real parts does around them: building, showing, exit codes."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import typer

from ..base.console import Log, show
from ..base.errors import INTERRUPTED, AnotherDialer, DialerError

if TYPE_CHECKING:
    from ..reconciler.pass_result import PassResult
    from .wiring import Parts

DONE, USAGE, SERVICE, HELD = 0, 2, 3, 4


def run_to_end(
    parts: Parts,
    *,
    ends: Callable[[PassResult], bool] = lambda _result: False,
    for_at_most: timedelta | None = None,
    farewell: str | None = None,
    quiet: bool = False,
) -> None:
    """Runs the loop, shows it as fits the output, and turns its end into an exit code."""
    from .. import texts
    from . import live_display, run_loop

    zone, now = parts.campaigns[0].rules.zone, parts.clock.now
    with contextlib.ExitStack() as stack:
        say = live_display.silent if quiet else live_display.lines(zone, now)
        if not quiet and sys.stdout.isatty():
            say = stack.enter_context(live_display.live(zone, now))
        last, by_signal = run_loop.work(
            parts,
            ends=ends,
            for_at_most=for_at_most,
            farewell=texts.say("not_running") if farewell is None else farewell,
            on_pass=say,
        )
    if by_signal:
        raise typer.Exit(INTERRUPTED)
    if last.problems:
        raise next(iter(last.problems.values()))
    if last.portal_problem:
        raise last.portal_problem


@contextmanager
def built_parts(path: Path | None, *, warns: bool = False) -> Iterator[Parts]:
    """The parts that the configuration asks for; our own errors are told and end the command."""
    from ..config import config_path, load_config, open_to_others
    from .wiring import build

    with errors_told():
        file = config_path(path, os.environ)
        config = load_config(file)
        for key_file in open_to_others(file, config) if warns else ():
            show(
                f"Other users of this machine can read {key_file}. Run: "
                f"chmod 600 {shlex.quote(str(key_file))}",
                err=True,
            )
        with build(config) as parts:
            yield parts


@contextmanager
def errors_told() -> Iterator[None]:
    """Our own errors as one sentence and an exit code; anything else is a bug and shows itself."""
    try:
        yield
    except AnotherDialer as error:
        show(str(error), err=True)
        raise typer.Exit(HELD) from error
    except DialerError as error:
        show(str(error), err=True)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def set_up_logs(verbose: bool) -> None:
    """Logs go to the standard error: warnings, and with `verbose` every step."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.INFO if verbose else logging.WARNING
        ),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Log(sys.stderr))),
    )
