"""Sharing: who gets which role on a file, and how a file changes its owner."""

from __future__ import annotations

import re
from typing import Any

from .creation import owner_permission, permission_id
from .drive_files import DriveError, insufficient_permissions
from .library import Document
from .model import Json

_ROLES = frozenset({"owner", "writer", "commenter", "reader"})
_SUBJECT_FIELDS = {"user": "emailAddress", "group": "emailAddress", "domain": "domain"}

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def create_permission(document: Document, asked: Json, account: str, *, transfers: bool) -> Json:
    """Shares the file; who had a role on it already gets the new one under the same id.

    Raises:
        DriveError: 400 for an unknown type or role, an address that is missing, none at all or
            beside "anyone"; 403 for ownership without the word for it.
    """
    kind, role = asked.get("type"), asked.get("role")
    if kind != "anyone" and kind not in _SUBJECT_FIELDS:
        raise _invalid("type", "The permission type field is required.")
    subject = ""
    if kind in _SUBJECT_FIELDS:
        subject = str(asked.get(_SUBJECT_FIELDS[kind]) or "")
        if not subject:
            raise _invalid(_SUBJECT_FIELDS[kind], f"The {_SUBJECT_FIELDS[kind]} field is required.")
        if kind != "domain" and not _ADDRESS.fullmatch(subject):
            raise _not_applicable()
    elif asked.get("emailAddress"):
        raise _not_applicable()
    _check_role(role, transfers)
    number = permission_id(str(kind), subject)
    permission: dict[str, Any] = {
        "kind": "drive#permission",
        "id": number,
        "type": kind,
        "role": role,
    }
    if subject:
        permission[_SUBJECT_FIELDS[str(kind)]] = subject
    if kind in {"anyone", "domain"}:
        permission["allowFileDiscovery"] = bool(asked.get("allowFileDiscovery"))
    if document.permissions.get(number, {}).get("role") == "owner":
        return document.permissions[number]
    if role == "owner":
        return _transfer(document, permission, account)
    document.permissions = {**document.permissions, number: permission}
    return permission


def update_permission(
    document: Document, number: str, asked: Json, account: str, *, transfers: bool
) -> Json:
    """Changes a role. Ownership passes by the owner's word, or by that of whoever the owner marked
    with `pendingOwner`.

    Raises:
        DriveError: 400 for an unknown role, 403 for what the caller may not decide.
    """
    old = document.permissions[number]
    role = asked.get("role", old["role"])
    _check_role(role, transfers)
    if old["role"] == "owner" and role != "owner":
        raise insufficient_permissions()
    if role == "owner":
        return _transfer(document, old, account)
    new = {**old, "role": role}
    if "pendingOwner" in asked:
        if account.casefold() != document.owner.casefold():
            raise insufficient_permissions()
        new["pendingOwner"] = bool(asked["pendingOwner"])
    document.permissions = {**document.permissions, number: new}
    return new


def delete_permission(document: Document, number: str) -> None:
    """Takes a role away; the owner's stays.

    Raises:
        DriveError: 403 for the owner's.
    """
    if document.permissions[number]["role"] == "owner":
        raise insufficient_permissions()
    remaining = dict(document.permissions)
    del remaining[number]
    document.permissions = remaining


def _transfer(document: Document, permission: Json, account: str) -> Json:
    if permission["type"] != "user":
        raise _invalid("type", "Ownership can only be given to a user.")
    successor = str(permission["emailAddress"])
    is_owner = account.casefold() == document.owner.casefold()
    is_chosen = bool(permission.get("pendingOwner")) and account.casefold() == successor.casefold()
    if not is_owner and not is_chosen:
        raise insufficient_permissions()
    former = permission_id("user", document.owner)
    permissions = dict(document.permissions)
    if former in permissions:
        permissions[former] = {**permissions[former], "role": "writer"}
    new = owner_permission(successor)
    permissions[new["id"]] = new
    document.permissions = permissions
    document.owner = successor
    return new


def _check_role(role: object, transfers: bool) -> None:
    if role not in _ROLES:
        raise _invalid("role", "The specified role is invalid or not supported.")
    if role == "owner" and not transfers:
        raise DriveError(
            403,
            "forbidden",
            "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
            parameter="transferOwnership",
        )


def _invalid(name: str, message: str) -> DriveError:
    return DriveError(400, "invalid", message, parameter=f"permission.{name}")


def _not_applicable() -> DriveError:
    """In Google's words, reported by users of the real service."""
    return _invalid(
        "emailAddress",
        "The specified emailAddress is invalid or not applicable for the given permission type.",
    )
