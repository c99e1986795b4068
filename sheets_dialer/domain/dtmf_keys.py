"""Which keys of the phone a portal's words name: none, these, or nobody can tell.

No source says how the portal writes a key, nor how it writes that there is none. What is
unmistakable is read; everything else is kept in its own words, because it may stand for a key.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyTold:
    """What is told of a key: `keys` one after the other, or `unread`, words that may mean a key and
    don't say which; neither where no key was pressed."""

    keys: str | None = None
    unread: str | None = None


NO_KEY = KeyTold()

_NOTHING = frozenset(
    {
        *("", "none", "null", "nil", "n/a", "na", "nan", "undefined", "empty", "false", "-", "--"),
        *("no", "no key", "no keys", "no key pressed", "none pressed", "nothing pressed"),
        *("not pressed", "no input", "no dtmf", "no digit", "no digits", "no response"),
        *("timeout", "timed out", "hangup"),
    }
)
_NAMES = "dtmf|keys?|digits?|inputs?|buttons?|pressed|press|values?"
_LABEL = re.compile(rf"(?:{_NAMES})(?![a-z])[\s:=_.-]*", re.IGNORECASE)
_PRESSED = re.compile(r"\s+(?:was\s+)?pressed$", re.IGNORECASE)
_OPENS, _CLOSES = "([{<'\"`‘“", ")]}>'\"`’”.,;:!"
_BETWEEN = re.compile(r"[\s,;|،؛]+")
_KEYS = re.compile(r"(?=.*[0-9*#])[0-9*#A-D]{1,20}|[A-D]")
_WHOLE = re.compile(r"([0-9]{1,20})\.0+")
_UNSEEN = re.compile("[\u034f\u20e3\ufe00-\ufe0f]")
_SPELLED: Mapping[str, str] = {
    **{
        word: str(digit)
        for words in (
            "zero one two three four five six seven eight nine",
            "صفر ایک دو تین چار پانچ چھ سات آٹھ نو",
            "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
        )
        for digit, word in enumerate(words.split())
    },
    **dict.fromkeys(("star", "asterisk"), "*"),
    **dict.fromkeys(("hash", "pound"), "#"),
}
_NAMES_OF_KEYS = re.compile(rf"(?:{_NAMES})(?:[_ -]?(?:{_NAMES}))*", re.IGNORECASE)
_MOST_KEYS = 20
_LONGEST = 500
"""No form of a key is longer."""
_DEEPEST = 4
_EXACT = 2**53
"""A float from here on may be another whole number than was written."""


def read_key(value: object, depth: int = 0) -> KeyTold:
    """What a value out of the portal's JSON says of a key.

    A number 0 is how PHP writes an empty number, so it is none; the text "0" is a key.
    """
    if value is None or value is False:
        return NO_KEY
    if isinstance(value, int | float) and value is not True:
        return _of_number(value)
    if depth < _DEEPEST:
        if isinstance(value, str):
            return _of_text(value, depth)
        if isinstance(value, list):
            return _of_list(value, depth)
        if isinstance(value, dict):
            return _of_object(value, depth)
    return _unread(value)


def names_key(words: str, key: str) -> bool:
    """Whether words that can't be read hold this key anywhere, as a digit or spelled."""
    plain = _plain(words)
    spelled = (_SPELLED.get(each) for each in re.findall(r"\w+", plain.casefold()))
    return key in plain or key in spelled


def _of_number(value: float) -> KeyTold:
    if value == 0 or math.isnan(value):
        return NO_KEY
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    is_keys = isinstance(value, int) and 0 < value < 10**_MOST_KEYS
    return KeyTold(keys=str(value)) if is_keys else _unread(value)


def _of_text(text: str, depth: int) -> KeyTold:
    if len(text) > _LONGEST:
        return _unread(text)
    plain = _plain(text)
    if plain.casefold() in _NOTHING:
        return NO_KEY
    if plain.startswith(("[", "{", '"')):
        try:
            inside = json.loads(plain)
        except (ValueError, RecursionError):
            pass
        else:
            told = read_key(inside, depth + 1)
            return told if told.unread is None else _unread(text)
    rest = _PRESSED.sub("", plain)
    names = 0
    while names < 3 and (label := _LABEL.match(rest)):
        rest, names = rest[label.end() :], names + 1
    is_labelled = names > 0 and plain[-1] in ":=-" and not rest
    rest = rest.lstrip(_OPENS).rstrip(_CLOSES).strip()
    if is_labelled or (rest and rest.casefold() in _NOTHING):
        return NO_KEY
    keys = [_keys_of_word(each) for each in _BETWEEN.split(rest)]
    found = "".join(each for each in keys if each)
    return KeyTold(keys=found) if all(keys) and len(found) <= _MOST_KEYS else _unread(text)


def _keys_of_word(word: str) -> str | None:
    if whole := _WHOLE.fullmatch(word):
        return whole.group(1)
    if _KEYS.fullmatch(word):
        return word
    return _SPELLED.get(word.casefold())


def _of_list(value: Iterable[object], depth: int) -> KeyTold:
    """Keys one after the other."""
    told = [each for each in (read_key(each, depth + 1) for each in value) if each != NO_KEY]
    keys = "".join(each.keys or "" for each in told)
    if any(each.unread is not None for each in told) or len(keys) > _MOST_KEYS:
        return _unread(value)
    return KeyTold(keys=keys or None)


def _of_object(value: Mapping[str, object], depth: int) -> KeyTold:
    """The key that stands under a name for keys; the same one where it stands under several."""
    named: set[KeyTold] = set()
    others: set[KeyTold] = set()
    for name, each in value.items():
        is_named = _NAMES_OF_KEYS.fullmatch(name.strip()) is not None
        (named if is_named else others).add(read_key(each, depth + 1))
    told = tuple(named - {NO_KEY})
    if len(told) == 1 and told[0].keys is not None:
        return told[0]
    return NO_KEY if named | others <= {NO_KEY} else _unread(value)


def _unread(value: object) -> KeyTold:
    if isinstance(value, str):
        return KeyTold(unread=value)
    try:
        return KeyTold(unread=json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError):
        return KeyTold(unread="?")


def _plain(text: str) -> str:
    """The text with every writing of a digit as that digit, and without what can't be seen."""
    letters = unicodedata.normalize("NFKC", text)
    digits = ("".join(_letter(each) for each in letters)).strip()
    return _UNSEEN.sub("", digits).strip()


def _letter(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    if value is not None:
        return str(value)
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in ("Cf", "Cc") else letter
