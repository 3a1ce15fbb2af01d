"""Users of headquarters, without a browser: they fetch pages, read the form's token and send the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient
from tests.server.conftest import Shop, open_shop, sqlite_database
from tests.server.web.stocked import PASSWORD, add_users, stock

from kassa_server.channel import Channel
from kassa_server.web.guard import HEADERS

HOME = "/headquarters"
OWN_SCRIPT = re.compile(r'<script src="/headquarters/static/\w+\.js\?[0-9a-f]{12}" defer></script>')
"""The only way a page may have a script: a file of this server's, by its content."""
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


class Person:
    """Somebody at headquarters' pages, with cookies of their own."""

    def __init__(self, shop: Shop, language: str = "en") -> None:
        self.client = TestClient(shop.client.app, raise_server_exceptions=False, headers={"Accept-Language": language})
        self.seen = ""

    def get(self, path: str = "/", *, follow: bool = True) -> httpx.Response:
        """Fetch a page; every answer has the security headers."""
        response = self.client.get(HOME + path, follow_redirects=follow)
        return self._look(response)

    def send(self, path: str, *, follow: bool = True, token: str | None = None, **fields: object) -> httpx.Response:
        """Send a form with the token of the page seen last."""
        found = _TOKEN.search(self.seen)
        shown = token if token is not None else (found.group(1) if found else "")
        response = self.client.post(HOME + path, data={"csrf_token": shown, **fields}, follow_redirects=follow)
        return self._look(response)

    def log_on(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Log on by the form."""
        self.get("/log-on")
        return self.send("/log-on", name=name, password=password)

    def _look(self, response: httpx.Response) -> httpx.Response:
        for name, value in HEADERS.items():
            assert response.headers[name] == value, response.url
        assert "<script" not in OWN_SCRIPT.sub("", response.text)
        assert " style=" not in response.text
        assert "Traceback" not in response.text
        if _TOKEN.search(response.text):
            self.seen = response.text
        return response


@pytest.fixture(scope="session")
def store_with_users(tmp_path_factory: pytest.TempPathFactory, small_store: Path) -> Path:
    """The small store with a user of each role in a SQLite file, to be copied."""
    folder = tmp_path_factory.mktemp("users")
    channel = Channel(sqlite_database(folder, small_store))
    add_users(channel)
    channel.close()
    return folder / "channel.db"


@pytest.fixture
def users(tmp_path: Path, store_with_users: Path) -> Iterator[Shop]:
    """The small store with a user of each role: Anna, Mats and Vera."""
    yield from open_shop(sqlite_database(tmp_path, store_with_users))


@pytest.fixture
def stocked(users: Shop) -> Shop:
    """The same, with a register that has sold."""
    stock(users.channel, users.client, users.clock)
    return users


@pytest.fixture
def person(users: Shop) -> Callable[[str], Person]:
    """Somebody who is logged on."""

    def make(name: str) -> Person:
        made = Person(users)
        assert made.log_on(name).status_code == 200
        return made

    return make
