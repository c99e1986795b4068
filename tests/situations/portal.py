"""What the portal does to the calls of everybody: money, failures, silence."""

from __future__ import annotations

from situations.stage import Stage
from situations.table import in_the_sheet


@in_the_sheet(
    "The balance",
    {
        "less than a call costs": "balance_too_small",
        "nothing is left, and the portal tells no rate": "balance_empty",
    },
)
def the_balance(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.portal(balance=1)
    stage.dial(2)
    stage.portal(balance=0, shape="balance_only")
    stage.dial(1)
