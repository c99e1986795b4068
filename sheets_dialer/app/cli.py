"""The commands, their exit codes and what they print."""

from __future__ import annotations

import json
import os
import random
import sys
import webbrowser
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..base.console import give_up_the_rest, open_streams, show
from ..base.errors import INTERRUPTED, ConfigError
from .session import SERVICE, USAGE, built_parts, errors_told, run_to_end, set_up_logs

if TYPE_CHECKING:
    from ..reconciler.pass_result import PassResult


class Format(StrEnum):
    """In which form an export is printed."""

    csv = "csv"
    json = "json"


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
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")]


_COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}


@app.command()
def check(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Verify configuration, Google, the sheet and the portal; call nobody."""
    from ..check import exit_code
    from ..config import config_path
    from .check_file import check_file

    findings = []
    with errors_told():
        for finding in check_file(config_path(config, os.environ), os.environ):
            findings.append(finding)
            if not as_json:
                level = typer.style(f"{finding.level:8}", fg=_COLOURS[finding.level])
                typer.echo(f"{level} {finding.what}: {finding.sentence}")
                if finding.remedy:
                    typer.echo(f"         → {finding.remedy}")
    code = exit_code(findings)
    if as_json:
        typer.echo(json.dumps([each.to_json() for each in findings], indent=2, ensure_ascii=False))
    elif not code:
        typer.echo("Everything that dialling needs is there. Nobody was called.")
    raise typer.Exit(code)


@app.command()
def setup(config: ConfigOption = None) -> None:
    """Make the sheet ready: the dialer's columns, the Dialer tab, the Do Not Call tab."""
    from ..google_sheets.setup.prepare import prepare
    from ..tabs.header_report import columns_told, unclear_sentence
    from ..tabs.queue_columns import Columns

    with built_parts(config) as parts:
        for queue, campaign in zip(parts.campaigns, parts.config.campaigns, strict=True):
            seen: list[Columns] = []
            prepared = prepare(
                queue.connection,
                queue.sheet,
                queue.tab,
                campaign.name,
                every=parts.config.every,
                callback_labels=[campaign.answers["3"]] if "3" in campaign.answers else [],
                callback_column=campaign.callback_column,
                tells=seen.append,
            )
            nothing = "nothing was added" if prepared.left_out else "nothing was missing"
            added = ", ".join(prepared.added)
            typer.echo(f"{queue.name}: {f'added {added}' if added else nothing}")
            for line in columns_told(seen[-1]):
                typer.echo(f"  {line}")
            if unclear := unclear_sentence(queue.tab, seen[-1]):
                typer.echo(f"  {unclear}")
            for sentence in prepared.left_out:
                typer.echo(f"{queue.name}: {sentence}")
    typer.echo("Nobody is called until a person sets Control to RUN on the Dialer tab.")


@app.command()
def plan(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Print what a pass would do and why, and what it would cost; change nothing."""
    from . import reports

    with built_parts(config) as parts:
        for queue in parts.campaigns:
            every = timedelta(seconds=parts.config.every)
            planned = parts.reconciler.preview(queue, every)
            columns = planned.snapshot.columns
            rows = len(planned.snapshot.rows) - 1 - columns.header_row
            preview = reports.preview_values(
                queue.name, rows, planned.plan, planned.campaign.rules, parts.clock.now()
            )
            preview |= reports.columns(columns)
            if as_json:
                typer.echo(json.dumps(preview, ensure_ascii=False))
            else:
                typer.echo("\n".join(reports.preview_lines(preview)))


@app.command()
def once(
    config: ConfigOption = None,
    seconds: Annotated[
        float,
        typer.Option("--for", min=1, metavar="SECONDS", help="End after this time at the latest."),
    ] = 45,
    verbose: VerboseOption = False,
) -> None:
    """Pass until nothing is due or the time is up, then end: for cron."""
    set_up_logs(verbose)
    with built_parts(config, warns=True) as parts:
        length = timedelta(seconds=seconds)
        ends_at = parts.clock.now() + length
        run_to_end(
            parts,
            ends=lambda result: result.nothing_due(ends_at),
            for_at_most=length,
            farewell="",
            quiet=True,
        )


@app.command()
def start(
    config: ConfigOption = None,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when nothing is left to do.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Pass on schedule until stopped by Ctrl-C, SIGTERM or the end of the terminal (SIGHUP)."""
    set_up_logs(verbose)
    with built_parts(config, warns=True) as parts:
        run_to_end(parts, ends=_done_or_closed if until_done else lambda _result: False)


def _done_or_closed(result: PassResult) -> bool:
    """Nothing is left, or all that is left waits for the calling hours."""
    return result.nothing_left or result.only_hours_left


@app.command()
def call(
    number: Annotated[str, typer.Argument(help="The number, in any form.")],
    config: ConfigOption = None,
    campaign: Annotated[
        str | None, typer.Option(help="Whose voice it is; the first campaign's otherwise.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Make one test call and follow it to its end, away from the sheet: it is not written to, and
    its Do Not Call tab not read, so a number that is listed there is called all the same."""
    from . import run_loop, test_call
    from .wiring import new_refs

    set_up_logs(verbose)
    stop = run_loop.StopSignal()
    made = False
    with built_parts(config) as parts:
        campaigns = [queue for queue in parts.campaigns if campaign in (None, queue.name)]
        if not campaigns:
            raise ConfigError(f"There is no campaign named {campaign} in the configuration.")
        with parts.ledger.held(), run_loop.stopped_by_signals(stop, parts.worker.finish):
            parts.worker.start()
            for attempt in test_call.call_once(
                number,
                campaigns[0],
                ledger=parts.ledger,
                worker=parts.worker,
                clock=parts.clock,
                refs=new_refs(),
                stopping=stop,
                wait=stop.wait,
            ):
                made = test_call.was_made(attempt)
                show(test_call.sentence(attempt))
    if stop.by_signal:
        raise typer.Exit(INTERRUPTED)
    if not made:
        raise typer.Exit(SERVICE)


@app.command()
def allow(
    number: Annotated[str, typer.Argument(help="The number, in any form.")],
    config: ConfigOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Let a number be called again that opted out by pressing the key for it."""
    from .allow import allow_again

    set_up_logs(verbose)
    with built_parts(config) as parts:
        zone = parts.campaigns[0].rules.zone
        typer.echo(allow_again(number, parts.ledger, parts.clock.now(), zone))


@app.command()
def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show what the ledger knows: jobs, attempts, unknowns, today's figures."""
    from . import reports

    with built_parts(config) as parts:
        all_figures = {
            name: reports.figures(
                parts.ledger.jobs(name), parts.clock.now(), parts.campaigns[0].rules.zone
            )
            for name in parts.ledger.campaigns()
        }
    if as_json:
        typer.echo(json.dumps(all_figures, indent=2, ensure_ascii=False))
        return
    for name, figures in all_figures.items():
        typer.echo(f"{name}:")
        for group, counts in figures.items():
            listed = ", ".join(f"{count} {what}" for what, count in counts.items())
            typer.echo(f"  {group}: {listed or 'none'}")
    if not all_figures:
        typer.echo("The ledger is empty: nobody was called yet.")


@app.command()
def export(
    config: ConfigOption = None,
    form: Annotated[Format, typer.Option("--format", help="csv, or one JSON object a line.")] = (
        Format.csv
    ),
) -> None:
    """Print every attempt, one line each."""
    from . import reports

    with built_parts(config) as parts:
        jobs = [job for name in parts.ledger.campaigns() for job in parts.ledger.jobs(name)]
    rows = reports.export_rows(jobs)
    typer.echo(reports.as_csv(rows) if form is Format.csv else reports.as_json(rows), nl=False)


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
    from . import demo as whole_job
    from .wiring import build

    set_up_logs(False)
    with (
        errors_told(),
        whole_job.demo_directory() as directory,
        whole_job.running_sandbox(directory, port=port, speed=speed) as sandbox,
    ):
        typer.echo(f"A sandbox of Google Sheets and the portal runs at {sandbox.url}")
        config = whole_job.demo_config(directory, speed)
        whole_job.fill_sheet(config, rows, random.Random(7))
        ending = "" if leave else " Ctrl-C ends it."
        typer.echo(
            f"{rows} rows are pasted; calls go {speed:g} times as fast as real ones.{ending}"
        )
        if not leave and sys.stdout.isatty():
            webbrowser.open(sandbox.url)
        with build(config) as parts:
            run_to_end(parts, ends=lambda result: leave and result.nothing_left)
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
    from ..sandbox.server import serve
    from ..sandbox.store import StoreError

    try:
        serve(port=port, directory=directory, speed=speed, seed=seed, on_ready=typer.echo)
    except (OSError, StoreError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from error


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def test(context: typer.Context) -> None:
    """Run the tests; what stands behind goes to pytest."""
    import pytest

    home = Path(__file__).parents[2]
    os.chdir(home)
    # The tests start processes in other folders, which must find this package too.
    os.environ["PYTHONPATH"] = str(home)
    # Two processes for each core, since most tests wait for processes of their own; a file's tests
    # stay together, since they share a sandbox.
    workers = str(2 * (os.cpu_count() or 1))
    # The files in their own order, or those with few long tests would come last and run alone.
    spread = ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder")
    raise typer.Exit(pytest.main([*spread, *context.args]))


def main() -> None:
    """The entry of the installed command and of run.py."""
    open_streams()
    try:
        app()
    finally:
        give_up_the_rest()
