"""The portal's side: the key, where it travels, and what the balance pays for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from ..base.errors import PortalError, PortalNotSent, PortalRefused
from ..domain.account import Balance
from ..portal.balance import funds
from ..portal.client import Portal
from ..portal.session import portal_session
from .finding import Finding, fault, ok, service_fault
from .local import is_trap, portal_address
from .subject import PortalAccount

KEY, BALANCE = "Portal key", "Balance"
_HEADER, _QUERY = "in the header", "in the query"
_NEW_KEY = (
    "Copy the API key from the portal's account page into portal.api_key, its file or "
    "$ROBOCALL_API_KEY."
)
_TRY_LATER = "Check this machine's network and portal.base_url, then run check again."

Answer = TypeVar("Answer")


def examine_portal(account: PortalAccount) -> Iterator[Finding]:
    """Everything about the portal; asks what costs nothing and rings nobody."""
    yield from portal_address(account.base_url)
    key = account.api_key
    if key is None or is_trap(account.base_url):
        return  # there is no key, or it is none of that service's business
    with portal_session(1) as session:
        in_header, in_query = (
            Portal(account.base_url, key, session, key_in_header=header) for header in (True, False)
        )
        yield from _ask(account, in_header, in_query)


def _ask(account: PortalAccount, in_header: Portal, in_query: Portal) -> Iterator[Finding]:
    travels: dict[str, str] = {}
    try:
        travels["user_verify"], _ = _settled(in_header.verify, in_query.verify)
    except PortalRefused as error:
        yield service_fault(KEY, f"The portal doesn't take the key. {error}", _NEW_KEY)
        return
    except PortalNotSent as error:
        yield service_fault("Portal", str(error), _TRY_LATER)
        return
    except PortalError as error:
        yield service_fault(KEY, f"It isn't known whether the key is good. {error}", _TRY_LATER)
    try:
        travels["check_balance"], balance = _settled(in_header.balance, in_query.balance)
    except PortalError as error:
        yield service_fault(BALANCE, f"The balance can't be read. {error}", _TRY_LATER)
    else:
        yield _balance(balance, account)
    if not travels:
        return
    if account.key_in_header and _QUERY in travels.values():
        places = ", ".join(name for name, place in travels.items() if place == _QUERY)
        yield fault(
            KEY,
            f"portal.key_in is header, but {places} takes the key only in the query.",
            "Set portal.key_in to query.",
        )
    else:
        found = " and ".join(f"{place} at {name}" for name, place in travels.items())
        yield ok(KEY, f"The portal takes the key {found}. Calls send it {_place(account)}.")


def _place(account: PortalAccount) -> str:
    return _HEADER if account.key_in_header else _QUERY


def _settled(by_header: Callable[[], Answer], by_query: Callable[[], Answer]) -> tuple[str, Answer]:
    """Where the key travels, the header first because a query ends in logs; and the answer."""
    try:
        return _HEADER, by_header()
    except PortalNotSent:
        raise
    except PortalError:
        return _QUERY, by_query()


def _balance(balance: Balance, account: PortalAccount) -> Finding:
    holds = f"The account holds {balance.rupees:.2f} rupees"
    if balance.call_rate is not None:
        holds += f" at {balance.call_rate:.2f} a pulse of {account.pulse_seconds:g} seconds"
    whose = f" It is the account of {balance.username} that is charged." if balance.username else ""
    if funds(balance, account.call_seconds, 0, account.pulse_seconds).calls == 0:
        return service_fault(
            BALANCE,
            f"{holds}, which is less than one call, so nobody is called.{whose}",
            "Top up the account at the portal.",
        )
    return ok(BALANCE, f"{holds}.{whose}")
