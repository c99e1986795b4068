"""What is shown of others' words: without secrets, on one line, not too long."""

from __future__ import annotations

import re

_NAMES = r"key|token|assertion|password|passwd|secret|signature|authorization"
_SECRETS = re.compile(
    rf"(?P<name>(?:{_NAMES})[\"']?\s*(?:=|:|%3D|%3A)\s*)"
    r"(?P<value>\"(?:[^\"\\]|\\.)*(?:\"|$)|'(?:[^'\\]|\\.)*(?:'|$)"
    r"|(?:(?:bearer|basic)\s+)?[^&\s]+)",
    re.IGNORECASE | re.DOTALL,
)
_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)(?P<user>[^/\s:@]*):[^/\s]*@")
# Secrets that are known by what they look like, also where nothing names them: a private key, a
# signed token (JSON in base64 begins with eyJ), Google's access token, what Authorization holds.
_FORMS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|eyJ[\w-]{10,}(?:\.[\w-]*)*"
    r"|ya29\.[\w.~+/-]+"
    # Words such as "Bearer token" or "Basic package" are left; a secret is longer, or has a digit
    # or a capital.
    r"|(?<=(?i:bearer)\s)[^\s\"'<>&]{6,}"
    r"|(?<=(?i:basic)\s)(?=[^\s\"'<>&]*[A-Z0-9=])[^\s\"'<>&]{4,}",
    re.DOTALL,
)
_WORDS_SHOWN = 200
_QUERY = re.compile(r"\?[^\s)\"'>]+")


def redacted(text: object) -> str:
    """The text without secrets: neither what follows the name of one, nor what looks like one."""
    plain = _PASSWORD_IN_ADDRESS.sub(r"\g<user>:…@", str(text))
    return _SECRETS.sub(r"\g<name>…", _FORMS.sub("…", plain))


def in_one_line(text: object) -> str:
    """What a service says, fit for a cell or a message: redacted, on one line, not too long.

    Whatever stands between us and a service may answer in its place, with a whole page that
    repeats what was sent.
    """
    return shortened(printable(redacted(text)))


def printable(text: object) -> str:
    """The text on one line. What can't be printed becomes a space: terminals obey it, it turns the
    order of letters round, and PostgreSQL takes no NUL."""
    plain = str(text).encode("utf-8", errors="replace").decode()
    if not plain.isprintable():
        plain = "".join(each if each.isprintable() else " " for each in plain)
    return " ".join(plain.split())


def shortened(words: str) -> str:
    """As much of the words as a cell shows well."""
    return words if len(words) <= _WORDS_SHOWN else f"{words[: _WORDS_SHOWN - 1]}…"


def without_query(text: object) -> str:
    """The text redacted and with every address cut at its question mark: queries hold numbers."""
    return _QUERY.sub("?…", redacted(text))
