"""How a cell looks: the defaults of a new spreadsheet, and colours as Google answers them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .model import Computed, ErrorValue, Json
from .typed_numbers import tidy

WHITE = {"red": 1, "green": 1, "blue": 1}

DEFAULT_FORMAT: dict[str, Any] = {
    "backgroundColor": WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": WHITE},
}
"""The defaultFormat of every new spreadsheet (recorded)."""

_THEME_FONT = "Arial"

_THEME_COLORS: dict[str, dict[str, float]] = {
    "TEXT": {},
    "BACKGROUND": {"red": 1, "green": 1, "blue": 1},
    "ACCENT1": {"red": 0.25882354, "green": 0.52156866, "blue": 0.95686275},
    "ACCENT2": {"red": 0.91764706, "green": 0.2627451, "blue": 0.20784314},
    "ACCENT3": {"red": 0.9843137, "green": 0.7372549, "blue": 0.015686275},
    "ACCENT4": {"red": 0.20392157, "green": 0.65882355, "blue": 0.3254902},
    "ACCENT5": {"red": 1, "green": 0.42745098, "blue": 0.003921569},
    "ACCENT6": {"red": 0.27450982, "green": 0.7411765, "blue": 0.7764706},
    "LINK": {"red": 0.06666667, "green": 0.33333334, "blue": 0.8},
}

DEFAULT_THEME: dict[str, Any] = {
    "primaryFontFamily": _THEME_FONT,
    "themeColors": [
        {"colorType": name, "color": {"rgbColor": color}} for name, color in _THEME_COLORS.items()
    ],
}
"""The spreadsheetTheme of every new spreadsheet (recorded)."""

_COLORS = ("Color", "color")
_STYLES = ("ColorStyle", "colorStyle")

_EFFECTIVE_DEFAULT: dict[str, Any] = {
    **DEFAULT_FORMAT,
    "textFormat": {**DEFAULT_FORMAT["textFormat"], "fontFamily": _THEME_FONT},
    "hyperlinkDisplayType": "PLAIN_TEXT",
}


def with_twins(message: Json) -> dict[str, Any]:
    """The message with every colour given twice, as ``…Color`` and ``…ColorStyle`` (recorded).

    Where both were written the style wins (documented). Components of 0 are left out and the
    others are rounded to 32-bit floats, which is all that Google keeps.
    """
    result: dict[str, Any] = {}
    for name, value in message.items():
        if isinstance(value, Mapping):
            if name.endswith(_STYLES):
                result[name] = style = _style(value)
                result[name.removesuffix("Style")] = _rgb_of(style)
            elif name.endswith(_COLORS) and name != "rgbColor" and "colorType" not in message:
                if f"{name}Style" not in message:
                    result[name] = color = _color(value)
                    result[f"{name}Style"] = {"rgbColor": color}
            else:
                result[name] = with_twins(value)
        elif isinstance(value, list):
            result[name] = [with_twins(v) if isinstance(v, Mapping) else v for v in value]
        else:
            result[name] = value
    return result


def effective_format(
    written: Json | None, value: Computed, number_format: Json | None
) -> dict[str, Any]:
    """The format in force for a cell: what was written, over the spreadsheet's default.

    Text stands left, numbers right, booleans and errors in the middle unless told otherwise.
    `number_format` is the one in force, which a formula may imply.
    """
    result = _overlaid(_EFFECTIVE_DEFAULT, with_twins(written)) if written else _EFFECTIVE_DEFAULT
    additions: dict[str, Any] = {}
    if number_format:
        additions["numberFormat"] = number_format
    if value is not None and "horizontalAlignment" not in result:
        additions["horizontalAlignment"] = _natural_alignment(value)
    return {**result, **additions} if additions else result


def _natural_alignment(value: Computed) -> str:
    if isinstance(value, bool | ErrorValue):
        return "CENTER"
    return "LEFT" if isinstance(value, str) else "RIGHT"


def _overlaid(base: Json, over: Json) -> dict[str, Any]:
    result = dict(base)
    for name, value in over.items():
        below = base.get(name)
        is_color = name.endswith((*_COLORS, *_STYLES))
        if isinstance(value, Mapping) and isinstance(below, Mapping) and not is_color:
            result[name] = _overlaid(below, value)
        else:
            result[name] = value
    return result


def _style(style: Json) -> dict[str, Any]:
    return {
        name: _color(value) if name == "rgbColor" else value
        for name, value in style.items()
        if value is not None
    }


def _rgb_of(style: Json) -> dict[str, Any]:
    theme_color = style.get("themeColor")
    if theme_color is not None:
        return dict(_THEME_COLORS.get(theme_color, {}))
    return dict(style.get("rgbColor") or {})


def _color(color: Json) -> dict[str, Any]:
    return {name: _single(value) for name, value in color.items() if value or name == "alpha"}


@lru_cache(maxsize=4096)
def _single(value: float) -> float:
    """The shortest decimal that names the nearest 32-bit float, as Google prints it."""
    (single,) = struct.unpack("f", struct.pack("f", value))
    for digits in range(6, 10):
        text = f"{single:.{digits}g}"
        if struct.pack("f", float(text)) == struct.pack("f", single):
            break
    return tidy(float(text))
