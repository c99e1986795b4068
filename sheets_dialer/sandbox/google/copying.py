"""Copying a tab into another spreadsheet."""

from __future__ import annotations

from typing import Any

from .call import Call
from .context import Context
from .errors import invalid
from .grid_limits import check_cell_count
from .ids import Ids
from .library import Library
from .requests.sheet_copies import copied
from .requests.sheets import free_id, free_title
from .resources import sheet_properties_json


def copy_to(call: Call, library: Library, ids: Ids) -> dict[str, Any]:
    """sheets.copyTo: the copy stands at the end, as ``Copy of …``; answers its SheetProperties.

    Raises:
        GoogleError: 404 or 403 for a destination that isn't there or not the caller's to change,
            400 for an unknown tab.
    """
    target_id = call.body.get("destinationSpreadsheetId")
    if not target_id or not call.subject.isdecimal():
        raise invalid("Invalid destinationSpreadsheetId or sheetId.")
    source = call.workbook.sheet(int(call.subject))
    target = library.open(target_id, call.account, to_write=True)
    draft = target.workbook.draft()
    context = Context(draft, call.account, target.owner, call.now, ids)
    sheet_id = free_id(context, None, "")
    title = free_title(draft, f"Copy of {source.title}")
    copy = copied(context, source, {**source.properties, "sheetId": sheet_id, "title": title})
    draft.sheets.append(copy)
    check_cell_count(draft.cell_count())
    library.commit(target, draft, call.now)
    return sheet_properties_json(copy, len(draft.sheets) - 1)
