"""Every sentence that the dialer can put into the sheet, each with the situation that produces it.

The tables stand in `tests/situations/`, which also says how to add to them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from situations import PRINTED, SITUATIONS, Situation, Stage, Studio
from situations.explaining import ENGLISH, MONTHS, names_in


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The sandbox of all situations."""
    opened = Studio(tmp_path_factory.mktemp("situations"))
    yield opened
    opened.sandbox.stop()


@pytest.fixture
def stage(studio: Studio) -> Stage:
    """A sheet for one situation."""
    return studio.open()


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_the_sheet_says_what_the_table_says(stage: Stage, situation: Situation) -> None:
    situation.happens(stage)
    stage.look()
    missing = situation.sentences() - stage.sentences()
    assert not missing, f"no cell says {sorted(missing)}; the cells say {stage.texts()}"
    assert stage.unexplained() == []


@pytest.mark.parametrize("situation", PRINTED, ids=lambda each: each.name)
def test_a_pass_prints_what_the_table_says(stage: Stage, situation: Situation) -> None:
    situation.happens(stage)
    missing = situation.sentences() - stage.printed_sentences()
    assert not missing, f"no pass prints {sorted(missing)}; they print {stage.printed}"
