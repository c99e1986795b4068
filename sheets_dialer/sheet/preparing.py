"""Makes a sheet ready for dialling: adds what is missing, changes nothing that is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..columns import DIALER
from ..control import (
    CAMPAIGN_LABEL,
    CONTROL_LABEL,
    CONTROL_TAB,
    DO_NOT_CALL_TAB,
    LABELS,
    PAUSE,
    column_of,
)
from ..errors import SetupNeeded
from . import QueueSheet, Snapshot, columns_sentence
from .connection import Connection
from .requests import update

DO_NOT_CALL_HEADER = "Phone"


def prepare(connection: Connection, sheet: QueueSheet, tab: str, campaign: str) -> list[str]:
    """Adds what dialling needs and the sheet lacks; returns what was added, in words.

    Raises:
        SetupNeeded: something is missing that only a person can add.
    """
    sheet.rebind()
    snapshot = sheet.read()
    missing = snapshot.columns.missing
    if snapshot.columns.doubled or any(title not in DIALER.values() for title in missing):
        raise SetupNeeded(columns_sentence(tab, snapshot.columns))
    absent = [
        title for title in (CONTROL_TAB, DO_NOT_CALL_TAB) if connection.tab_titled(title) is None
    ]
    queue = connection.tab_titled(tab)
    assert queue is not None
    batch: list[dict[str, Any]] = [
        {"addSheet": {"properties": {"title": title}}} for title in absent
    ]
    batch += _missing_columns(snapshot, queue.id, queue.columns)
    if batch:
        connection.batch(batch)
        connection.forget_tabs()
    added = [f"tab {title}" for title in absent] + [f"column {title}" for title in missing]
    return added + _prepare_tabs(connection, sheet.read(), campaign)


def set_control(connection: Connection, control: Sequence[Sequence[Any]], word: str) -> None:
    """Sets every campaign's Control to this word: what a person does, here for the demo."""
    tab = connection.tab_titled(CONTROL_TAB)
    assert tab is not None
    row = next(i for i, cells in enumerate(control) if cells and cells[0] == CONTROL_LABEL)
    connection.batch([update(tab.id, row, 1, [[word] * (len(control[0]) - 1)])])


def _missing_columns(snapshot: Snapshot, sheet_id: int, width: int) -> list[dict[str, Any]]:
    """Adds the dialer's columns to the right of everything, the Ref column hidden."""
    missing = list(snapshot.columns.missing)
    if not missing:
        return []
    start = max((len(row) for row in snapshot.grid), default=0)
    lacking = start + len(missing) - width
    batch: list[dict[str, Any]] = []
    if lacking > 0:
        grow = {"sheetId": sheet_id, "dimension": "COLUMNS", "length": lacking}
        batch.append({"appendDimension": grow})
    batch.append(update(sheet_id, 0, start, [missing]))
    if DIALER["ref"] in missing:
        at = start + missing.index(DIALER["ref"])
        place = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
        hide = {"range": place, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
        batch.append({"updateDimensionProperties": hide})
    return batch


def _prepare_tabs(connection: Connection, snapshot: Snapshot, campaign: str) -> list[str]:
    """Adds to the control tab the labels and the campaign's column that it lacks, and a header to
    an empty do-not-call tab."""
    control_tab = connection.tab_titled(CONTROL_TAB)
    do_not_call_tab = connection.tab_titled(DO_NOT_CALL_TAB)
    assert control_tab is not None
    assert do_not_call_tab is not None
    control = snapshot.control or []
    labels = [str(row[0]).strip() if row else "" for row in control]
    missing = [label for label in LABELS if label not in labels]
    batch = []
    if missing:
        batch.append(update(control_tab.id, len(control), 0, [[label] for label in missing]))
    added = [f"row {label}" for label in missing if label != CAMPAIGN_LABEL]
    if column_of(control, campaign) is None:
        column = max(1, len(control[0]) if control else 1)
        for label, text in ((CAMPAIGN_LABEL, campaign), (CONTROL_LABEL, PAUSE)):
            row = (labels + missing).index(label)
            batch.append(update(control_tab.id, row, column, [[text]]))
        added.append(f"Control for {campaign}, set to {PAUSE}")
    if not snapshot.do_not_call:
        batch.append(update(do_not_call_tab.id, 0, 0, [[DO_NOT_CALL_HEADER]]))
    if batch:
        connection.batch(batch)
    return added
