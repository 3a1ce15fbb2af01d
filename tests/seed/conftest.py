"""A retailer with a browser, a terminal and a store whose register is not set up for offline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.seed.places import Server, Terminal
from tests.server.web.browser import chromium
from tests.server.web.browser.chromium import Pages
from tests.server.web.stocked import add_users

from kassa.testing.store import SMALL_STORE
from kassa_server.channel import Channel
from kassa_server.headquarters.schedule_list import set_schedule
from kassa_server.store_file import prepare

PROFILE = {"request_timeout_s": 10, "reconnect_interval_min": 0.02, "sync_interval_s": 1}


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A command line with a store that has one register, without *Support offline*, users at headquarters, and no
    schedule that runs by itself."""
    made = Terminal(tmp_path)
    folder = made.data / "server"
    folder.mkdir(parents=True)
    database = f"sqlite:///{folder / 'channel.db'}"
    register = {**SMALL_STORE["registers"][0], "support_offline": False}
    prepare(database, {**SMALL_STORE, "registers": [register], "profile": PROFILE})
    channel = Channel(database)
    add_users(channel)
    with channel.writing() as connection:
        set_schedule(connection, 9999, 1, enabled=False, by="test", now=channel.environment.clock.utc())
    channel.close()
    return made


@pytest.fixture
def server(terminal: Terminal) -> Iterator[Server]:
    """Headquarters and store server in one process."""
    made = Server(terminal)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def pages(tmp_path: Path, server: Server) -> Iterator[Pages]:
    """Headquarters' pages in a browser that wants Swedish."""
    browser = chromium.start(tmp_path / "chromium")
    made = Pages(browser, f"{server.address}/headquarters")
    made.look(language="sv")
    yield made
    browser.quit()
