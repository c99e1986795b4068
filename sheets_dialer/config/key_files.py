"""Which files hold the keys, and whether others can read them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .model import Config


def open_to_others(path: Path, config: Config) -> list[Path]:
    """The files with a key in them that other users of this machine can read; `path` is the
    configuration's own."""
    return [file for file in _key_files(path, config) if _is_open(file)]


def _key_files(path: Path, config: Config) -> Iterator[Path]:
    folder = path.resolve().parent
    yield folder / os.path.expanduser(config.google.service_account_file)
    if config.portal.api_key_file is not None:
        yield folder / os.path.expanduser(config.portal.api_key_file)
    key_is_here = config.portal.api_key_file is None and (
        config.portal.api_key.get_secret_value() in path.read_text(encoding="utf-8-sig")
    )
    if key_is_here or config.ledger_has_password:
        yield path


def _is_open(file: Path) -> bool:
    if os.name != "posix":
        return False
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return False  # that it can't be read is found when it is used
    return bool(mode & (stat.S_IRGRP | stat.S_IROTH))
