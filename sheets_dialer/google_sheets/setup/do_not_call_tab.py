"""What `setup` makes of the do-not-call tab."""

from __future__ import annotations

from ...tabs.do_not_call import OWN_COLUMNS
from ...tabs.queue_columns import PEOPLE, normal
from ...texts import say
from .making import Making
from .queue_tab import phone_as_text

PHONE_HEADER = "Phone"
_PHONE_PIXELS, _OWN_PIXELS = 160, 130
_NOTES = dict(
    zip(OWN_COLUMNS, ("note_opted_out", "note_opted_out_at", "note_opted_out_in"), strict=True)
)


def missing_columns(making: Making) -> list[str]:
    """The dialer's columns that the tab lacks."""
    header = [normal(cell.text) for cell in making.tab.cells[0]] if making.tab.cells else []
    return [title for title in OWN_COLUMNS if normal(title) not in header]


def make_do_not_call_tab(making: Making, start: int) -> None:
    """Adds people's header to an empty tab, and the dialer's columns that are missing at `start`,
    right of everything."""
    looks = making.looks
    header = [normal(cell.text) for cell in making.tab.cells[0]] if making.tab.cells else []
    named = [place for place, title in enumerate(header) if title in PEOPLE["phone"]]
    phone = named[0] if named else 0
    making.grid.need(rows=2, columns=1)
    if not making.tab.values():
        making.grid.insert_rows(0, 1)
        making.write(0, 0, [[PHONE_HEADER]])
        header_row = looks.area(rows=(0, 1), columns=(0, 1 + len(OWN_COLUMNS)))
        looks.format(header_row, "textFormat.bold", textFormat={"bold": True})
        looks.column_properties(0, pixelSize=_PHONE_PIXELS)
        start = max(start, 1)
        named = [0]
    missing = missing_columns(making)
    places = {
        title: header.index(normal(title)) for title in OWN_COLUMNS if normal(title) in header
    }
    if missing:
        making.grid.insert_columns(start, len(missing))
        making.write(0, start, [missing])
        places |= {title: start + at for at, title in enumerate(missing)}
        making.added += [f"column {title} on {making.tab.title}" for title in missing]
    notes = {places[title]: (title, say(_NOTES[title])) for title in OWN_COLUMNS}
    if named:
        notes[phone] = (PHONE_HEADER, say("note_do_not_call"))
    for place, (title, text) in notes.items():
        if looks.once(f"note {title}", place) and not making.tab.cell(0, place).note:
            looks.note(0, place, text)
    phone_as_text(making, phone)
    if named:
        looks.freeze(rows=1)
    for title, place in places.items():
        if looks.once(f"width {title}", place):
            looks.column_properties(place, pixelSize=_OWN_PIXELS)
    fresh = [place for title, place in places.items() if looks.once(f"protected {title}", place)]
    looks.protect(fresh, say("protected"))
