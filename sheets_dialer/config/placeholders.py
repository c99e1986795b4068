"""What stands in `config.example.yaml` until somebody fills it in, and where to get the real thing.

Taken for a setting, each would fail later and as something else: as a bad key or a lost sheet.
"""

from __future__ import annotations

import re

_STANDS_FOR = re.compile(
    r"[<\[{(]?\s*(?:(?:put|paste|insert|enter|replace)[-_ ].*|(?:your|my)[-_ ].*|.*[-_ ]here"
    r"|x{3,24}|\.{3,}|change[-_ ]?me|todo|tbd|example|sample|placeholder|api[-_ ]?key)\s*[>\])}]?",
    re.IGNORECASE | re.DOTALL,
)
_SAMPLE_SHEETS = frozenset(
    {
        "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg",
        # The one in Google's own manuals.
        "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
    }
)

REAL_KEY = (
    "the account's own API key: sign in at https://portal.robocall.pk and copy it from the "
    "account's page"
)
REAL_SHEET = (
    "your own sheet's address: open the sheet in the browser and copy what stands in the address "
    "bar, https://docs.google.com/spreadsheets/d/…"
)
REAL_VOICE = (
    "the number of one of your account's voices: sign in at https://portal.robocall.pk and look in "
    "the list of voices"
)


def is_placeholder(value: object) -> bool:
    """Whether these words only say that something belongs there."""
    return isinstance(value, str) and _STANDS_FOR.fullmatch(value.strip()) is not None


def is_sample_sheet(key: str) -> bool:
    """Whether this is the key of a sheet that stands in examples."""
    return key in _SAMPLE_SHEETS
