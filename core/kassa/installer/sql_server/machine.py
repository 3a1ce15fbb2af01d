"""What is asked of a machine: which instances of SQL Server run on it, and to run a command."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PORT = 1433
_CONNECT_S = 1.0
_INSTANCES = r"SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL"
_DEFAULT_INSTANCE = "MSSQLSERVER"


@dataclass(frozen=True)
class Instance:
    """An instance of SQL Server on this machine.

    :param host: as in a connection: ``localhost``, or ``.\\SQLEXPRESS``.
    :param trusted: whoever is logged on to the machine is known to it (Windows).
    """

    host: str
    port: int | None = None
    trusted: bool = False


class Machine(Protocol):
    """A machine that a register is installed on."""

    @property
    def windows(self) -> bool:
        """Whether it runs Windows."""

    def instances(self) -> Sequence[Instance]:
        """The instances of SQL Server on it."""

    def has(self, file: Path) -> bool:
        """Whether there is such a file."""

    def run(self, command: Sequence[str], secrets: Mapping[str, str]) -> int:
        """Run a command and wait; its exit code. ``secrets`` are in its environment, where no list of processes shows
        them.

        :raises OSError: it cannot be run.
        """


class _Any:
    def has(self, file: Path) -> bool:
        """Look on the disk."""
        return file.exists()

    def run(self, command: Sequence[str], secrets: Mapping[str, str]) -> int:
        """Run it."""
        return subprocess.run(list(command), env={**os.environ, **secrets}, check=False).returncode


class WindowsMachine(_Any):
    """Windows: instances by their names in the registry, reached through named pipes or shared memory."""

    windows = True

    def instances(self) -> Sequence[Instance]:
        """What the registry names, the default instance first."""
        names = sorted(_registry_names(), key=lambda name: name != _DEFAULT_INSTANCE)
        return [Instance("." if name == _DEFAULT_INSTANCE else f".\\{name}", trusted=True) for name in names]


class PosixMachine(_Any):
    """Linux and others: an instance that listens on the usual port."""

    windows = False

    def __init__(self, port: int = PORT) -> None:
        self._port = port

    def instances(self) -> Sequence[Instance]:
        """One, if something answers there."""
        try:
            socket.create_connection(("localhost", self._port), timeout=_CONNECT_S).close()
        except OSError:
            return []
        return [Instance("localhost", None if self._port == PORT else self._port)]


def this_machine() -> Machine:
    """The machine that this runs on."""
    return WindowsMachine() if platform.system() == "Windows" else PosixMachine()


def _registry_names() -> Iterator[str]:
    try:
        import winreg
    except ImportError:
        return
    registry: object = winreg
    open_key, value_at = getattr(registry, "OpenKey"), getattr(registry, "EnumValue")  # noqa: B009  not on this system
    try:
        with open_key(getattr(registry, "HKEY_LOCAL_MACHINE"), _INSTANCES) as key:  # noqa: B009  not on this system
            place = 0
            while True:
                yield str(value_at(key, place)[0])
                place += 1
    except OSError:
        return
