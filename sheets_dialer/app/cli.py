"""The command line: which commands there are, and where all of them begin. What each does stands in
a file of its own in `commands`."""

from __future__ import annotations

import typer

from ..base.console import give_up_the_rest, open_streams
from .commands.allow import allow
from .commands.call import call
from .commands.check import check
from .commands.demo import demo
from .commands.export import export
from .commands.once import once
from .commands.plan import plan
from .commands.sandbox import sandbox
from .commands.setup import setup
from .commands.start import start
from .commands.status import status
from .commands.test import test

app = typer.Typer(
    name="sheets-dialer",
    help="A Google Sheet as a call queue for the Robo Call Pakistan portal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# In the order in which the help lists them: as people meet them.
for command in (check, setup, plan, once, start, call, allow, status, export, demo, sandbox):
    app.command()(command)
app.command(
    # All that stands behind `test` is pytest's, its `--help` too.
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(test)


def main() -> None:
    """The entry of the installed command and of run.py."""
    open_streams()
    try:
        app()
    finally:
        give_up_the_rest()
