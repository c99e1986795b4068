"""From a formula's text to its parts, by precedence climbing."""

from __future__ import annotations

import math
from functools import lru_cache

from ..model import ErrorValue
from ..typed_numbers import tidy
from .references import Reference, parse_reference
from .syntax import Array, Binary, Call, Cells, Constant, Name, Node, Parsed, Unary
from .tokens import Token, tokenise

_PRECEDENCE = {
    "=": 1,
    "<>": 1,
    "<": 1,
    ">": 1,
    "<=": 1,
    ">=": 1,
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "^": 5,
}
"""All are left-associative; a sign before an operand binds closer than any of them."""

_DEEPEST = 60
"""How deep brackets, calls and signs may nest; beyond it the text counts as not parsable."""

_ERRORS = {
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
    "#ERROR!": "ERROR",
}
_MESSAGES = {"#REF!": "Reference does not exist."}
_END = Token("end", "")


class FormulaError(ValueError):
    """The text is no formula."""


@lru_cache(maxsize=4096)
def parse(formula: str) -> Parsed:
    """Parses a formula, with or without its equals sign.

    Raises:
        FormulaError: the text can't be parsed.
    """
    parser = _Parser(tokenise(formula.removeprefix("=")))
    root = parser.whole()
    return Parsed(root, tuple(parser.references), tuple(parser.names))


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = [token for token in tokens if token.kind != "space"]
        self._next = 0
        self._depth = 0
        self.references: list[Reference] = []
        self.names: list[str] = []

    def whole(self) -> Node:
        node = self._expression(0)
        if self._peek() is not _END:
            raise FormulaError
        return node

    def _peek(self) -> Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else _END

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _accept(self, operator: str) -> bool:
        found = self._peek() == ("operator", operator)
        self._next += found
        return found

    def _expect(self, operator: str) -> None:
        if not self._accept(operator):
            raise FormulaError

    def _expression(self, binding: int) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FormulaError
        left = self._operand()
        while self._peek().kind == "operator":
            precedence = _PRECEDENCE.get(self._peek().text, 0)
            if precedence <= binding:
                break
            operator = self._take().text
            left = Binary(operator, left, self._expression(precedence))
        self._depth -= 1
        return left

    def _operand(self) -> Node:
        signs = []
        while self._peek().kind == "operator" and self._peek().text in "+-":
            signs.append(self._take().text)
        if len(signs) > _DEEPEST:
            raise FormulaError
        node = self._primary()
        percents = 0
        while self._accept("%"):
            node = Unary("%", node)
            percents += 1
        if percents > _DEEPEST:
            raise FormulaError
        for sign in reversed(signs):
            node = Unary(sign, node)
        return node

    def _primary(self) -> Node:
        token = self._take()
        if token.kind == "number":
            value = float(token.text)
            if not math.isfinite(value):
                raise FormulaError
            return Constant(tidy(value))
        if token.kind == "text":
            return Constant(token.text[1:-1].replace('""', '"'))
        if token.kind == "error":
            label = token.text[token.text.rindex("#") :].upper()
            return Constant(ErrorValue(_ERRORS[label], _MESSAGES.get(label, "")))
        if token.kind == "reference":
            reference = parse_reference(token.text)
            self.references.append(reference)
            return Cells(reference)
        if token.kind == "name":
            return self._name(token.text)
        if token == ("operator", "("):
            node = self._expression(0)
            self._expect(")")
            return node
        if token == ("operator", "{"):
            return self._array()
        raise FormulaError

    def _name(self, name: str) -> Node:
        if self._accept("("):
            return Call(name.upper(), self._arguments())
        if name.upper() in ("TRUE", "FALSE"):
            return Constant(name.upper() == "TRUE")
        self.names.append(name)
        return Name(name)

    def _arguments(self) -> tuple[Node, ...]:
        if self._accept(")"):
            return ()
        arguments: list[Node] = []
        while True:
            if self._peek() in (("operator", ","), ("operator", ")"), ("operator", ";")):
                arguments.append(Constant(None))
            else:
                arguments.append(self._expression(0))
            if self._accept(")"):
                return tuple(arguments)
            if not self._accept(";"):
                self._expect(",")

    def _array(self) -> Node:
        rows: list[tuple[Node, ...]] = []
        row: list[Node] = []
        while True:
            row.append(self._expression(0))
            if self._accept(","):
                continue
            rows.append(tuple(row))
            row = []
            if self._accept("}"):
                return Array(tuple(rows))
            self._expect(";")
