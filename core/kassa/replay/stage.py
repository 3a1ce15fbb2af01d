"""Where it is played: store server, network and register, each real, each made to fail as the plan says."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kassa.replay.faults import LASTING, SERVER_BOUNCED, STOP
from kassa.replay.store import REGISTER
from kassa.testing.network import Network
from kassa.testing.server import StoreServer
from kassa.testing.shop import Shop
from kassa.testing.till import Till

CHANNEL, JOURNAL = "channel.db", "journal.db"


class Stage:
    """A store server in a process of its own, a network before it, and a register in a process of its own.

    :param folder: where everything is kept; the server in ``server``, the register in ``register``.
    :param store: what :func:`kassa.replay.store.describe_store` made.
    """

    def __init__(self, folder: Path, store: Mapping[str, Any]) -> None:
        self.folder = folder
        self._shop = Shop(folder, process=True, store=store)
        try:
            self.register_folder = self._shop.activate(REGISTER, name="register")
        except BaseException:
            self._shop.close()
            raise
        self._till: Till | None = None

    # -- the parts --------------------------------------------------------------------------------------------------

    @property
    def server(self) -> StoreServer:
        """The store server."""
        return self._shop.server

    @property
    def network(self) -> Network:
        """The network before it."""
        return self._shop.network

    @property
    def till(self) -> Till:
        """The register, started when it is first needed."""
        if self._till is None:
            self._till = self._shop.start_till(self.register_folder)
        return self._till

    @property
    def in_order(self) -> bool:
        """Whether the store server runs and the network passes."""
        return self.server.pid is not None and self.network.fault.kind == "pass"

    @property
    def channel_file(self) -> Path:
        """The channel database."""
        return self.folder / "server" / CHANNEL

    @property
    def journal_file(self) -> Path:
        """The register's journal."""
        return self.register_folder / JOURNAL

    # -- what happens to them ---------------------------------------------------------------------------------------

    def fail(self, kind: str) -> None:
        """Begin a trouble of that kind (:data:`kassa.replay.faults.LASTING`), ending any other."""
        self.recover()
        if kind == STOP:
            self.server.kill()
            self.network.refuse()
        elif kind == SERVER_BOUNCED:
            self.server.kill()
            self.server.start()
        elif kind in LASTING:
            getattr(self.network, kind)()
        else:
            raise ValueError(kind)

    def drop_answer(self) -> None:
        """The store server acts on the next request, and its answer does not arrive."""
        self.recover()
        self.network.drop_answer(once=True)

    def recover(self) -> None:
        """The store server runs, and the network passes."""
        if self.server.pid is None:
            self.server.start()
        self.network.pass_through()

    def cut_power(self) -> None:
        """SIGKILL the register between two operations, and start it again."""
        self.till.kill()
        self.till.come_back()

    def cut_power_soon(self, seconds: float) -> threading.Timer:
        """SIGKILL the register so much later, whatever it is doing then."""
        timer = threading.Timer(seconds, self.till.pull_plug)
        timer.start()
        return timer

    def close(self) -> None:
        """Stop everything. What is in the folder stays."""
        self._shop.close()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
