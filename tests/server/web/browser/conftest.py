"""One browser and one server with something to see, for all tests of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium import webdriver
from tests.server.web.browser import chromium
from tests.server.web.browser.chromium import Pages
from tests.server.web.stocked import stock, stock_plugin

from kassa.environment import SystemClock
from kassa_server.channel import Channel
from kassa_server.running import RunningServer, Settings


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A real Chromium."""
    started = chromium.start(tmp_path_factory.mktemp("chromium"))
    yield started
    started.quit()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, store_with_users: Path) -> Iterator[str]:
    """A running server whose registers have sold."""
    folder = tmp_path_factory.mktemp("headquarters")
    (folder / "channel.db").write_bytes(store_with_users.read_bytes())
    server = RunningServer(Settings(folder, port=0, schedules=False))
    server.start()
    channel = Channel(f"sqlite:///{folder / 'channel.db'}")
    with httpx.Client(base_url=server.address, timeout=60) as client:
        stock(channel, client, SystemClock())
    stock_plugin(channel, folder)
    channel.close()
    yield server.address
    server.stop()


@pytest.fixture
def pages(browser: webdriver.Chrome, address: str) -> Pages:
    """Headquarters' pages for somebody new, in a wide and light window."""
    browser.delete_all_cookies()
    made = Pages(browser, f"{address}/headquarters")
    made.look()
    made.complaints()
    return made
