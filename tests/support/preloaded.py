"""What every program run needs, loaded once: the process that all others are forked from imports
this. Some libraries load a part of themselves only when they are first used."""

from __future__ import annotations

import _strptime  # noqa: F401 - loaded for those who are forked, like everything here
import netrc  # noqa: F401

import sqlalchemy.dialects.sqlite  # noqa: F401
from cryptography.hazmat.primitives.asymmetric import rsa

import sheets_dialer.app.cli
import sheets_dialer.app.live_display
import sheets_dialer.app.run_loop
import sheets_dialer.sandbox.__main__  # noqa: F401
from sheets_dialer.domain.phone_numbers import read_number
from tests.support import clocked  # noqa: F401

read_number("03001234567")

# The sandbox's keys are real, but short: to make one as long as Google's, and to check it at each
# start, takes longer than a pass.
_made = rsa.generate_private_key
rsa.generate_private_key = lambda public_exponent, **_length: _made(public_exponent, 1024)
