"""The errors that a user can meet, each with a message that says what to do next.

::

    DialerError                     everything below; exit code 3 unless said otherwise
    ├── ConfigError                 the configuration can't be used (exit code 2)
    ├── SetupNeeded                 the sheet lacks what dialling needs (exit code 2)
    ├── AnotherDialer               another process or machine works on the tab (exit code 4)
    ├── LedgerError                 the ledger can't be opened or is not ours
    │   └── LedgerTaken             another dialer took it over from this one (exit code 4)
    ├── SheetError                  Google Sheets
    │   ├── SheetUnreachable        no answer, or one that can pass: the next pass tries again
    │   ├── WrittenTogether         another dialer's write was accepted at the same moment
    │   └── SheetRefused            an answer that stays the same until a person acts
    │       ├── WriteRefused        one request of a batch: a protected cell, a row that is gone
    │       └── TokenLost           the fence: somebody wrote since our read
    └── PortalError                 the Robo Call portal
        ├── PortalNotSent           provably never left this machine
        ├── PortalRefused           the portal said no, in so many words
        │   └── AccountRefused      not to this call, but to the account: any other fares alike
        └── PortalUnknown           it may have happened

The library's own error is always chained as the cause. No message holds a key: whatever text of a
library goes into one has passed `redaction.redacted`.
"""

from __future__ import annotations

INTERRUPTED = 130
"""The exit code of a command that a signal ended."""


class DialerError(Exception):
    """Any error of this program. `exit_code` is what a command ends with when it meets it.

    `sentence` says what is wrong; `remedy`, where that is told apart, what to do. The error's text
    is both.
    """

    exit_code = 3

    def __init__(self, sentence: str = "", remedy: str = "") -> None:
        super().__init__(f"{sentence} {remedy}" if remedy else sentence)
        self.sentence = sentence
        self.remedy = remedy


class ConfigError(DialerError):
    """The configuration can't be used. The message lists every fault with its path."""

    exit_code = 2


class SetupNeeded(DialerError):
    """The sheet lacks a tab or column that dialling needs."""

    exit_code = 2


class AnotherDialer(DialerError):
    """Another process, or another machine, works on this tab at the moment."""

    exit_code = 4


class LedgerError(DialerError):
    """The ledger can't be opened, written or understood."""


class LedgerTaken(LedgerError):
    """Another dialer took the ledger over while this one worked: nothing may be dialled here."""

    exit_code = 4


class SheetError(DialerError):
    """Google Sheets didn't do what was asked."""


class SheetUnreachable(SheetError):
    """Nothing certain is known: no answer, a time-out, a quota, a failure on Google's side.

    A write that ends so may have been applied.
    """


class OldRead(SheetError):
    """A read shows an older state of the sheet than was seen before: nothing is planned from it."""


class WrittenTogether(SheetError):
    """A write was applied, and so was another dialer's that took away the same token: what that one
    marked may have been overwritten."""


class SheetRefused(SheetError):
    """Google understood and refused; a write that ends so was not applied, not even in part."""


class WriteRefused(SheetRefused):
    """One request of a batch was refused, so nothing was applied: a protected cell, a row that is
    gone. `index` is its place in the batch, `rows` the queue tab's rows that it touches; `lists` is
    whether it lists opt-outs on the do-not-call tab. `words` are Google's own."""

    def __init__(
        self,
        message: str,
        index: int,
        words: str = "",
        *,
        rows: tuple[int, ...] = (),
        lists: bool = False,
    ) -> None:
        super().__init__(message)
        self.index = index
        self.words = words
        self.rows = rows
        self.lists = lists


class TokenLost(SheetRefused):
    """The token that the write was planned from is gone: somebody has written since the read.
    `words` are Google's own: a batch that takes no token away may be refused at its first request,
    too."""

    def __init__(self, message: str, words: str = "") -> None:
        super().__init__(message)
        self.words = words


class PortalError(DialerError):
    """The portal didn't do what was asked, or nobody knows whether it did."""


class PortalNotSent(PortalError):
    """The request provably never left this machine: name lookup, connect or TLS failed."""


class PortalRefused(PortalError):
    """The portal answered with an error of its own; no call was made."""


class AccountRefused(PortalRefused):
    """The portal refused the account: its key, balance, lines or pace. No call was made, and no row
    is to blame. `retry_after` is how many seconds the portal asks to wait, if it says so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PortalUnknown(PortalError):
    """Something went wrong after the first byte was sent; the call may have been made."""
