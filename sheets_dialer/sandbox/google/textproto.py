"""JSON as the text form of the protocol buffer behind it, which Google quotes in some refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def textproto(value: Any, indent: int = 0) -> str:
    """The fields of a google.protobuf.Value, one a line, two blanks deeper in each message."""
    lead = "  " * indent
    if isinstance(value, Mapping):
        fields = "".join(
            f"{lead}  fields {{\n{lead}    key: {json.dumps(name)}\n"
            f"{lead}    value {{\n{textproto(item, indent + 3)}{lead}    }}\n{lead}  }}\n"
            for name, item in value.items()
        )
        return f"{lead}struct_value {{\n{fields}{lead}}}\n"
    if isinstance(value, list):
        items = "".join(
            f"{lead}  values {{\n{textproto(item, indent + 2)}{lead}  }}\n" for item in value
        )
        return f"{lead}list_value {{\n{items}{lead}}}\n"
    if value is None:
        return f"{lead}null_value: NULL_VALUE\n"
    if isinstance(value, bool):
        return f"{lead}bool_value: {str(value).lower()}\n"
    if isinstance(value, str):
        return f"{lead}string_value: {json.dumps(value)}\n"
    number = int(value) if float(value).is_integer() else value
    return f"{lead}number_value: {number}\n"
