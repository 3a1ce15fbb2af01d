"""Headquarters apart, and store servers that have joined it: real processes, which can be killed.

::

    with Headquarters(tmp_path / "headquarters") as office:
        with JoinedStoreServer(tmp_path / "branch", office.channel_code()) as branch:
            ...
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kassa.testing.server import StoreServer, server_module
from kassa.testing.store import REGISTER, STORE


class Headquarters(StoreServer):
    """Headquarters alone: no register is answered here. Prepared with a store, started and killed like a store server
    (:class:`kassa.testing.server.StoreServer`)."""

    def _command(self) -> list[str]:
        return ["kassa.cli", "headquarters", "serve"]

    def channel_code(self, store_id: str = STORE, name: str = "Butik") -> str:
        """A code that makes a machine the store server of a store's group, as ``kassa headquarters channel-code``
        prints it."""
        channel = self.channel()
        try:
            with channel.writing() as connection:
                codes = server_module("headquarters.channel_codes")
                group = codes.group_of_store(connection, store_id)
                code = codes.make_channel_code(connection, channel.environment, name, group)
        finally:
            channel.close()
        made: str = server_module("running").activation_text(self.folder, code, self.address).text
        return made

    def activation_code(self, register_id: str = REGISTER, store_server: str | None = None) -> str:
        """An activation code as ``kassa activation-code`` prints it here: with the address of the store server that
        serves the register, which has the code with its next packages."""
        channel = self.channel()
        try:
            with channel.writing() as connection:
                made = server_module("activation")
                code = made.make_code(connection, channel.environment, register_id, store_server)
                find = server_module("headquarters.store_servers").store_server_of
                serving = find(connection, register_id, store_server)
        finally:
            channel.close()
        self.distribute()
        text: str = server_module("running").activation_text(self.folder, code, None, serving).text
        return text


class JoinedStoreServer(StoreServer):
    """A store server in a process of its own, on an empty database, that joins a headquarters when it is first started
    and asks it each second for something new.

    :param code: as :meth:`Headquarters.channel_code` makes it.
    """

    def __init__(self, folder: Path, code: str, **settings: Any) -> None:
        super().__init__(folder, store=None, **settings)
        self._code = code

    def _command(self) -> list[str]:
        return [*super()._command(), "--headquarters", self._code, "--headquarters-interval", "1"]
