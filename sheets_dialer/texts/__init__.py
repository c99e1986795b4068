"""Every sentence that the dialer says to people, by name, in the language that was chosen.

A language is one file of this folder, `english.yaml` or `urdu.yaml`, or a file of the user's own
that replaces some of them or all. The choice is made once, when a process starts, as with a locale:
sentences are worked out anew at each pass, so a sheet speaks the new language after the next one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import yaml

LANGUAGES = ("english", "urdu")
_FOLDER = Path(__file__).parent
_LONGEST = 300
"""Letters of a sentence: a cell shows fewer, and a pass writes thousands of them."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TextsError(ValueError):
    """There is no such language, or its file has sentences that can't be used: one line for each
    fault, as the user reads it."""


class _Chosen:
    """The language in use: English until another one is chosen."""

    texts: Mapping[str, str] | None = None


def say(name: str, /, **values: object) -> str:
    """The sentence of this name with the values put in."""
    return _chosen()[name].format_map(values)


def is_said(name: str, cell: str) -> bool:
    """Whether a cell says the sentence of this name, with any values: in the language in use, or in
    one that comes with the dialer and was in use at an earlier run."""
    shapes = (_shape(texts[name]) for texts in (_chosen(), *map(_shipped, LANGUAGES)))
    return any(shape.fullmatch(cell) for shape in shapes)


def with_stop(text: str) -> str:
    """The text as something more can follow it: others' words often come without a full stop."""
    if not text or not text[-1].isalnum():
        return text
    return text + ("." if text[-1].isascii() else say("full_stop"))


def retold(cell: str) -> str:
    """What a cell says, in the language in use: a sentence that comes with the dialer and takes no
    values is said anew, everything else stays as it is."""
    name = _names().get(cell)
    return say(name) if name else cell


def use(language: str) -> None:
    """Chooses the language for this process: one of `LANGUAGES`, or the path of a file like theirs.

    Raises:
        TextsError: there is no such language, or its file has a sentence that can't be used.
    """
    texts, faults = read(language)
    if faults:
        raise TextsError("\n".join(faults))
    _Chosen.texts = texts


def read(language: str) -> tuple[Mapping[str, str], list[str]]:
    """The sentences of a language by name, and what is wrong with its file. What the file leaves
    out, or gets wrong, is said in English."""
    if language in LANGUAGES:
        return _shipped(language), []
    english = _shipped("english")
    path = Path(language)
    try:
        pairs = list(_pairs(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, yaml.YAMLError):
        # Not chained: what the library says of the file's inside helps nobody here.
        return english, [
            f"found {path.name!r}; expected: {' or '.join(LANGUAGES)}, or the name of a file with "
            "sentences by name, like sheets_dialer/texts/english.yaml"
        ]
    texts: dict[str, str] = {}
    faults: list[str] = []
    for name, text in pairs:
        fault = _fault(name, text, english) or ("it once" if name in texts else "")
        if fault:
            faults.append(f"{path.name}: {name} can't be used; expected: {fault}")
        else:
            texts[name] = text
    return {**english, **texts}, faults


def _chosen() -> Mapping[str, str]:
    if _Chosen.texts is None:
        _Chosen.texts = _shipped("english")
    return _Chosen.texts


@cache
def _shipped(language: str) -> Mapping[str, str]:
    """The sentences of a language that comes with the dialer."""
    texts = dict(_pairs((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8")))
    return texts if language == "english" else {**_shipped("english"), **texts}


@cache
def _names() -> Mapping[str, str]:
    """By each sentence without values, in any language that comes with the dialer, its name."""
    pairs = itertools.chain.from_iterable(_shipped(language).items() for language in LANGUAGES)
    return {text: name for name, text in pairs if not gaps(text)}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The names of a file with their sentences, in its order; whatever YAML takes a word for, it is
    a word here."""
    node = yaml.compose(text, Loader=_Loader)
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("not a list of sentences by name")
    for name, value in node.value:
        said = value.value if isinstance(value, yaml.ScalarNode) else ""
        yield str(name.value), " ".join(said.split())


def _fault(name: str, text: str, english: Mapping[str, str]) -> str:
    """What is expected instead; nothing where the sentence can be used."""
    if name not in english:
        return "one of the names in sheets_dialer/texts/english.yaml"
    if not text or len(text) > _LONGEST or gaps(text) != gaps(english[name]):
        return f"a sentence with the same words in braces as: {english[name]}"
    return ""


def gaps(text: str) -> frozenset[str] | None:
    """The names of the values that a sentence takes; None where it can't be read."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    # A form, as in {when:%H} or {when!r}, could fail when the sentence is said.
    if any(form or conversion for _, _, form, conversion in parts):
        return None
    return frozenset(name for _, name, _, _ in parts if name is not None)


@cache
def _shape(text: str) -> re.Pattern[str]:
    """What any cell looks like that says this sentence."""
    parts = Formatter().parse(text)
    shape = "".join(
        re.escape(said) + (".*" if gap is not None else "") for said, gap, _, _ in parts
    )
    return re.compile(shape, re.DOTALL)
