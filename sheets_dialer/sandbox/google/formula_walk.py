"""Rewriting every formula of a workbook: in cells, in validation rules, formats and filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .model import Cell, Formula, Json, Sheet, Workbook

Rewrite = Callable[[str, str], str]
"""Takes a formula's text and the title of the tab it stands on, gives the text to keep."""


def rewrite_formulas(workbook: Workbook, rewrite: Rewrite) -> None:
    """Puts every formula of the draft through `rewrite`.

    A text is rewritten once for each tab, however many cells hold it, and what stays the same is
    not touched: most of a large sheet is plain values, over which this must be quick.
    """
    for sheet in workbook:
        _Walk(sheet, rewrite).run()


class _Walk:
    """One tab's formulas, each distinct text and each distinct rule worked out once."""

    def __init__(self, sheet: Sheet, rewrite: Rewrite) -> None:
        self._sheet = sheet
        self._rewrite = rewrite
        self._texts: dict[str, str] = {}
        self._rules: dict[int, tuple[Json, Json]] = {}

    def run(self) -> None:
        """Rewrites the tab in place."""
        sheet = self._sheet
        for index, row in enumerate(sheet.rows):
            for cell in row:
                if type(cell.value) is Formula or cell.validation is not None:
                    sheet.rows[index] = tuple([self._cell(one) for one in row])
                    break
        sheet.conditional_formats = [self._json(rule) for rule in sheet.conditional_formats]
        if sheet.basic_filter is not None:
            sheet.basic_filter = self._json(sheet.basic_filter)
        for view_id, view in sheet.filter_views.items():
            sheet.filter_views[view_id] = self._json(view)

    def _cell(self, cell: Cell) -> Cell:
        if type(cell.value) is Formula:
            text = self._text(cell.value.text)
            if text != cell.value.text:
                cell = replace(cell, value=Formula(text))
        if cell.validation is not None:
            rule = self._rule(cell.validation)
            if rule is not cell.validation:
                cell = replace(cell, validation=rule)
        return cell

    def _rule(self, rule: Json) -> Json:
        # Thousands of cells share one rule object; it is kept beside the answer so that its id
        # can't be given to another object meanwhile.
        known = self._rules.get(id(rule))
        if known is None:
            known = self._rules[id(rule)] = (rule, self._json(rule))
        return known[1]

    def _text(self, text: str) -> str:
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = self._rewrite(text, self._sheet.title)
        return known

    def _json(self, json: Any) -> Any:
        """The JSON with its formulas rewritten; the same object when that changes nothing.

        A condition's value (`userEnteredValue`) and a gradient's point (`value`) are formulas
        when they begin with an equals sign (discovery document).
        """
        if isinstance(json, list):
            items = [self._json(item) for item in json]
            same = all(new is old for new, old in zip(items, json, strict=True))
            return json if same else items
        if not isinstance(json, Mapping):
            return json
        changed = {}
        for key, value in json.items():
            is_formula = (
                key in {"userEnteredValue", "value"}
                and isinstance(value, str)
                and value.startswith("=")
            )
            new = self._text(value) if is_formula else self._json(value)
            if new is not value:
                changed[key] = new
        return {**json, **changed} if changed else json
