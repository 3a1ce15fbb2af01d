"""Headquarters apart, and store servers that have joined it: real processes, which can be killed.

::

    with Headquarters(tmp_path / "headquarters") as office:
        with JoinedStoreServer(tmp_path / "branch", office.channel_code()) as branch:
            ...
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kassa.testing.server import StoreServer, server_module
from kassa.testing.store import STORE


class Headquarters(StoreServer):
    """Headquarters alone: no register is answered here. Prepared with a store, started and killed like a store server
    (:class:`kassa.testing.server.StoreServer`)."""

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "kassa.cli", "headquarters", "serve"]

    def channel_code(self, *stores: str, name: str = "Butik") -> str:
        """A code that makes a machine the store server of these stores, as ``kassa headquarters channel-code`` prints
        it."""
        channel = self.channel()
        try:
            with channel.writing() as connection:
                codes = server_module("headquarters.channel_codes")
                code = codes.make_channel_code(connection, channel.environment, name, stores or (STORE,))
        finally:
            channel.close()
        made: str = server_module("running").activation_text(self.folder, code, self.address).text
        return made


class JoinedStoreServer(StoreServer):
    """A store server in a process of its own that joins a headquarters when it is first started.

    :param code: as :meth:`Headquarters.channel_code` makes it.
    """

    def __init__(self, folder: Path, code: str, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self._code = code

    def _command(self) -> list[str]:
        return [*super()._command(), "--headquarters", self._code]
