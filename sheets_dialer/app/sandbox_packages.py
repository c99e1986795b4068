"""Whether the sandbox can run here. It is another company's software with a web server of its own,
so its packages are an extra: who only dials needs none of them."""

from __future__ import annotations

from importlib.util import find_spec

from ..base.errors import DialerError

MODULES = ("uvicorn", "httptools", "orjson", "jwt")
"""What the extra `sandbox` of pyproject.toml brings."""


class SandboxMissing(DialerError):
    """The sandbox's packages aren't installed."""

    exit_code = 2


def require_sandbox() -> None:
    """Looks whether the sandbox's packages are there, without loading them.

    Raises:
        SandboxMissing: one is missing; the message says what to install.
    """
    if not all(map(find_spec, MODULES)):
        raise SandboxMissing(
            "The sandbox's packages aren't installed. Install them with: "
            'python -m pip install "sheets-dialer[sandbox]"'
        )
