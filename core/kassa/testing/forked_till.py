"""A register's process that starts at once: forked from one that has imported everything already."""

from __future__ import annotations

import importlib
import socket
from pathlib import Path
from typing import Any

from kassa.testing.forking import forker
from kassa.testing.till import Till


class ForkedTill(Till):
    """A :class:`Till` whose process is forked. POSIX only."""

    def _start(self, kill_at: str | None) -> None:
        self._process = forker(__name__).start({"folder": str(self.folder), "kill_at": kill_at})
        self._read()


def prepare() -> None:
    """Import the plugins, and what the gateway imports late."""
    from kassa.plugins import installed

    importlib.import_module("kassa.testing.till_process")
    importlib.import_module("kassa.gateway.transport")
    for point in installed():
        point.load()


def run(told: dict[str, Any], connection: socket.socket) -> None:
    """A register's life."""
    from kassa.testing import till_process

    commands, answers = connection.makefile("rb"), connection.makefile("wb")
    till_process.serve(Path(told["folder"]), told["kill_at"], commands, answers)
