"""From a file and the environment to a `Config`."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from .. import texts
from ..base.errors import ConfigError
from .faults import faults_of
from .model import Config
from .placeholders import is_placeholder

API_KEY_VARIABLE = "ROBOCALL_API_KEY"
CONFIG_VARIABLE = "SHEETS_DIALER_CONFIG"
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class ConfigText:
    """A configuration file as it was read, before anything in it is believed."""

    data: dict[str, Any]
    folder: Path
    key_faults: tuple[str, ...]
    """Why the portal's key isn't known."""
    doubled: tuple[str, ...] = ()
    """Settings that stand in the file twice."""


class _Loader(yaml.SafeLoader):
    """YAML as people mean it: ``on`` and ``no`` are words, 10:00 is no number of base sixty,
    0102 keeps its zero, a day is a text, and nothing may stand twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - yaml declares it so

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.doubled: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[str, int] = {}
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                line = key.start_mark.line + 1
                if key.value in lines:
                    first = lines[key.value]
                    self.doubled.append(
                        f"line {line}: {key.value} stands here a second time (first in line "
                        f"{first}); expected: it once"
                    )
                lines.setdefault(key.value, line)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first)
    )


def config_path(given: Path | None, environment: Mapping[str, str]) -> Path:
    """Which file holds the configuration: the one given, else the environment's, else ours."""
    return given or Path(environment.get(CONFIG_VARIABLE) or "config.yaml")


def load_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Reads the file; relative paths in it are taken from the folder that it stands in.

    Raises:
        ConfigError: the file is missing, isn't YAML, or has faults; all of them are listed.
    """
    settings = read_config(path, environment)
    config, faults = validated(settings)
    if config is None:
        lines = "\n".join(f"  {fault}" for fault in faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise ConfigError(f"{path} has {count}:\n{lines}")
    account = settings.folder / _at_home(config.google.service_account_file)
    return config.model_copy(
        update={
            "ledger": ledger_address(config.ledger, settings.folder),
            "language": _language(config.language, settings.folder),
            "google": config.google.model_copy(update={"service_account_file": account}),
        }
    )


def validated(settings: ConfigText) -> tuple[Config | None, list[str]]:
    """The configuration, or every fault of it with its path."""
    faults = [*settings.doubled, *settings.key_faults]
    config: Config | None = None
    try:
        config = Config.model_validate(settings.data)
    except ValidationError as error:
        faults += faults_of(error, Config)
    language = config.language if config else settings.data.get("language")
    if isinstance(language, str) and language.strip():
        found = texts.read(_language(language.strip(), settings.folder))[1]
        faults += [f"language: {fault}" for fault in found]
    return (None if faults else config), faults


def read_config(path: Path, environment: Mapping[str, str] = os.environ) -> ConfigText:
    """Reads the file and finds the portal's key.

    Raises:
        ConfigError: the file is missing or isn't YAML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no configuration at {path}.",
            "Copy config.example.yaml there and fill it in, or try the demo, which needs none: "
            "python3 run.py demo",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror or error}") from error
    data, doubled = _parsed(path, text)
    folder = path.resolve().parent
    faults: list[str] = []
    _add_api_key(data, folder, environment, faults)
    return ConfigText(data, folder, tuple(faults), tuple(doubled))


def ledger_address(address: str, folder: Path) -> str:
    """The ledger's address; a file's path in it is taken from the configuration's folder."""
    name = address.removeprefix(_SQLITE)
    if not address.startswith(_SQLITE) or name in ("", ":memory:"):
        return address
    return _SQLITE + str(folder / _at_home(Path(name)))


def _language(name: str, folder: Path) -> str:
    """A language that comes with the dialer, or the path of a file with the user's own sentences,
    taken from the configuration's folder."""
    if name.casefold() in texts.LANGUAGES:
        return name.casefold()
    return str(folder / _at_home(Path(name)))


def _parsed(path: Path, text: str) -> tuple[dict[str, Any], list[str]]:
    problem = ""
    data: object = None
    doubled: list[str] = []
    try:
        loader = _Loader(text)
        try:
            data = _plain(loader.get_single_data(), {})
        finally:
            loader.dispose()
        doubled = loader.doubled
    except yaml.YAMLError as error:
        problem = _where(error)
    except RecursionError:
        problem = "it is nested too deeply, or contains itself"
    except Exception as error:  # a tag such as !!int before what is none: the library lets it out
        problem = f"a value is not of the kind that it is said to be ({type(error).__name__})"
    if problem:
        # Not chained: the library's error quotes the lines around, and one may hold the key.
        raise ConfigError(f"{path} is not valid YAML: {problem}")
    if not isinstance(data, dict):
        raise ConfigError(f"{path} holds no settings.", "See config.example.yaml.")
    return data, doubled


def _plain(value: Any, seen: dict[int, Any]) -> Any:
    """The same with texts as names, and without what is set to nothing: that is as if not set."""
    if not isinstance(value, dict | list):
        return value
    if id(value) not in seen:
        if isinstance(value, list):
            made: Any = [_plain(each, seen) for each in value]
        else:
            made = {
                "none" if name is None else str(name): _plain(each, seen)
                for name, each in value.items()
                if each is not None
            }
        seen[id(value)] = made
    return seen[id(value)]


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    problem = str(getattr(error, "problem", None) or "it can't be understood")
    # A key that begins with one of YAML's own signs is taken for one of these.
    problem = re.sub(r"(alias|anchor|tag|handle) (['\"]).*\2", r"\1", problem)
    if isinstance(error, yaml.reader.ReaderError):
        problem = "it holds a character that no text has"
    elif "'\\t'" in problem:
        problem = "a tab stands where spaces should"
    elif "mapping values are not allowed" in problem:
        problem = "a colon too many, or a line that is indented too far"
    return f"{problem}{place}"


def _add_api_key(
    data: dict[str, Any], folder: Path, environment: Mapping[str, str], faults: list[str]
) -> None:
    """Puts the key where the model looks for it: from the environment before anything else, then
    from its own file or from the configuration, of which only one may have it."""
    portal = data.setdefault("portal", {})
    if not isinstance(portal, dict):
        return
    from_environment = environment.get(API_KEY_VARIABLE, "").strip()
    if portal.get("api_key_file") is not None and is_placeholder(portal.get("api_key")):
        del portal["api_key"]  # as it stands in the example
    file = portal.get("api_key_file")
    if from_environment:
        portal["api_key"] = from_environment
    elif file is not None and "api_key" in portal:
        faults.append(
            "portal.api_key: stands beside portal.api_key_file; expected: one of the two only"
        )
    elif file is not None:
        portal["api_key"] = _key_in(Path(str(file)), folder, faults)
    elif "api_key" not in portal:
        faults.append(
            f"portal.api_key: missing; expected the portal's API key here, in ${API_KEY_VARIABLE} "
            "or in the file named by portal.api_key_file"
        )
        portal["api_key"] = "missing"


def _key_in(name: Path, folder: Path, faults: list[str]) -> str:
    file = folder / _at_home(name)
    try:
        key = file.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text file"
        # Not its name: people put the key itself there.
        faults.append(
            f"portal.api_key_file: the file named there can't be read ({reason}); expected: the "
            f"name of a file with the key in it; without a folder it is looked for in {folder}"
        )
        return "unreadable"
    if not key or len(key.split()) > 1:
        faults.append(f"portal.api_key_file: {file} must hold the key and nothing else")
        return "unreadable"
    return key


def _at_home(path: Path) -> Path:
    """The path with ``~`` as the user's own folder, where there is one."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path
