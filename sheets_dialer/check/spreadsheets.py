"""Google's side: the key file, the clock, and each spreadsheet with the tabs of its campaigns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ..base.errors import ConfigError, SheetRefused, SheetUnreachable
from ..domain.times import zone_named
from ..tabs.control_tab import CONTROL_TAB, DO_NOT_CALL_TAB
from ..tabs.queue_columns import find_table
from .fence import FenceProof
from .finding import Finding, Findings, fault, ok, warning
from .google import GoogleProbe, SignInRefused, clock, refusal
from .local import address_in
from .proof_ranges import ProofRanges
from .subject import GoogleAccount, Tab
from .tabs import RUN_SETUP, examine_control, examine_do_not_call, examine_tab

Remember: TypeAlias = Callable[[str, str], None]
_CONFLICT = re.compile(r"(?P<title>.+)_conflict\d*")
_FIELDS = (
    "properties.timeZone,sheets(properties(sheetId,title),protectedRanges(range,unprotectedRanges,warningOnly,"
    "requestingUserCanEdit))"
)


def examine_google(
    account: GoogleAccount, tabs: Sequence[Tab], new_word: Callable[[], str], remember: Remember
) -> Iterator[Finding]:
    """Everything about Google. `new_word` gives a few random letters for names of our own;
    `remember` hears of each tab why dialling it isn't safe, or an empty word where it is."""
    client = None
    try:
        client = account.connect()
    except ConfigError as error:
        yield fault("Google key file", error.sentence, error.remedy)
    reached = True
    for finding in clock(account):
        reached = reached and finding.what != "Google"
        yield finding
    if client is None or not reached:
        return
    google = GoogleProbe(client, address_in(account.key_file))
    yield ok("Google key file", f"The sheets must be shared with {google.account}")
    by_spreadsheet: dict[str, list[Tab]] = {}
    for tab in tabs:
        by_spreadsheet.setdefault(tab.spreadsheet, []).append(tab)
    for spreadsheet, its_tabs in by_spreadsheet.items():
        try:
            yield from _Spreadsheet(google, spreadsheet, its_tabs).examine(new_word(), remember)
        except (SheetRefused, SheetUnreachable) as error:
            what = f"{', '.join(tab.campaign for tab in its_tabs)}: spreadsheet"
            yield refusal(error, what, spreadsheet, google.account)
            if isinstance(error, SignInRefused | SheetUnreachable):
                return  # every other spreadsheet would say the same


def _same_clocks(one: str, other: str) -> bool:
    """Whether two zones show the same time all through this year: one may have several names."""
    zones = zone_named(one), zone_named(other)
    if one == other or None in zones:
        return one == other
    days = [datetime(datetime.now(UTC).year, month, 1, tzinfo=UTC) for month in range(1, 13)]
    return all(len({day.astimezone(zone).utcoffset() for zone in zones}) == 1 for day in days)


class _Spreadsheet:
    """One spreadsheet with the tabs of the campaigns that are dialled from it."""

    def __init__(self, google: GoogleProbe, spreadsheet: str, tabs: Sequence[Tab]) -> None:
        self._google = google
        self._spreadsheet = spreadsheet
        self._tabs = tabs
        self._what = f"{', '.join(tab.campaign for tab in tabs)}: spreadsheet"

    def examine(self, word: str, remember: Remember) -> Findings:
        """Everything about it; raises where it can't even be looked at."""
        answer = self._google.ask("get", self._spreadsheet, "", params={"fields": _FIELDS})
        sheets = {sheet["properties"]["title"]: sheet for sheet in answer.get("sheets", [])}
        if not sheets:
            raise SheetUnreachable("Google Sheets gave no clear answer.")
        ids = {title: sheet["properties"].get("sheetId", 0) for title, sheet in sheets.items()}
        yield from self._time_zone(answer.get("properties", {}).get("timeZone", ""))
        yield from self._missing_tabs(list(ids))
        yield from self._conflicting_tabs(list(ids))
        wanted = {tab.title for tab in self._tabs} | {CONTROL_TAB, DO_NOT_CALL_TAB}
        grids = self._cells({title: ids[title] for title in ids if title in wanted})
        if DO_NOT_CALL_TAB in ids:
            names = ", ".join(tab.campaign for tab in self._tabs)
            yield examine_do_not_call(f"{names}: Do Not Call", grids[DO_NOT_CALL_TAB])
        seen: set[str] = set()
        for tab in self._tabs:
            if tab.title not in ids:
                continue
            if tab.title in seen:
                yield fault(
                    tab.what,
                    "Another campaign dials from the same tab.",
                    "Give each campaign a tab of its own.",
                )
                continue
            seen.add(tab.title)
            protected = sheets[tab.title].get("protectedRanges", [])
            yield from examine_tab(tab, grids[tab.title], protected)
            if CONTROL_TAB in ids:
                yield examine_control(tab, grids[CONTROL_TAB])
        if seen:
            tab = next(tab for tab in self._tabs if tab.title in seen)
            grid = grids[tab.title]
            place = find_table(grid, tab.columns).places.get("ref", 0)
            ranges = ProofRanges(
                self._google, self._spreadsheet, word, sheet_id=ids[tab.title], column=place
            )
            fence = FenceProof(ranges, self._what)
            yield from fence.prove()
            for title in seen if fence.unsafe is not None else ():
                remember(f"{self._spreadsheet}/{title}", fence.unsafe or "")

    def _time_zone(self, its: str) -> Findings:
        ours = self._tabs[0].time_zone
        if its and ours and zone_named(ours) and not _same_clocks(its, ours):
            yield warning(
                self._what,
                f"Its time zone is {its}, the configuration's is {ours}. Calling hours and all "
                f"times that the dialer shows are of {ours}; formulas such as NOW() aren't.",
                f"In the sheet, set File → Settings → Time zone to {ours}, or set timezone in the "
                f"configuration to {its}.",
            )

    def _missing_tabs(self, titles: Sequence[str]) -> Findings:
        for tab in self._tabs:
            if tab.title not in titles:
                yield fault(
                    tab.what,
                    f"The sheet has no tab named {tab.title}. It has: {', '.join(titles)}.",
                    "Rename the tab in the sheet, or set the campaign's tab to its name.",
                )
        for title in (CONTROL_TAB, DO_NOT_CALL_TAB):
            if title not in titles:
                yield fault(self._what, f"The tab {title} is missing.", RUN_SETUP)

    def _conflicting_tabs(self, titles: Sequence[str]) -> Findings:
        """Tabs that Google has named anew, since two writers gave one title at the same moment."""
        ours = {tab.title for tab in self._tabs} | {CONTROL_TAB, DO_NOT_CALL_TAB}
        for title in titles:
            found = _CONFLICT.fullmatch(title)
            if found and found["title"] in ours:
                yield warning(
                    self._what,
                    f"There is a tab named {title}: two writers made {found['title']} at the same "
                    f"moment, and Google kept both. The dialer reads only {found['title']}.",
                    f"Move what people wrote on {title} to {found['title']}, then delete {title}.",
                )

    def _cells(self, ids: dict[str, int]) -> dict[str, list[list[Any]]]:
        """The cells of these tabs, by title."""
        if not ids:
            return {}
        answer = self._google.ask(
            "post",
            self._spreadsheet,
            "/values:batchGetByDataFilter",
            json={
                "dataFilters": [{"gridRange": {"sheetId": sheet_id}} for sheet_id in ids.values()],
                "valueRenderOption": "UNFORMATTED_VALUE",
            },
        )
        by_id = {
            data_filter["gridRange"].get("sheetId", 0): matched["valueRange"].get("values", [])
            for matched in answer.get("valueRanges", [])
            for data_filter in matched["dataFilters"]
        }
        if not by_id.keys() >= set(ids.values()):
            raise SheetUnreachable("Google Sheets gave no clear answer.")
        return {title: by_id[sheet_id] for title, sheet_id in ids.items()}
