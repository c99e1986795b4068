"""How many examples a dear property is tried with.

The quick suite runs whenever something changes, on two cores, and takes a quarter of what
`run.py test --full` takes.
"""

from __future__ import annotations

_form = {"full": False}


def use_full_form(full: bool) -> None:
    """Says which form runs, before the tests are loaded."""
    _form["full"] = full


def some_of(many: int) -> int:
    """As many as the full form takes, or a quarter."""
    return many if _form["full"] else many // 4
