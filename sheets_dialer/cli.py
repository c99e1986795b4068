"""The commands, their exit codes and what they print."""

from __future__ import annotations

import os
import random
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import AnotherDialer, DialerError

if TYPE_CHECKING:
    from .bootstrap import Parts
    from .dialer import PassResult

DONE, USAGE, SERVICE, HELD, INTERRUPTED = 0, 2, 3, 4, 130

app = typer.Typer(
    name="sheets-dialer",
    help="A Google Sheet as a call queue for the Robo Call Pakistan portal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="FILE",
        help="The configuration; else $SHEETS_DIALER_CONFIG, else config.yaml.",
    ),
]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")]


@app.command()
def setup(config: ConfigOption = None) -> None:
    """Make the sheet ready: the dialer's columns, the Dialer tab, the Do Not Call tab."""
    with _parts(config) as parts:
        for queue, campaign in zip(parts.queues, parts.config.campaigns, strict=True):
            added = queue.sheet.setup(campaign.name)
            typer.echo(f"{queue.name}: {', '.join(added) or 'nothing was missing'}")
    typer.echo("Nobody is called until a person sets Control to RUN on the Dialer tab.")


@app.command()
def plan(config: ConfigOption = None) -> None:
    """Print what a pass would do and why; change nothing."""
    with _parts(config) as parts:
        for queue in parts.queues:
            _snapshot, made = parts.dialer.plan(queue, timedelta(seconds=parts.config.every))
            typer.echo(f"{queue.name}: {made.stopped or 'calls may go out'}")
            typer.echo(f"  {len(made.dials)} to call now, {made.counts.queued} more in the queue")
            typer.echo(f"  {len(made.new_jobs)} new rows, {len(made.polls)} calls in progress")
            for row, cells in made.cells.items():
                if cells.get("why"):
                    typer.echo(f"  row {row + 1}: {cells.get('status', '')}: {cells['why']}")


@app.command()
def once(
    config: ConfigOption = None,
    seconds: Annotated[
        float, typer.Option("--for", metavar="SECONDS", help="End after this time at the latest.")
    ] = 45,
    verbose: VerboseOption = False,
) -> None:
    """Pass until nothing is due or the time is up, then end: for cron."""
    _set_up_logs(verbose)
    with _parts(config) as parts:
        _run(parts, until_done=True, for_at_most=timedelta(seconds=seconds), say=_say_nothing)


@app.command()
def start(
    config: ConfigOption = None,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when nothing is left to do.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Pass on schedule until stopped by Ctrl-C or SIGTERM."""
    _set_up_logs(verbose)
    with _parts(config) as parts:
        _run(parts, until_done=until_done, for_at_most=None, say=_say_changes())


@app.command()
def demo(
    rows: Annotated[int, typer.Option(min=1, max=100_000, help="How many rows to paste.")] = 24,
    speed: Annotated[
        float, typer.Option(min=0.1, max=1000, help="How much faster time runs.")
    ] = 10,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 0,
    leave: Annotated[bool, typer.Option("--exit", help="End when every row is settled.")] = False,
) -> None:
    """Show the whole job with no account: a sandbox sheet and portal, and the dialer on them."""
    from . import demo as whole_job  # noqa: PLC0415 - the other commands don't pay for it
    from .bootstrap import build  # noqa: PLC0415

    _set_up_logs(False)
    with (
        _errors_told(),
        whole_job.demo_directory() as directory,
        whole_job.running_sandbox(directory, port=port, speed=speed) as sandbox,
    ):
        typer.echo(f"A sandbox of Google Sheets and the portal runs at {sandbox.url}")
        config = whole_job.demo_config(directory, speed)
        whole_job.fill_sheet(config, rows, random.Random(7))
        typer.echo(f"{rows} rows are pasted; calls go {speed:g} times as fast as real ones.")
        if not leave and sys.stdout.isatty():
            webbrowser.open(sandbox.url)
        with build(config) as parts:
            _run(parts, until_done=leave, for_at_most=None, say=_say_changes())
        if not leave:
            return
        comparison = whole_job.compare(config, sandbox)
        for name, count in whole_job.outcome_counts(comparison.rows).items():
            typer.echo(f"  {count:4d}  {name}")
        for fault in comparison.faults:
            typer.echo(f"  WRONG: {fault}")
        if comparison.faults:
            raise typer.Exit(1)
        typer.echo(
            f"{len(comparison.rows)} rows settled, {comparison.calls} calls made; every result "
            "equals the portal's own account."
        )


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 8765,
    directory: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Where configuration, keys and state go."),
    ] = None,
    speed: Annotated[float, typer.Option(min=0.01, max=10_000, help="How fast calls go.")] = 1,
    seed: Annotated[int, typer.Option(help="Decides everything random.")] = 1,
) -> None:
    """Run only the loopback Google Sheets and portal, for trying things out."""
    from .sandbox.server import serve  # noqa: PLC0415 - another company's software

    serve(port=port, directory=directory, speed=speed, seed=seed, on_ready=typer.echo)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def test(context: typer.Context) -> None:
    """Run the tests; what stands behind goes to pytest."""
    import pytest  # noqa: PLC0415 - a development package

    os.chdir(Path(__file__).parent.parent)
    # One process for each core; a file's tests stay together, since they share a sandbox.
    raise typer.Exit(pytest.main(["-n", "auto", "--dist", "loadfile", *context.args]))


def main() -> None:
    """The entry of the installed command and of run.py."""
    app()


def _run(
    parts: Parts,
    *,
    until_done: bool,
    for_at_most: timedelta | None,
    say: Callable[[PassResult], None],
) -> None:
    """Runs the loop with the ledger locked, and turns its end into an exit code."""
    from . import loop  # noqa: PLC0415 - not needed for --help

    stop = loop.Stop()
    with parts.ledger.held(), loop.stopped_by_signals(stop):
        parts.dialer.recover()
        last = loop.run(
            parts.dialer,
            parts.clock,
            every=timedelta(seconds=parts.config.every),
            stop=stop,
            until_done=until_done,
            for_at_most=for_at_most,
            on_pass=say,
        )
    if stop.by_signal:
        raise typer.Exit(INTERRUPTED)
    if last is not None and last.problems:
        worst = next(iter(last.problems.values()))
        raise worst


def _say_nothing(_result: PassResult) -> None:
    """A run under cron speaks only through its log and its exit code."""


def _say_changes() -> Callable[[PassResult], None]:
    """Prints a line whenever something is different from the pass before."""
    before = ""

    def say(result: PassResult) -> None:
        nonlocal before
        line = result.sentence
        if line != before:
            typer.echo(f"{time.strftime('%H:%M:%S')}  {line}")
            before = line

    return say


@contextmanager
def _parts(path: Path | None) -> Iterator[Parts]:
    from .bootstrap import build  # noqa: PLC0415 - `--help` needs none of it
    from .config import config_path, load_config  # noqa: PLC0415

    with _errors_told(), build(load_config(config_path(path, os.environ))) as parts:
        yield parts


@contextmanager
def _errors_told() -> Iterator[None]:
    """Our own errors as one sentence and an exit code; anything else is a bug and shows itself."""
    try:
        yield
    except AnotherDialer as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(HELD) from error
    except DialerError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _set_up_logs(verbose: bool) -> None:
    import logging  # noqa: PLC0415

    import structlog  # noqa: PLC0415 - not needed for --help

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.INFO if verbose else logging.WARNING
        ),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
