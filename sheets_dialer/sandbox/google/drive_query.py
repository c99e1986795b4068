"""The `q` of Drive's files.list: a small language of conditions on files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

File = Mapping[str, Any]
Predicate = Callable[[File], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<operator><=|>=|!=|=|<|>)
      | (?P<bracket>[()])
      | (?P<word>[A-Za-z][A-Za-z0-9]*)
    )""",
    re.VERBOSE,
)
_TEXTS = frozenset({"name", "mimeType"})
_TIMES = frozenset({"createdTime", "modifiedTime"})
_FLAGS = frozenset({"trashed", "starred", "sharedWithMe"})
_LISTS = frozenset({"parents", "owners", "writers", "readers"})
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class QueryError(ValueError):
    """The query can't be read, or uses what isn't emulated."""


def parse_query(text: str) -> Predicate:
    """What the query asks of a file, whose lists of people are under owners, writers and readers.

    Raises:
        QueryError: it can't be read.
    """
    parser = _Parser(_tokens(text))
    predicate = parser.alternatives()
    if parser.rest:
        raise QueryError(text)
    return predicate


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise QueryError(text)
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


class _Parser:
    """Reads the tokens from the left: or, and, not, then single conditions."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.rest = list(tokens)

    def alternatives(self) -> Predicate:
        """Conditions joined by ``or``."""
        options = [self._all_of()]
        while self._took("or"):
            options.append(self._all_of())
        return lambda file: any(option(file) for option in options)

    def _all_of(self) -> Predicate:
        conditions = [self._condition()]
        while self._took("and"):
            conditions.append(self._condition())
        return lambda file: all(condition(file) for condition in conditions)

    def _condition(self) -> Predicate:
        if self._took("not"):
            negated = self._condition()
            return lambda file: not negated(file)
        if self._took("("):
            inner = self.alternatives()
            if not self._took(")"):
                raise QueryError(")")
            return inner
        if self.rest and self.rest[0][0] in "'\"":
            value = _unquoted(self._next())
            self._expect("in")
            return _contains(self._next(), value)
        return self._comparison(self._next())

    def _comparison(self, name: str) -> Predicate:
        if name in _FLAGS:
            return self._flag(name)
        operator = self._next()
        if name in _LISTS and operator == "in":
            return _contains(name, _unquoted(self._next()))
        value = _unquoted(self._next())
        if name in _TEXTS and operator in {"=", "!="}:
            compare = _COMPARISONS[operator]
            return lambda file: compare(file[name], value)
        if name in _TEXTS and operator == "contains":
            return lambda file: _has_word(file[name], value)
        if name in _TIMES and operator in _COMPARISONS:
            compare, moment = _COMPARISONS[operator], _moment(value)
            return lambda file: compare(_moment(file[name]), moment)
        raise QueryError(f"{name} {operator}")

    def _flag(self, name: str) -> Predicate:
        wanted = True
        if self.rest and self.rest[0] in {"=", "!="}:
            is_equal = self._next() == "="
            word = self._next()
            if word not in {"true", "false"}:
                raise QueryError(word)
            wanted = (word == "true") == is_equal
        return lambda file: bool(file[name]) == wanted

    def _next(self) -> str:
        if not self.rest:
            raise QueryError("unexpected end")
        return self.rest.pop(0)

    def _took(self, token: str) -> bool:
        if self.rest and self.rest[0] == token:
            self.rest.pop(0)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._took(token):
            raise QueryError(token)


def _contains(name: str, value: str) -> Predicate:
    if name not in _LISTS:
        raise QueryError(name)
    if name == "parents":
        return lambda file: value in file[name]
    return lambda file: value.casefold() in {person.casefold() for person in file[name]}


def _has_word(text: str, beginning: str) -> bool:
    """Whether a word of the text begins so, which is what `contains` means for names."""
    folded = beginning.casefold()
    return any(
        text.casefold().startswith(folded, start.start()) for start in re.finditer(r"\b\w|^", text)
    )


def _unquoted(token: str) -> str:
    if token[0] not in "'\"":
        raise QueryError(token)
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(text) from error
    return moment if moment.tzinfo else datetime.fromisoformat(f"{text}+00:00")
