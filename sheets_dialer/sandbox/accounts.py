"""Service accounts with real keys, and the access tokens that they hold."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .clock import Now

PROJECT_ID = "robocall-sandbox"
PROJECT_NUMBER = "401234567890"
TOKEN_SECONDS = 3600.0
"""How long Google's access tokens live (documented)."""


@dataclass(frozen=True)
class ServiceAccount:
    """An account that signs in with a private key (PEM, PKCS #8)."""

    email: str
    client_id: str
    key_id: str
    private_key: str

    @classmethod
    def create(cls, name: str, source: random.Random) -> ServiceAccount:
        """A new account of the sandbox's project with a key made on the spot.

        The key comes from the system's randomness, not from `source`: it is a real one.
        """
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(
            email=f"{name}@{PROJECT_ID}.iam.gserviceaccount.com",
            client_id=str(source.randrange(10**20, 2 * 10**20)),
            key_id=secrets.token_hex(20),
            private_key=pem.decode("ascii"),
        )

    @cached_property
    def public_key(self) -> rsa.RSAPublicKey:
        """The key that proves the account's signatures."""
        key = serialization.load_pem_private_key(self.private_key.encode("ascii"), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.public_key()

    def key_file(self, origin: str) -> dict[str, str]:
        """The key file as Google hands it out, its token_uri pointing to this sandbox."""
        return {
            "type": "service_account",
            "project_id": PROJECT_ID,
            "private_key_id": self.key_id,
            "private_key": self.private_key,
            "client_email": self.email,
            "client_id": self.client_id,
            "auth_uri": f"{origin}/auth",
            "token_uri": f"{origin}/token",
            "auth_provider_x509_cert_url": f"{origin}/oauth2/v1/certs",
            "client_x509_cert_url": f"{origin}/robot/v1/metadata/x509/{self.email}",
            "universe_domain": "googleapis.com",
        }

    def to_json(self) -> dict[str, str]:
        """The account as the state file keeps it."""
        return {
            "email": self.email,
            "client_id": self.client_id,
            "key_id": self.key_id,
            "private_key": self.private_key,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ServiceAccount:
        """Reads what `to_json` wrote."""
        return cls(data["email"], data["client_id"], data["key_id"], data["private_key"])


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token is worth: whose it is, for which scopes, until when."""

    email: str
    scopes: frozenset[str]
    expires_at: float


class Tokens:
    """The access tokens in circulation. `lifetime` is for tokens granted from now on."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._grants: dict[str, Grant] = {}
        self.lifetime = TOKEN_SECONDS

    def grant(self, email: str, scopes: Iterable[str]) -> str:
        """A new access token."""
        now = self._now()
        self._grants = {k: g for k, g in self._grants.items() if g.expires_at > now - TOKEN_SECONDS}
        token = "ya29.c." + secrets.token_urlsafe(96)
        self._grants[token] = Grant(email, frozenset(scopes), now + self.lifetime)
        return token

    def find(self, token: str) -> Grant | None:
        """The grant behind a token, expired or not; None for one that was never given."""
        return self._grants.get(token)

    def is_live(self, grant: Grant) -> bool:
        """Whether the grant hasn't expired."""
        return self._now() < grant.expires_at

    def expire_all(self) -> int:
        """Ends every token that is still live and tells how many there were."""
        now = self._now()
        live = [token for token, grant in self._grants.items() if grant.expires_at > now]
        for token in live:
            grant = self._grants[token]
            self._grants[token] = Grant(grant.email, grant.scopes, now)
        return len(live)


class Accounts:
    """Every service account there is, by e-mail address."""

    def __init__(self, accounts: Iterable[ServiceAccount]) -> None:
        self._by_email = {account.email: account for account in accounts}

    def find(self, email: str) -> ServiceAccount | None:
        """The account with that address."""
        return self._by_email.get(email)
