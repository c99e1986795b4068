"""Every sentence that the dialer says to people, by name, in the language that was chosen.

A language is one file of this folder, `english.yaml` or `urdu.yaml`, or a file of the user's own
that replaces some of them or all. The choice is made once, when a process starts, as with a locale:
sentences are worked out anew at each pass, so a sheet speaks the new language after the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import yaml

from ..errors import ConfigError

LANGUAGES = ("english", "urdu")
_FOLDER = Path(__file__).parent


class _Chosen:
    """The language in use: English until another one is chosen."""

    texts: Mapping[str, str] | None = None


def say(name: str, /, **values: object) -> str:
    """The sentence of this name with the values put in."""
    if _Chosen.texts is None:
        _Chosen.texts = read_texts("english")
    return _Chosen.texts[name].format(**values)


def use(language: str) -> None:
    """Chooses the language for this process: one of `LANGUAGES`, or a file like theirs.

    Raises:
        ConfigError: there is no such language, or its file has a sentence that can't be used.
    """
    _Chosen.texts = read_texts(language)


@cache
def read_texts(language: str) -> Mapping[str, str]:
    """The sentences of a language by name; what its file leaves out is said in English.

    Raises:
        ConfigError: as `use`.
    """
    path = _FOLDER / f"{language}.yaml" if language in LANGUAGES else Path(language)
    try:
        texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"The language {language} can't be read. Choose {' or '.join(LANGUAGES)}, or a file "
            "with sentences like theirs."
        ) from error
    if language == "english":
        return dict(texts)
    english = read_texts("english")
    for name, text in texts.items() if isinstance(texts, dict) else [(language, None)]:
        if name not in english or not isinstance(text, str) or _gaps(text) != _gaps(english[name]):
            expected = f"like: {english[name]}" if name in english else "one of the known names"
            raise ConfigError(
                f"{path.name}: the sentence {name} can't be used; expected {expected}"
            )
    return {**english, **texts}


def _gaps(text: str) -> set[str] | None:
    """The names of the values that a sentence takes; None where it can't be read."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return None
