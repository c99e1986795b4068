"""Files and permissions as JSON in Drive's answers, and its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from .errors import GoogleError
from .library import Document
from .model import Json
from .resources import SPREADSHEET_URL

SPREADSHEET_TYPE = "application/vnd.google-apps.spreadsheet"
DEFAULT_FILE_FIELDS = ("kind", "id", "name", "mimeType")
DEFAULT_PERMISSION_FIELDS = ("kind", "id", "type", "role")
"""What an answer holds of a file or a permission unless `fields` says more (recorded for files)."""


class DriveError(GoogleError):
    """A refusal in Drive's form, which lists its reasons and has no status word."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        parameter: str = "",
        domain: str = "global",
    ) -> None:
        super().__init__(code, message)
        self.reason = reason
        self.parameter = parameter
        self.domain = domain

    def body(self) -> dict[str, Any]:
        """The JSON body that tells a client what was wrong."""
        entry = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.parameter:
            entry |= {"location": self.parameter, "locationType": "parameter"}
        return {"error": {"code": self.code, "message": self.message, "errors": [entry]}}


class DriveDoorError(GoogleError):
    """A refusal at the door, before Drive has looked at the file: it has the status word that all
    of Google's services give, and Drive's reasons too."""

    _REASONS: ClassVar[Mapping[int, tuple[str, str]]] = {
        401: ("authError", "Invalid Credentials"),
        403: ("insufficientPermissions", "Insufficient Permission"),
    }

    def __init__(self, refusal: GoogleError) -> None:
        super().__init__(
            refusal.code,
            refusal.message,
            details=refusal.details,
            headers=refusal.headers,
            status=refusal.status,
        )

    def body(self) -> dict[str, Any]:
        """The JSON body that tells a client what was wrong."""
        body = super().body()
        reason, message = self._REASONS.get(self.code, ("badRequest", self.message))
        entry = {"message": message, "domain": "global", "reason": reason}
        if self.code == 401:
            entry |= {"location": "Authorization", "locationType": "header"}
        body["error"]["errors"] = [entry]
        return body


def file_not_found(file_id: str) -> DriveError:
    """The 404 for a file that isn't there or that the caller may not see."""
    return DriveError(404, "notFound", f"File not found: {file_id}.", parameter="fileId")


def insufficient_permissions() -> DriveError:
    """The 403 for what the caller's role on the file doesn't allow."""
    return DriveError(
        403,
        "insufficientFilePermissions",
        "The user does not have sufficient permissions for this file.",
    )


def not_emulated(what: str) -> DriveError:
    """The 400 for what Drive can do and this sandbox can't."""
    return DriveError(400, "notEmulated", f"{what} is not emulated by this sandbox.")


def timestamp(moment: float) -> str:
    """Seconds since 1970 as Drive writes them: UTC with milliseconds."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def file_json(document: Document, account: str) -> dict[str, Any]:
    """Every field of Drive's File that is emulated."""
    owner = _user_json(document.owner, account)
    is_own = account.casefold() == document.owner.casefold()
    role = document.role_of(account)
    answer: dict[str, Any] = {
        "kind": "drive#file",
        "id": document.id,
        "name": document.workbook.properties["title"],
        "mimeType": SPREADSHEET_TYPE,
        "starred": False,
        "trashed": False,
        "explicitlyTrashed": False,
        "parents": list(document.parents),
        "spaces": ["drive"],
        "webViewLink": SPREADSHEET_URL.format(id=document.id) + "?usp=drivesdk",
        "createdTime": timestamp(document.created_at),
        "modifiedTime": timestamp(document.modified_at),
        "owners": [owner],
        "ownedByMe": is_own,
        "shared": len(document.permissions) > 1,
        "capabilities": {
            "canEdit": role in {"owner", "writer"},
            "canShare": role in {"owner", "writer"},
            "canDelete": is_own,
            "canCopy": True,
        },
    }
    if role in {"owner", "writer"}:
        answer["permissions"] = [permission_json(item) for item in document.permissions.values()]
        answer["permissionIds"] = list(document.permissions)
    if not document.parents or not is_own:
        del answer["parents"]
    return answer


FILE_FIELDS = frozenset(
    {
        *("kind", "id", "name", "mimeType", "starred", "trashed", "explicitlyTrashed", "parents"),
        *("spaces", "webViewLink", "createdTime", "modifiedTime", "owners", "ownedByMe", "shared"),
        *("capabilities", "permissions", "permissionIds"),
    }
)
PERMISSION_FIELDS = frozenset(
    {
        *("kind", "id", "type", "role", "emailAddress", "displayName", "domain", "deleted"),
        *("pendingOwner", "allowFileDiscovery"),
    }
)


def permission_json(permission: Json) -> dict[str, Any]:
    """Every field of Drive's Permission that is emulated."""
    answer = dict(permission)
    if permission["type"] in {"user", "group"}:
        answer["displayName"] = str(permission["emailAddress"]).partition("@")[0]
        answer["deleted"] = False
        answer["pendingOwner"] = bool(permission.get("pendingOwner"))
    else:
        answer["allowFileDiscovery"] = bool(permission.get("allowFileDiscovery"))
    return answer


def searchable(document: Document, account: str) -> Mapping[str, Any]:
    """What a search can ask about the file."""
    people: dict[str, list[str]] = {"owner": [], "writer": [], "reader": []}
    for permission in document.permissions.values():
        role = "reader" if permission["role"] == "commenter" else permission["role"]
        people.setdefault(role, []).append(str(permission.get("emailAddress", "")))
    return {
        **file_json(document, account),
        "parents": document.parents,
        "owners": people["owner"],
        "writers": people["owner"] + people["writer"],
        "readers": people["owner"] + people["writer"] + people["reader"],
        "sharedWithMe": account.casefold() != document.owner.casefold(),
    }


def _user_json(email: str, account: str) -> dict[str, Any]:
    return {
        "kind": "drive#user",
        "displayName": email.partition("@")[0],
        "me": email.casefold() == account.casefold(),
        "emailAddress": email,
    }
