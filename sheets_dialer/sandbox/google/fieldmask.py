"""Field masks: which fields of an answer are wanted, and which ones an update touches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .errors import GoogleError, invalid
from .model import Json

_TOKEN = re.compile(r"([^*,./()]+|[*,./()])")
_Tree = dict[str, "_Tree"]
"""The fields named on one level; an empty tree below a name means all of it."""


class Mask:
    """A parsed mask such as ``sheets(properties(sheetId,title)),spreadsheetUrl``."""

    def __init__(self, tree: _Tree) -> None:
        self._tree = tree

    @staticmethod
    @lru_cache(maxsize=512)
    def parse(text: str, *, place: str = "fields") -> Mask:
        """Reads a mask; names may be parted by dots or slashes, and grouped by parentheses.
        Blanks count as parts of names and a comma at the end as nothing (measured by others).

        Raises:
            GoogleError: 400 when it can't be read; `place` is the name of the parameter.
        """
        tokens = _tokens(text, place)
        tree: _Tree = {}
        _read_list(tokens, tree, place)
        if tokens:
            raise _unreadable(text, place)
        return Mask(tree)

    @property
    def is_everything(self) -> bool:
        """Whether the mask is a bare ``*``."""
        return "*" in self._tree and not self._tree["*"]

    def paths(self) -> list[tuple[str, ...]]:
        """Every path named, in order; a ``*`` stands as it is."""
        return list(_paths(self._tree))

    def covers(self, *path: str) -> bool:
        """Whether anything at, below or above this path is named."""
        tree = self._tree
        for name in path:
            if not tree:
                return True
            if name in tree:
                tree = tree[name]
            elif "*" in tree:
                tree = tree["*"]
            else:
                return False
        return True

    def project(self, json: Json) -> dict[str, Any]:
        """The JSON reduced to the mask. Messages whose named fields are all absent stay as empty
        objects, also within lists (recorded)."""
        return _project(json, self._tree)


def merged(existing: Json, new: Json, mask: Mask) -> dict[str, Any]:
    """The existing message with the mask's fields taken from the new one.

    A field in the mask that `new` lacks is cleared, messages emptied by that go too. Writing a
    colour without its ``…Style`` twin, or the twin alone, drops the other, which an answer then
    derives from the one that was written.
    """
    return _merge(existing, new, mask._tree)


def _merge(existing: Json, new: Json, tree: _Tree) -> dict[str, Any]:
    result = dict(existing)
    names = dict(tree)
    if "*" in names:
        below = names.pop("*")
        for name in [*existing, *new]:
            names.setdefault(name, below)
    for name, below in names.items():
        old_value, new_value = existing.get(name), new.get(name)
        if below and isinstance(old_value or {}, Mapping) and isinstance(new_value or {}, Mapping):
            new_value = _merge(old_value or {}, new_value or {}, below) or None
        twin = _color_twin(name)
        if twin and twin not in names:
            result.pop(twin, None)
        if new_value is None:
            result.pop(name, None)
        else:
            result[name] = new_value
    return result


def _color_twin(name: str) -> str | None:
    if name.endswith(("ColorStyle", "colorStyle")):
        return name.removesuffix("Style")
    return f"{name}Style" if name.endswith(("Color", "color")) else None


def _project(json: Json, tree: _Tree) -> dict[str, Any]:
    wildcard = tree.get("*")
    if wildcard is not None and not wildcard:
        return dict(json)
    result: dict[str, Any] = {}
    for name, value in json.items():
        below = tree.get(name, wildcard)
        if below is None:
            continue
        if not below:
            result[name] = value
        elif isinstance(value, Mapping):
            result[name] = _project(value, below)
        elif isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
            result[name] = [_project(item, below) for item in value]
    return result


def _paths(tree: _Tree) -> Iterator[tuple[str, ...]]:
    for name, below in tree.items():
        if below:
            for rest in _paths(below):
                yield (name, *rest)
        else:
            yield (name,)


def _tokens(text: str, place: str) -> list[str]:
    """The tokens in reverse, so that the next one is popped from the end."""
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, place)
        tokens.append(match[1])
        position = match.end()
    return tokens[::-1]


def _read_list(tokens: list[str], tree: _Tree, place: str) -> None:
    while True:
        _read_path(tokens, tree, place)
        if not tokens or tokens[-1] != ",":
            return
        tokens.pop()
        if not tokens:
            return


def _read_path(tokens: list[str], tree: _Tree, place: str) -> None:
    """Reads one path into the tree. A path that ends here wants all below it, also where a longer
    one named a part of that before."""
    while True:
        if not tokens or tokens[-1] in ",./()":
            raise _unreadable(tokens[-1] if tokens else "", place)
        name = tokens.pop()
        wanted_whole = name in tree and not tree[name]
        below = tree.setdefault(name, {})
        following = tokens[-1] if tokens else ""
        if following in {".", "/"}:
            tokens.pop()
            tree = {} if wanted_whole else below
            continue
        if following == "(":
            tokens.pop()
            _read_list(tokens, {} if wanted_whole else below, place)
            if not tokens or tokens.pop() != ")":
                raise _unreadable("(", place)
        else:
            below.clear()
        return


def _unreadable(text: str, place: str) -> GoogleError:
    return invalid(f"Invalid field mask in {place}: '{text}'")
