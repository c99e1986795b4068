"""Two dialers, old ledgers, and a Google Sheets that can't keep two dialers apart."""

from __future__ import annotations

from sheets_dialer.app.check_file import check_file
from sheets_dialer.tabs.fencing_token import Token
from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet

NOT_SAFE = {
    "chosen_range_ids": "unsafe_other_id",
    "unique_range_names": "unsafe_same_name",
    "range_swaps": "unsafe_no_swap",
    "strict_range_deletes": "unsafe_deleted_twice",
    "atomic_batches": "unsafe_in_part",
}
"""What Google Sheets must do for two dialers never to call one row, and what is said if not."""
BEFORE_THOSE_AT_ONCE = 16
"""How many writes the proof of the fence makes before it makes some at the same moment."""


@in_the_sheet(
    "`check` finds that Google Sheets isn't what the dialer relies on",
    {
        "it takes no named ranges": ("unsafe", "unsafe_no_ranges"),
        "it refuses the last of several changes": "unsafe_no_chain",
        "its reads show less than its writes": "unsafe_answer",
        "it accepts none of several that rule each other out": "unsafe_together",
        **{f"without {name.replace('_', ' ')}": said for name, said in NOT_SAFE.items()},
    },
)
def not_safe(stage: Stage) -> None:
    stage.fault("sheets", "400", ":batchUpdate")
    _check(stage)
    stage.fault("sheets", "400", "updatedSpreadsheet.namedRanges(namedRangeId,name)")
    _check(stage)
    stage.fault("sheets", "stale", "fields=namedRanges(namedRangeId,name)", seconds=60, count=2)
    _check(stage)
    stage.fault("sheets", "400", ":batchUpdate", skip=BEFORE_THOSE_AT_ONCE, count=4)
    _check(stage)
    for name in NOT_SAFE:
        stage.google(**{name: False})
        _check(stage)


def _check(stage: Stage) -> None:
    """Runs the command's checks; what they found holds on when Google is itself again."""
    found = list(check_file(stage.config, {}))
    assert any(each.level == "fault" for each in found)
    stage.as_usual()
    stage.dial(1)


@in_the_sheet(
    "Something old is put back in place",
    {
        "the ledger, from a backup": "older_ledger",
        "and the sheet, from its version history": "old_read",
    },
)
def put_back(stage: Stage) -> None:
    stage.paste("0300 0000001")
    stage.dial(2)
    stage.keep_ledger("backup")
    version = stage.token()
    stage.paste("0300 0000002", at=3)
    stage.dial(2)
    stage.put_ledger_back("backup")
    stage.dial(until="older_ledger")
    stage.put_token_back(version)
    stage.dial(until="old_read")


@in_the_sheet(
    "Another machine dials the same sheet",
    {"the machine that came second, when it has taken over": ("last_problem", "another_dialer")},
)
def another_machine(stage: Stage) -> None:
    stage.dial(1)
    stage.lose_ledger()
    stage.dial(until="another_dialer")


@in_the_sheet(
    "Somebody writes between a read and the write that follows",
    {"and takes the dialer's token away": "written_by_another"},
)
def somebody_was_faster(stage: Stage) -> None:
    stage.dial(1)
    range_id, _, _ = stage.token()
    stage.book.batch_update({"requests": [{"deleteNamedRange": {"namedRangeId": range_id}}]})
    stage.paste("0300 2000001")
    stage.dial(until="written_by_another")


@in_the_sheet(
    "Google accepts the writes of two dialers at one moment",
    {"while the other one's token stands there, too": "written_together"},
)
def written_at_one_moment(stage: Stage) -> None:
    stage.dial(1)
    _, _, header = stage.token()
    other = Token("another1", 5)
    place = stage.place("Ref")
    where = {"sheetId": stage.tab().id, "startRowIndex": 0, "endRowIndex": 1}
    where |= {"startColumnIndex": place - 1, "endColumnIndex": place}
    named = {"namedRangeId": other.id, "name": other.name, "range": where}
    stage.book.batch_update({"requests": [{"addNamedRange": {"namedRange": named}}]})
    assert header == stage.token()[2]
    stage.paste("0300 2000001")
    stage.dial(until="written_together")
