"""What is wrong with a configuration, in sentences: where, what was found, what is expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "string_type": "a text",
    "string_too_short": "a text that isn't empty",
    "string_unicode": "a text",
    "path_type": "a file's name",
    "tuple_type": "a list",
    "too_short": "a list with at least one entry",
    "mapping_type": "settings of its own, indented below it",
    "dict_type": "settings of its own, indented below it",
    "model_type": "settings of its own, indented below it",
    "model_attributes_type": "settings of its own, indented below it",
    "invalid_key": "a setting's name",
    "recursion_loop": "something that doesn't contain itself",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "or more"),
    "less_than_equal": ("le", "or less"),
    "greater_than": ("gt", "or more, but not that itself"),
}
_SECRET = ("api_key", "api_key_file", "key_in", "base_url", "service_account_file", "ledger")
"""Settings that hold a secret, or that one is pasted into by mistake."""
_WITH_SECRETS = ("portal", "google")
_SETTING = re.compile(r"[a-z_]+")
_LONGEST_SHOWN = 60


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One sentence for each fault that pydantic found."""
    details = [dict(detail) for detail in error.errors(include_url=False)]
    return [_sentence(detail, model) for detail in details if not _is_echo(detail, details)]


def _is_echo(detail: Mapping[str, Any], details: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is only said to be too short because its one entry has a fault."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in details
    )


def _sentence(detail: Mapping[str, Any], model: type[BaseModel]) -> str:
    place = detail["loc"]
    path = path_of(place)
    if detail["type"] == "missing":
        return f"{path}: missing; it has no default"
    if detail["type"] == "extra_forbidden":
        if place[0] in _WITH_SECRETS and not _SETTING.fullmatch(str(place[-1])):
            # A key that was pasted without the setting's name and its colon is taken for a name.
            return (
                f"{path_of(place[:-1])}: something stands there that is no setting, and is not "
                "shown as it may be a secret; see config.example.yaml"
            )
        return f"{path}: there is no such setting{_guess(place, model)}; see config.example.yaml"
    return f"{path}: {_found(place, detail.get('input'))}; expected: {_expected(detail)}"


def path_of(place: Sequence[int | str]) -> str:
    """``campaigns[0].voice_id``."""
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or "the file"


def _expected(detail: Mapping[str, Any]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "greater_than":
        return f"more than {context['gt']:g}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{context[name]:g} {words}"
    if kind == "literal_error":
        return "one of these: " + str(context["expected"]).replace("'", "")
    if kind.startswith("date"):
        return "a day such as 2026-12-25"
    if kind == "too_short" and isinstance(detail.get("input"), str):
        return _EXPECTED["string_too_short"]
    words = _EXPECTED.get(kind, str(detail["msg"]))
    return words.removeprefix("Value error, ").removeprefix("Input should be ")


def _found(place: Sequence[int | str], value: object) -> str:
    if any(part in _SECRET for part in place) or (
        place and place[0] in _WITH_SECRETS and (isinstance(value, str) or len(place) == 1)
    ):
        return "what is there is not shown, it may be a secret"
    if value is None:
        return "found nothing"
    if isinstance(value, str | int | float):
        shown = repr(value) if isinstance(value, str) else str(value).lower()
        short = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
        return f"found {short}"
    return "found a list" if isinstance(value, list | tuple) else "found several settings"


def _guess(place: Sequence[int | str], model: type[BaseModel]) -> str:
    """A setting with a similar name in the same section."""
    names = _names_in(place[:-1], model)
    close = difflib.get_close_matches(str(place[-1]), names, n=1)
    return f" (is it {close[0]}?)" if close else ""


def _names_in(place: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    for part in place:
        if isinstance(part, int):
            continue
        inner = _models_in(model.model_fields[part].annotation)
        if not inner:
            return []
        model = inner[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = [_models_in(each) for each in getattr(annotation, "__args__", ())]
    return [each for models in inner for each in models]
