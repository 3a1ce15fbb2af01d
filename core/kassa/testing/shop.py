"""A shop for tests: a real store server, the network before it, and registers in temporary folders.

::

    with Shop(tmp_path) as shop, shop.open_register() as register:
        shop.log_on(register)
        register.run(100, code=shop.barcode("1001"))
        shop.network.freeze()
        register.run(200)
"""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kassa.environment import Environment
from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal.database import WriteListener
from kassa.plugins import Finder, installed
from kassa.register import Register, activate, open_register
from kassa.testing.network import Network
from kassa.testing.server import StoreServer
from kassa.testing.store import CASHIER, CASHIER_PIN, REGISTER, SMALL_STORE, barcode
from kassa.testing.till import Till
from kassa.trust import ActivationCode, read_activation_code

LOG_ON = 700
PATIENCE_S = 45.0
PRESSES = 5


class Shop:
    """A store server on loopback, a network in the test's hands, and registers.

    :param process: the store server has a process of its own, and can be killed.
    :param store: the store to prepare.
    :param profile: offline profile settings that differ from the defaults, by name.
    :param environment: the registers' clock and randomness.
    :param database: the channel database's URL; None: SQLite in the server's folder.
    :param direct: registers reach the store server itself, and not through :attr:`network`: for measuring.
    """

    def __init__(
        self,
        folder: Path,
        *,
        process: bool = False,
        store: Mapping[str, Any] = SMALL_STORE,
        profile: Mapping[str, Any] | None = None,
        environment: Environment | None = None,
        tls: bool = False,
        database: str | None = None,
        direct: bool = False,
    ) -> None:
        self.folder = folder
        self._direct = direct
        self.environment = environment or Environment()
        if profile is not None:
            store = {**store, "profile": {**store.get("profile", {}), **profile}}
        self.server = StoreServer(folder / "server", process=process, store=store, tls=tls, database=database)
        self.server.start()
        self.network = Network(self.server.address)
        self._registers: list[Register] = []
        self._tills: list[Till] = []

    def activate(self, register_id: str = REGISTER, *, name: str | None = None, network: Network | None = None) -> Path:
        """Activate a register; its folder. It reaches the store server through ``network``, or :attr:`network`."""
        folder = self.folder / (name or register_id)
        code = read_activation_code(self.server.activation_code(register_id))
        address = self.server.address if self._direct else (network or self.network).address
        activate(folder, ActivationCode(address, code.fingerprint, code.code).text, environment=self.environment)
        return folder

    def open_register(
        self,
        folder: Path | None = None,
        *,
        finder: Finder = installed,
        on_write: WriteListener | None = None,
    ) -> Register:
        """Open a register in this process, activating one first if no folder is given."""
        folder = folder or self._ready_folder()
        register = open_register(folder, environment=self.environment, finder=finder, on_write=on_write)
        self._registers.append(register)
        return register

    def start_till(self, folder: Path | None = None, *, kill_at: str | None = None, kind: type[Till] = Till) -> Till:
        """Start a register in a process of its own, which can be killed.

        :param kind: :class:`kassa.testing.forked_till.ForkedTill` starts at once.
        """
        till = kind(folder or self._ready_folder(), kill_at=kill_at)
        self._tills.append(till)
        return till

    def _ready_folder(self) -> Path:
        folder = self.folder / REGISTER
        return folder if (folder / "installation.json").exists() else self.activate()

    @staticmethod
    def log_on(register: Register, staff_id: str = CASHIER, pin: str = CASHIER_PIN) -> None:
        """Log a staff member on. Where a new register's store server was too slow for the profile's timeout, on a busy
        machine, it is pressed again, as a cashier would."""
        for _try in range(PRESSES - 1):
            try:
                register.run(LOG_ON, staff_id=staff_id, pin=pin)
                return
            except OfflineDatabaseUnavailable:
                pass
        register.run(LOG_ON, staff_id=staff_id, pin=pin)

    @staticmethod
    def barcode(item_number: str) -> str:
        """The barcode of an item of the small store."""
        return barcode(item_number)

    def with_data(self, register: Register) -> Register:
        """Wait until a register that somebody has logged on to has its offline database and staff verifiers."""
        wait_until(lambda: register.readiness().ready, "the register is ready to sell offline")
        return register

    def delivered(self, register: Register) -> None:
        """Wait until the store server has everything that the register's journal holds."""

        def everything_is_in() -> bool:
            register.delivery.wake()
            return register.waiting().entries == 0

        wait_until(everything_is_in, "everything is delivered")

    def close(self) -> None:
        """Stop registers, network and store server."""
        for till in self._tills:
            till.close()
        for register in self._registers:
            register.close()
        self.network.close()
        self.server.stop()

    def __enter__(self) -> Shop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def wait_until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until ``condition`` holds.

    :raises AssertionError: it did not within ``patience_s``; names ``what``.
    """
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience_s} s: {what}")
        time.sleep(0.01)


def without(*names: str) -> Finder:
    """A finder of installed plugins that does not find those of the given names: as if they were not installed."""

    def find() -> Sequence[importlib.metadata.EntryPoint]:
        return [point for point in installed() if point.name not in names]

    return find
