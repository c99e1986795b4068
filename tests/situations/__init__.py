"""Every sentence that the dialer can put into the sheet, with the situation that produces it.

The tables are meant to be read: each situation has a name, what happens (people who type, the
world around, the dialer that passes), and what the sheet then says. A sheet can show many sentences
at once, so a situation says about each of them in a few words what it is that leads to it.

To add one for a new sentence of `texts/english.yaml`:

1. Choose the module: `numbers` and `lists` (what stands in the rows), `turns` (when rows are
   called), `people` (what people do on rows), `calls` (how calls end), `control` (the Dialer and
   the Do Not Call tab), `limits` (what people set on the Dialer tab), `preview` (what RUN would
   do), `preparing` (what `setup` leaves), `lacking` (tabs, columns and cells that the dialer can't
   use), `portal`,
   `google`, `moving` (columns and rows, under a write), `safety` (ledgers, tokens, named ranges),
   `machine` (the computer's clock, proxies), or a new one, named in `_MODULES` below.
2. Write what happens as a function of a `Stage`, which has a sheet of its own, made ready by the
   real `setup`, with Control at RUN; it is noon on 15 July 2026 by the dialer's clock:

       @in_the_sheet("A number twice", {"the second of the two rows": "same_number"})
       def a_number_twice(stage: Stage) -> None:
           stage.paste("0300 0000009", "0300-0000009")
           stage.dial(until="same_number")

   Each pass of `dial` ends with a look at every cell, note, chart and protection of every tab, and
   whatever was seen at any of them counts, so a State that the next pass overwrites is seen too. A
   command that writes to the sheet is run with `stage.run("setup")`; `stage.look()` looks once
   more. To wait for something, use `until`: a sentence's name, or a function.
3. The sentences within a sentence ({problem}, {when} …) are found by themselves; name them as well
   where no other situation does. All of a cell must be explained by sentences.

What keeps a pass from writing is seen in Last problem after a later one that can write. What only a
command prints stands, with the reason, in `tests/texts/test_sentences.py`.
"""

from __future__ import annotations

from importlib import import_module

from tests.situations.stage import Stage, Studio
from tests.situations.table import SITUATIONS, Situation

__all__ = ["SITUATIONS", "Situation", "Stage", "Studio"]

_MODULES = (
    "numbers",
    "lists",
    "turns",
    "people",
    "calls",
    "control",
    "limits",
    "preview",
    "preparing",
    "lacking",
    "portal",
    "google",
    "moving",
    "safety",
    "machine",
)

for _module in _MODULES:
    import_module(f"tests.situations.{_module}")
