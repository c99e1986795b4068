"""Drive v3 as far as clients of spreadsheets use it: files, copies and permissions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import orjson

from ..http import Request, Response, json_response
from .creation import copied_workbook, new_document, new_workbook
from .drive_files import (
    DEFAULT_FILE_FIELDS,
    DEFAULT_PERMISSION_FIELDS,
    FILE_FIELDS,
    PERMISSION_FIELDS,
    SPREADSHEET_TYPE,
    DriveError,
    file_json,
    file_not_found,
    insufficient_permissions,
    not_emulated,
    permission_json,
    searchable,
)
from .drive_permissions import create_permission, delete_permission, update_permission
from .drive_query import QueryError, parse_query
from .errors import GoogleError
from .fieldmask import Mask
from .ids import Ids
from .library import Document, Library
from .model import Json

_ROOT = "/drive/v3/"
_LIST_FIELDS = frozenset({"kind", "nextPageToken", "incompleteSearch", "files"})
_MAX_PAGE = 1000
_TOKEN_LEAD = "~page~"
"""A page token is this and the offset of the page."""
_SORT_KEYS = {
    "name": lambda document: str(document.workbook.properties["title"]).casefold(),
    "name_natural": lambda document: str(document.workbook.properties["title"]).casefold(),
    "createdTime": lambda document: document.created_at,
    "modifiedTime": lambda document: document.modified_at,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, taken apart."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    body: Json
    account: str

    @property
    def file_id(self) -> str:
        return self.segments[1]

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"


class DriveService:
    """Answers every request under ``/drive/v3/``, and refuses uploads.

    Folders are labels only: any id will do as a parent. Files are spreadsheets of the library.
    """

    def __init__(self, library: Library, ids: Ids, clock: Callable[[], float]) -> None:
        self._library = library
        self._ids = ids
        self._clock = clock

    def handle(self, request: Request, account: str) -> Response:
        """The answer to one request of an account."""
        try:
            asked = _taken_apart(request, account)
            answer = self._answer(asked)
        except GoogleError as error:
            return error.response()
        if answer is None:
            return Response(204)
        return json_response(answer, pretty=asked.query.get("prettyPrint", "").lower() != "false")

    def _answer(self, asked: _Asked) -> dict[str, Any] | None:
        match (asked.method, *asked.segments):
            case ("POST", "files"):
                return self._create(asked)
            case ("GET", "files"):
                return self._list(asked)
            case ("GET", "files", _):
                return _file_answer(self._visible(asked), asked)
            case ("PATCH", "files", _):
                return self._update(asked)
            case ("DELETE", "files", _):
                self._delete(asked)
                return None
            case ("POST", "files", _, "copy"):
                return self._copy(asked)
            case ("GET", "files", _, "export"):
                self._visible(asked)
                raise not_emulated("Export")
            case ("GET", "files", _, "comments"):
                self._visible(asked)
                comments = {"kind": "drive#commentList", "comments": []}
                return _masked(comments, asked, ("comments", "nextPageToken", "kind"), None)
            case (_, "files", _, "permissions", *_):
                return self._permissions(asked)
        raise not_emulated(f"{asked.method} on /drive/v3/{'/'.join(asked.segments)}")

    def _create(self, asked: _Asked) -> dict[str, Any]:
        if asked.body.get("mimeType") != SPREADSHEET_TYPE:
            raise not_emulated("Creating anything but a spreadsheet")
        workbook = new_workbook(asked.body.get("name") or "Untitled")
        document = new_document(
            workbook,
            asked.account,
            ids=self._ids,
            now=self._clock(),
            parents=tuple(asked.body.get("parents") or ()),
        )
        self._library.add(document)
        return _file_answer(document, asked)

    def _copy(self, asked: _Asked) -> dict[str, Any]:
        source = self._visible(asked)
        name = asked.body.get("name") or f"Copy of {source.workbook.properties['title']}"
        document = new_document(
            copied_workbook(source.workbook, name, asked.account),
            asked.account,
            ids=self._ids,
            now=self._clock(),
            parents=tuple(asked.body.get("parents") or source.parents),
        )
        self._library.add(document)
        return _file_answer(document, asked)

    def _list(self, asked: _Asked) -> dict[str, Any]:
        found = self._found(asked)
        page_size = _page_size(asked)
        offset = _offset(asked)
        page = found[offset : offset + page_size]
        answer: dict[str, Any] = {"kind": "drive#fileList", "incompleteSearch": False}
        if offset + page_size < len(found):
            answer["nextPageToken"] = f"{_TOKEN_LEAD}{offset + page_size}"
        mask = _mask(asked)
        if mask is None:
            answer["files"] = [_default_file(document, asked.account) for document in page]
            return answer
        _check_fields(mask, _LIST_FIELDS, below={"files": FILE_FIELDS})
        answer["files"] = [file_json(document, asked.account) for document in page]
        return mask.project(answer)

    def _found(self, asked: _Asked) -> list[Document]:
        query = asked.query.get("q")
        try:
            wanted = parse_query(query) if query else None
            documents = [
                document
                for document in self._library.documents.values()
                if document.role_of(asked.account)
                and (wanted is None or wanted(searchable(document, asked.account)))
            ]
        except QueryError as error:
            raise _invalid_value("q") from error
        return _sorted(documents, asked.query.get("orderBy") or "modifiedTime desc")

    def _update(self, asked: _Asked) -> dict[str, Any]:
        document = self._visible(asked, to_write=True)
        for name in asked.body:
            if name not in {"name", "mimeType"}:
                raise not_emulated(f"Changing a file's {name}")
        if asked.body.get("mimeType", SPREADSHEET_TYPE) != SPREADSHEET_TYPE:
            raise not_emulated("Converting a spreadsheet")
        removed = _split(asked.query.get("removeParents"))
        added = _split(asked.query.get("addParents"))
        kept = [parent for parent in document.parents if parent not in removed]
        document.parents = (*kept, *(parent for parent in added if parent not in kept))
        draft = document.workbook.draft()
        if asked.body.get("name"):
            draft = replace(draft, properties={**draft.properties, "title": asked.body["name"]})
        self._library.commit(document, draft, self._clock())
        return _file_answer(document, asked)

    def _delete(self, asked: _Asked) -> None:
        document = self._visible(asked)
        if document.role_of(asked.account) != "owner":
            raise insufficient_permissions()
        self._library.delete(document.id)

    def _permissions(self, asked: _Asked) -> dict[str, Any] | None:
        document = self._visible(asked, to_write=True)
        match (asked.method, *asked.segments[3:]):
            case ("GET",):
                return _permission_list(document, asked)
            case ("POST",):
                permission = create_permission(
                    document, asked.body, asked.account, transfers=asked.flag("transferOwnership")
                )
            case ("GET", permission_id) if permission_id in document.permissions:
                permission = document.permissions[permission_id]
            case ("PATCH", permission_id) if permission_id in document.permissions:
                permission = update_permission(
                    document,
                    permission_id,
                    asked.body,
                    asked.account,
                    transfers=asked.flag("transferOwnership"),
                )
            case ("DELETE", permission_id) if permission_id in document.permissions:
                delete_permission(document, permission_id)
                self._library.on_change(document.id, document)
                return None
            case (_, permission_id):
                raise DriveError(
                    404,
                    "notFound",
                    f"Permission not found: {permission_id}.",
                    parameter="permissionId",
                )
            case _:
                raise not_emulated(f"{asked.method} on permissions")
        self._library.on_change(document.id, document)
        return _masked(
            permission_json(permission), asked, PERMISSION_FIELDS, DEFAULT_PERMISSION_FIELDS
        )

    def _visible(self, asked: _Asked, *, to_write: bool = False) -> Document:
        document = self._library.documents.get(asked.file_id)
        role = document.role_of(asked.account) if document else None
        if document is None or role is None:
            raise file_not_found(asked.file_id)
        if to_write and role not in {"owner", "writer"}:
            raise insufficient_permissions()
        return document


def _taken_apart(request: Request, account: str) -> _Asked:
    if not request.path.startswith(_ROOT):
        raise not_emulated(f"{request.method} on {request.path}")
    raw = request.body.strip()
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise DriveError(400, "parseError", "Parse Error") from error
    if not isinstance(body, dict):
        raise DriveError(400, "parseError", "Parse Error")
    path = request.path.removeprefix(_ROOT)
    return _Asked(
        method=request.method,
        segments=tuple(unquote(segment) for segment in path.split("/")),
        query={name: texts[0] for name, texts in request.query().items()},
        body={name: value for name, value in body.items() if value is not None},
        account=account,
    )


def _default_file(document: Document, account: str) -> dict[str, Any]:
    whole = file_json(document, account)
    return {name: whole[name] for name in DEFAULT_FILE_FIELDS}


def _file_answer(document: Document, asked: _Asked) -> dict[str, Any]:
    return _masked(file_json(document, asked.account), asked, FILE_FIELDS, DEFAULT_FILE_FIELDS)


def _permission_list(document: Document, asked: _Asked) -> dict[str, Any]:
    whole = [permission_json(permission) for permission in document.permissions.values()]
    mask = _mask(asked)
    if mask is None:
        shown = [{name: item[name] for name in DEFAULT_PERMISSION_FIELDS} for item in whole]
        return {"kind": "drive#permissionList", "permissions": shown}
    known = frozenset({"kind", "nextPageToken", "permissions"})
    _check_fields(mask, known, below={"permissions": PERMISSION_FIELDS})
    return mask.project({"kind": "drive#permissionList", "permissions": whole})


def _masked(
    whole: dict[str, Any],
    asked: _Asked,
    known: Sequence[str] | frozenset[str],
    default: Sequence[str] | None,
) -> dict[str, Any]:
    mask = _mask(asked)
    if mask is None:
        return whole if default is None else {name: whole[name] for name in default}
    _check_fields(mask, frozenset(known))
    return mask.project(whole)


def _mask(asked: _Asked) -> Mask | None:
    """The mask of `fields`, in which Drive, unlike Sheets, allows blanks."""
    text = asked.query.get("fields")
    if text is None:
        return None
    text = text.replace(" ", "")
    if not text:
        return Mask({})  # asks for nothing, and gets it (measured on the real service by others)
    try:
        return Mask.parse(text)
    except GoogleError as error:
        raise _invalid_field(text) from error


def _check_fields(
    mask: Mask, known: frozenset[str], below: Mapping[str, frozenset[str]] | None = None
) -> None:
    for path in mask.paths():
        if path[0] not in known and path[0] != "*":
            raise _invalid_field(path[0])
        names = (below or {}).get(path[0])
        if names is not None and len(path) > 1 and path[1] not in names and path[1] != "*":
            raise _invalid_field(path[1])


def _invalid_field(name: str) -> DriveError:
    return DriveError(
        400, "invalidParameter", f"Invalid field selection {name}", parameter="fields"
    )


def _invalid_value(parameter: str) -> DriveError:
    return DriveError(400, "invalid", "Invalid Value", parameter=parameter)


def _page_size(asked: _Asked) -> int:
    text = asked.query.get("pageSize", "100")
    size = int(text) if text.isdecimal() else 0
    if not 1 <= size <= _MAX_PAGE:
        raise DriveError(
            400,
            "invalidParameter",
            f"Invalid value '{text}'. Values must be within the range: [1, {_MAX_PAGE}]",
            parameter="pageSize",
        )
    return size


def _offset(asked: _Asked) -> int:
    token = asked.query.get("pageToken", "")
    number = token.removeprefix(_TOKEN_LEAD)
    if not token:
        return 0
    if not token.startswith(_TOKEN_LEAD) or not number.isdecimal():
        raise _invalid_value("pageToken")
    return int(number)


def _sorted(documents: list[Document], order: str) -> list[Document]:
    for part in reversed(order.split(",")):
        name, _, direction = part.strip().partition(" ")
        key = _SORT_KEYS.get(name)
        if key is None or direction not in {"", "desc"}:
            raise _invalid_value("orderBy")
        documents = sorted(documents, key=key, reverse=direction == "desc")
    return documents


def _split(text: str | None) -> list[str]:
    return [part for part in (text or "").split(",") if part]
