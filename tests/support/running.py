"""A sandbox in a process of its own, and clients of it, for tests."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import gspread
import requests
from google.auth.transport.requests import AuthorizedSession
from google.auth.transport.requests import Request as GoogleAuthRequest
from google.oauth2.service_account import Credentials
from requests.adapters import HTTPAdapter

from tests.support.forking import Forked

SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
)
COMMAND = (sys.executable, "-m", "sheets_dialer.sandbox")
STOP_SECONDS = 10


class Loopback(HTTPAdapter):
    """Sends what is meant for Google's hosts to the sandbox."""

    __attrs__: ClassVar[list[str]] = [*HTTPAdapter.__attrs__, "_origin"]
    """What a copy keeps: google-auth copies sessions with their adapters."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = self._origin + parts._replace(scheme="", netloc="").geturl()
        return super().send(request, *args, **kwargs)


class RunningSandbox:
    """One sandbox process with its directory."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory = directory
        self._options = options
        self._sessions: list[requests.Session] = []
        self._control: requests.Session | None = None
        self.url = ""
        self.start()

    def start(self) -> None:
        """Starts the process and waits until it answers."""
        self.process = Forked(
            "sheets_dialer.sandbox.__main__:main",
            ["--port", "0", "--dir", str(self.directory), *self._options],
            errors=self.directory / "stderr.txt",
        )
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise AssertionError(f"the sandbox didn't start:\n{self.errors()}")

    def signal(self, number: signal.Signals) -> int:
        """Sends the signal, waits for the end and gives the exit code."""
        self.process.send_signal(number)
        self.stop()
        return self.process.wait()

    def stop(self) -> None:
        """Ends the process, unless it is ending already, and closes every client."""
        for session in self._sessions:
            session.close()
        self._sessions.clear()
        self._control = None
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(STOP_SECONDS)
        self.process.stdout.close()

    def errors(self) -> str:
        """What the process wrote to stderr."""
        return (self.directory / "stderr.txt").read_text()

    @property
    def spreadsheet_id(self) -> str:
        """The spreadsheet that the sandbox made."""
        return str(json.loads((self.directory / "sandbox.json").read_text())["spreadsheet_id"])

    def credentials(self, key_file: str = "service-account.json") -> Credentials:
        """Real credentials from one of the key files."""
        return Credentials.from_service_account_file(
            str(self.directory / key_file), scopes=list(SCOPES)
        )

    def google_session(self, key_file: str = "service-account.json") -> AuthorizedSession:
        """A signed-in session whose requests to Google's hosts come to the sandbox."""
        signing_in = self.session()
        credentials = self.credentials(key_file)
        session = AuthorizedSession(credentials, auth_request=GoogleAuthRequest(signing_in))
        session.trust_env = False
        self._sessions.append(session)
        for each in (signing_in, session):
            each.mount("https://", Loopback(self.url))
        return session

    def dialer_client(self) -> gspread.Client:
        """Unmodified gspread, signed in as the dialer's account."""
        return self._client("service-account.json")

    def person_client(self) -> gspread.Client:
        """Unmodified gspread, signed in as the person."""
        return self._client("person.json")

    def session(self) -> requests.Session:
        """A plain session without an account, for the portal and for control."""
        session = requests.Session()
        session.trust_env = False
        self._sessions.append(session)
        return session

    def get(self, path: str, **parameters: str) -> Any:
        """The JSON that a GET answers, whatever its status."""
        return self._request("GET", path, params=parameters)

    def post(self, path: str, data: Any) -> Any:
        """The JSON that a POST answers; it must be a success."""
        return self._request("POST", path, json=data, must_succeed=True)

    def delete(self, path: str) -> Any:
        """The JSON that a DELETE answers; it must be a success."""
        return self._request("DELETE", path, must_succeed=True)

    def reset(self, *, limits: bool) -> None:
        """No faults, no counts, tokens of an hour, Google's quotas as wished."""
        self.delete("/_sandbox/faults")
        self.delete("/_sandbox/requests")
        self.post("/_sandbox/limits", {"enabled": limits})
        self.post("/_sandbox/tokens", {"lifetime": 3600})
        self.post("/_sandbox/apis", {"sheets": True, "drive": True})
        self.post("/_sandbox/clock", {"offset": 0})

    def _client(self, key_file: str) -> gspread.Client:
        session = self.google_session(key_file)
        return gspread.Client(session.credentials, session=session)

    def _request(self, method: str, path: str, *, must_succeed: bool = False, **rest: Any) -> Any:
        if self._control is None:
            self._control = self.session()
        response = self._control.request(method, self.url + path, timeout=30, **rest)
        assert response.ok or not must_succeed, response.text
        return response.json()
