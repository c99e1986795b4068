"""Condenses Google's discovery document of Sheets v4 into the schema that the sandbox ships.

Kept are the messages of requests and answers and the query parameters of every method, without
their descriptions. Run it after google-api-python-client, which the document ships in, was
updated::

    python tools/condense_discovery.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

TARGET = (
    Path(__file__).parent.parent / "sheets_dialer" / "sandbox" / "google" / "sheets_schema.json"
)


def discovery_document() -> dict[str, Any]:
    """The document as it ships in google-api-python-client."""
    package = resources.files("googleapiclient.discovery_cache")
    text = package.joinpath("documents", "sheets.v4.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def condensed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The messages, and each method's query parameters, request and answer.

    A type is written as one word: a scalar's name, ``#Message``, ``enum A B C``, and ``[]`` or
    ``{}`` before it for a list or a map of it.
    """
    methods = dict(_methods(document["resources"], ""))
    messages: dict[str, dict[str, str]] = {}
    waiting = [
        method[side]["$ref"]
        for method in methods.values()
        for side in ("request", "response")
        if side in method
    ]
    while waiting:
        name = waiting.pop()
        if name in messages:
            continue
        properties = document["schemas"][name].get("properties", {})
        messages[name] = {field: _type(properties[field]) for field in sorted(properties)}
        waiting += [kind.rpartition("#")[2] for kind in messages[name].values() if "#" in kind]
    return {
        "revision": document["revision"],
        "common_parameters": {
            name: _type(parameter) for name, parameter in sorted(document["parameters"].items())
        },
        "methods": {
            name: {
                "request": methods[name].get("request", {}).get("$ref"),
                "response": methods[name]["response"]["$ref"],
                "parameters": _parameters(methods[name]),
            }
            for name in sorted(methods)
        },
        "messages": {name: messages[name] for name in sorted(messages)},
    }


def as_text(schema: Mapping[str, Any]) -> str:
    """The file's text."""
    return json.dumps(schema, indent=1, sort_keys=False) + "\n"


def _methods(branches: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for branch_name, branch in branches.items():
        for name, method in branch.get("methods", {}).items():
            yield f"{prefix}{branch_name}.{name}", method
        yield from _methods(branch.get("resources", {}), f"{prefix}{branch_name}.")


def _parameters(method: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: ("[]" if parameter.get("repeated") else "") + _type(parameter)
        for name, parameter in sorted(method.get("parameters", {}).items())
        if parameter["location"] == "query"
    }


def _type(described: Mapping[str, Any]) -> str:
    if "$ref" in described:
        return f"#{described['$ref']}"
    kind: str = described["type"]
    if kind == "array":
        return "[]" + _type(described["items"])
    if kind == "object":
        return "{}" + _type(described["additionalProperties"])
    if "enum" in described:
        return " ".join(["enum", *described["enum"]])
    return str(described.get("format", kind)) if kind in {"integer", "number"} else kind


if __name__ == "__main__":
    TARGET.write_text(as_text(condensed(discovery_document())), encoding="utf-8")
