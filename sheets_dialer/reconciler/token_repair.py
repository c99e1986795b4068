"""Putting a queue tab's token right where a person broke it, or where two writes were accepted."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from ..base.errors import (
    AnotherDialer,
    OldRead,
    SheetError,
)
from ..google_sheets import QueueTab, Snapshot
from ..tabs.fencing_token import read_token
from .campaign import Campaign
from .write_fence import WriteFence

log = structlog.get_logger()


def settle_token(
    sheet: QueueTab, fence: WriteFence, before: Snapshot, now: datetime, zone: ZoneInfo
) -> None:
    """After a refused swap: if the header still says the same and no range does, a person broke
    either, and a new token is put in place without any mark. So it is where two writes were
    accepted, each with a token of its own.

    What the ranges tell of others is heard before they go: a header that still says the same may
    be an old read, and the write that it doesn't show another dialer's.

    Raises:
        AnotherDialer: a range is the token of another dialer that has written of late.
        SheetError: the sheet wasn't read or written, or nobody knows.
    """
    current = sheet.read()
    if current.token != before.token or "ref" not in current.columns.places:
        return
    ranges = sheet.fence_ranges()
    tokens = [*filter(None, map(read_token, ranges))]
    if current.token is not None and tokens == [current.token]:
        return
    for token in fence.news(sheet.name, tokens):
        try:
            fence.observe(sheet.name, token, runs=True, now=now, zone=zone)
        except OldRead:
            # Beside ours it is left from a write that was accepted along with one of ours.
            if current.token not in tokens:
                raise
    # Newer than all of them, or the next read would be taken for an old one.
    known = tokens if current.token is None else [*tokens, current.token]
    newest = max(known, key=lambda token: token.counter, default=None)
    renewed = fence.next_token(sheet.name, newest)
    sheet.renew_token(current, renewed, ranges)
    # A read from before that must not be planned from: its write might be accepted.
    fence.landed(sheet.name, renewed)


def repair_token(campaign: Campaign, fence: WriteFence, before: Snapshot, now: datetime) -> None:
    """`settle_token` where it may fail: what goes wrong with it the next pass finds as well, and
    here it must not hide that the marks were refused."""
    try:
        settle_token(campaign.sheet, fence, before, now, campaign.rules.zone)
    except (SheetError, AnotherDialer) as error:
        log.warning("the token is not put right yet", campaign=campaign.name, problem=str(error))
