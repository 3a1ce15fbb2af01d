"""Headquarters in a test's hands: wheels allowed and chosen as the pages do it, registers that hear of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kassa.packages.plugin_sets import PluginsReport
from kassa.register.control import ask_running
from kassa.register.plugin_folders import PluginFolders
from kassa.testing.shop import Shop, wait_until
from kassa.testing.till import Till
from kassa_server.channel import Channel
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.plugins import sets
from kassa_server.headquarters.plugins.allow_list import add_wheel, approve_wheel
from kassa_server.headquarters.plugins.choices import WHOLE, Choice

ASK_EVERY_S = 0.3
ANNA = "Anna"
NAME, DISTRIBUTION = "acme_loyalty", "acme-loyalty"


class Headquarters:
    """Headquarters of a shop."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.files = DirectoryFiles(shop.server.folder / "packages")

    @contextmanager
    def channel(self) -> Iterator[Channel]:
        """Its database."""
        channel = self._shop.server.channel()
        try:
            yield channel
        finally:
            channel.close()

    def allow(self, wheel: Path) -> None:
        """Upload and approve a wheel."""
        with self.channel() as channel:
            added = add_wheel(channel, self.files, wheel.name, wheel.read_bytes(), by=ANNA)
            approve_wheel(channel, self.files, added.facts.sha256, by=ANNA)

    def choose(
        self, version: str, level: str = "register", target: str = "R1", *, distribution: str = DISTRIBUTION,
        percent: int = WHOLE, required: bool = False, **settings: Any,
    ) -> None:  # fmt: skip
        """Choose a version at a place."""
        chosen = {NAME: settings} if settings else {}
        with self.channel() as channel, channel.writing() as connection:
            choice = Choice(level, target, distribution, version, chosen, required, percent)
            sets.choose(connection, channel.environment, choice, by=ANNA)

    def roll_back(self, level: str = "register", target: str = "R1") -> None:
        """Go back to the version before."""
        with self.channel() as channel, channel.writing() as connection:
            sets.roll_back(connection, channel.environment, level, target, DISTRIBUTION, by=ANNA)

    def told(self, register_id: str = "R1") -> PluginsReport:
        """What a register has told last of its plugins."""
        with self.channel() as channel, channel.reading() as connection:
            return sets.reported(connection).get(register_id, PluginsReport())

    def until(self, till: Till, held: Callable[[PluginsReport], bool], what: str) -> PluginsReport:
        """Wait until a register has told something; it synchronises meanwhile."""

        asked = [0.0]

        def told() -> bool:
            if time.monotonic() - asked[0] > ASK_EVERY_S:
                ask_running(till.folder, "synchronise")
                asked[0] = time.monotonic()
            return held(self.told(till.folder.name))

        wait_until(told, what, 60)
        return self.told(till.folder.name)

    def until_ready(self, till: Till, number: int) -> None:
        """Wait until a register takes that set at its next start."""
        self.until(till, lambda told: (told.ready, told.waits) == (number, "restart"), f"set {number} is ready")


def restart(till: Till) -> None:
    """Close the register in good order, and start it again."""
    till.close()
    till.come_back()


def ready(till: Till) -> int:
    """The set that the register takes at its next start."""
    kept = PluginFolders(till.folder).kept
    return kept.ready if kept.served else 0
