"""Functions that fetch from elsewhere. Nothing outside this sandbox is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..model import Computed
from .evaluate import Signature, Site
from .values import Failure


def _wait(site: Site) -> None:
    if site.surroundings.is_loading():
        raise Failure("LOADING", "Loading...")


def _import_range(site: Site) -> Computed:
    address, place = site.text(0), site.text(1)
    _wait(site)
    return site.surroundings.imported(address, place)


def _unreachable(words: str) -> Callable[[Site], Computed]:
    def fetch(site: Site) -> Computed:
        subject = site.text(0)
        _wait(site)
        raise Failure("N_A", words.format(subject))

    return fetch


_URL = "Could not fetch url: {}"
_SYMBOL = "When evaluating GOOGLEFINANCE, the query for the symbol: '{}' returned no data."

IMPORT: Mapping[str, Signature] = {
    "GOOGLEFINANCE": Signature(_unreachable(_SYMBOL), 1, 5),
    "IMPORTDATA": Signature(_unreachable(_URL), 1, 3),
    "IMPORTFEED": Signature(_unreachable(_URL), 1, 4),
    "IMPORTHTML": Signature(_unreachable(_URL), 3, 4),
    "IMPORTRANGE": Signature(_import_range, 2, 2),
    "IMPORTXML": Signature(_unreachable(_URL), 2, 3),
}
"""The functions by name."""
