"""The pages as a running server serves them: over HTTPS, and told of at its start."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
from tests.server.web.stocked import PASSWORD, add_users

from kassa_server.channel import Channel
from kassa_server.running import RunningServer, Settings


def test_over_https_with_the_servers_own_authority(tmp_path: Path, store_with_users: Path) -> None:
    """The whole way in, trusting only the server's own CA: the cookies are secure, and the browser is told to stay."""
    (tmp_path / "channel.db").write_bytes(store_with_users.read_bytes())
    server = RunningServer(Settings(tmp_path, port=0, tls=True, schedules=False))
    server.start()
    try:
        trust = ssl.create_default_context(cadata=server.app.state.ca_certificate)
        with httpx.Client(base_url=server.address, verify=trust, follow_redirects=True) as client:
            page = client.get("/")
            assert str(page.url) == f"{server.address}/headquarters/log-on"
            token = page.text.split('name="csrf_token" value="')[1][:64]
            fields = {"csrf_token": token, "name": "Anna", "password": PASSWORD}
            page = client.post("/headquarters/log-on", data=fields)
            assert "At a glance" in page.text
            assert page.headers["strict-transport-security"]
            assert all(cookie.secure for cookie in client.cookies.jar)
            assert f'value="{server.address}"' in client.get("/headquarters/registers/R1").text
    finally:
        server.stop()


def test_the_server_says_where_the_pages_are(tmp_path: Path) -> None:
    """With how to make the first user, until there is one."""
    server = RunningServer(Settings(tmp_path, port=0, schedules=False))
    try:
        assert server.greeting() == [
            f"Headquarters' pages at {server.address}/headquarters/",
            "They have no user yet: kassa headquarters add-user NAME --role administrator",
        ]
        channel = Channel(f"sqlite:///{tmp_path / 'channel.db'}")
        add_users(channel)
        channel.close()
        assert len(server.greeting()) == 1
    finally:
        server.stop()
