"""What the machine around the program says of the network: whose certificates to trust, and which
proxy stands between. Both are set by the environment."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from requests.utils import select_proxy, should_bypass_proxies

from .errors import ConfigError

CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name a file of certificates; the first that is set counts."""


def certificates() -> str | None:
    """The file or folder of certificates to trust in place of those that come with the program.

    Raises:
        ConfigError: it isn't there, or holds none. To go on with others would hide the mistake,
            and to find out at a call would be too late.
    """
    for variable in CERTIFICATES:
        name = os.environ.get(variable, "").strip()
        if not name:
            continue
        remedy = (
            f"Name a file of certificates (PEM) in {variable} that this user may read, or remove "
            f"the variable: unset {variable}"
        )
        path = Path(name)
        if path.is_dir():
            return name
        try:
            ssl.create_default_context(cafile=name)
        except (OSError, ValueError) as error:  # an SSLError is an OSError
            problem = "is not there" if not path.exists() else "holds no certificate that is one"
            raise ConfigError(f"{variable} names a file that {problem}: {name}.", remedy) from error
        return name
    return None


def proxy_for(url: str) -> str | None:
    """The variable that names a proxy for this address, such as HTTPS_PROXY; None where no proxy is
    named, or `no_proxy` spares the address. Only its name: the proxy's address may hold a
    password."""
    if should_bypass_proxies(url, no_proxy=None):
        return None
    proxies = getproxies()
    if not select_proxy(url, proxies):
        return None
    scheme = urlsplit(url).scheme
    for name in (f"{scheme}_proxy", "all_proxy"):
        for variable in (name.upper(), name):
            if os.environ.get(variable):
                return variable
    return "the system's settings"
