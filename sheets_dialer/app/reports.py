"""What the ledger knows, for people and programs: the `status` and `export` commands."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.attempt import AttemptState
from ..domain.job import Job
from ..domain.portal_status import ANSWERED, call_status_words
from ..planning import campaign_status
from ..planning.plan import PassRules, Plan, RowState
from ..tabs.header_report import columns_told
from ..tabs.queue_columns import DIALER, Columns
from ..texts import say

COLUMNS = (
    *("campaign", "ref", "number", "try", "reason", "state", "call_id", "call_status", "status"),
    *("dtmf", "retry", "intended_at", "sending_at", "placed_at", "answered_at", "changed_at"),
    *("polled_at", "ended_at", "problem", "voice_id", "amount", "text1", "text2", "unread"),
)
"""The columns of an export, in order. Times are ISO 8601 in UTC."""
_BEGINS = "=+@⁺⁼₊₌⩵⩶﬩﹢﹣﹦﹫＋－＝＠−-"
"""With what a formula begins, in ordinary letters and in those that become ordinary ones."""
_PARTS = ",;|;︐︔﹐﹔，；｜\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029"
_UNSEEN = "\\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_FORMULA = re.compile(f'(?:^|[{_PARTS}])["{_UNSEEN}]*(?=[{_BEGINS}])')
REMOVED = "removed"
"""What stands for numbers and texts that the ledger has forgotten."""


def export_rows(jobs: Iterable[Job]) -> list[dict[str, str | int | None]]:
    """One row for each attempt of these jobs, in the order in which they were made."""
    rows: list[tuple[datetime, dict[str, str | int | None]]] = []
    for job in jobs:
        for number, attempt in enumerate(job.attempts, start=1):
            status = attempt.call_status
            row: dict[str, str | int | None] = {
                "campaign": job.campaign,
                "ref": job.ref,
                "number": attempt.number or REMOVED,
                "try": number,
                "reason": str(attempt.reason),
                "state": str(attempt.state),
                "call_id": attempt.call_id,
                "call_status": status,
                "status": None if status is None else call_status_words(status),
                "dtmf": attempt.dtmf,
                "retry": attempt.retry,
                "problem": attempt.problem_in_words,
                "voice_id": job.content.voice_id,
                "amount": job.content.amount,
                "text1": job.content.texts[0],
                "text2": job.content.texts[1],
                "unread": attempt.unread,
            }
            if job.is_forgotten:
                row |= dict.fromkeys(("voice_id", "amount", "text1", "text2"), REMOVED)
            for name in COLUMNS:
                if name.endswith("_at"):
                    moment: datetime | None = getattr(attempt, name)
                    row[name] = None if moment is None else moment.isoformat()
            rows.append((attempt.intended_at, {name: row[name] for name in COLUMNS}))
    return [row for _at, row in sorted(rows, key=lambda item: item[0])]


def as_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows as CSV with a header.

    What a spreadsheet could take for a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    # Each end of a line that a reader may see within a cell has the cell quoted only if it is one
    # of the writer's own.
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    lines: list[str] = []
    for row in (dict(zip(COLUMNS, COLUMNS, strict=True)), *rows):
        writer.writerow({name: _harmless(value) for name, value in row.items()})
        lines.append(text.getvalue().removesuffix("\r\n") + "\n")
        text.seek(0)
        text.truncate()
    return "".join(lines)


def as_json(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows as one JSON object on each line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def figures(jobs: Sequence[Job], now: datetime, zone: ZoneInfo) -> dict[str, dict[str, int]]:
    """Counts of jobs, of attempts by state, and of today's calls by status and key."""
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    attempts = [attempt for job in jobs for attempt in job.attempts]
    today = [
        attempt for attempt in attempts if attempt.sending_at and attempt.sending_at >= midnight
    ]
    counts = {"all": len(jobs), "not called yet": sum(not job.tried for job in jobs)}
    if forgotten := sum(job.is_forgotten for job in jobs):
        counts["numbers and texts removed"] = forgotten
    return {
        "jobs": counts,
        "attempts": dict(Counter(str(attempt.state) for attempt in attempts)),
        "today": dict(Counter(_outcome(attempt.call_status, attempt.state) for attempt in today)),
        "keys today": dict(
            Counter(
                attempt.dtmf or ("unread" if attempt.unread else "none")
                for attempt in today
                if attempt.call_status == ANSWERED
            )
        ),
    }


def preview_values(
    campaign: str, rows: int, made: Plan, rules: PassRules, now: datetime
) -> dict[str, Any]:
    """What a pass would do, as plain values. `rules` are those of the plan, `rows` how many are
    read."""
    to_call, cost = made.to_call, rules.price
    reasons = Counter(cells["why"] for cells in made.cells.values() if cells.get("why"))
    return {
        "campaign": campaign,
        "rows": rows,
        "stopped": made.stopped,
        "preview": campaign_status.preview_sentence(made, now, rules),
        "call_now": [dial.row.index + 1 for dial in made.dials],
        "to_call": to_call,
        "cost": None if cost is None else round(cost * to_call, 2),
        "in_progress": made.in_progress,
        "settled": made.count(RowState.SETTLED),
        "new_rows": len(made.new_jobs),
        "reasons": dict(reasons.most_common()),
        "changes": {
            str(row + 1): dict(cells) for row, cells in made.cells.items() if cells.get("why")
        },
    }


def columns(found: Columns) -> dict[str, Any]:
    """Which of people's columns means what, and which aren't used, as plain values and in words."""
    used = {name: title for name, title in found.titles.items() if name not in DIALER}
    told = columns_told(found)
    return {"columns": used, "unused_columns": list(found.unused), "columns_told": told}


def preview_lines(preview: Mapping[str, Any]) -> Iterator[str]:
    """A preview in words."""
    yield f"{preview['campaign']}: {preview['stopped'] or say('plan_calls_may_go_out')}"
    yield f"  {preview['preview']}"
    for line in preview.get("columns_told", ()):
        yield f"  {line}"
    count, now, cost = (
        preview["to_call"],
        len(preview["call_now"]),
        preview["cost"],
    )
    if cost is None:
        yield f"  {say('plan_to_call', count=count, now=now)}"
    else:
        yield f"  {say('plan_to_call_and_cost', count=count, now=now, rupees=f'{cost:.2f}')}"
    if preview["new_rows"]:
        yield f"  {say('plan_new_rows', count=preview['new_rows'])}"
    progress = {name: preview[name] for name in ("in_progress", "settled")}
    yield f"  {say('plan_in_progress', **progress)}"
    for why, count in preview["reasons"].items():
        yield f"  {count} × {why}"


def _outcome(status: int | None, state: AttemptState) -> str:
    return str(state) if status is None else call_status_words(status)


def _harmless(value: object) -> object:
    """The value, with an apostrophe before whatever a spreadsheet could take for a formula: at the
    beginning, and behind what it could take for the end of a cell or of a line, since it's the
    reader's settings that say which sign parts cells."""
    if not isinstance(value, str):
        return value
    guarded = _FORMULA.sub(r"\g<0>'", value)
    # Whoever reads a tab or a line's end at the beginning as nothing reads on behind it.
    return f"'{guarded}" if value[:1] in ("\t", "\r", "\n") else guarded
