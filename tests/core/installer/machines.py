"""Machines that are written down: what runs on them, and what was run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kassa.installer.sql_server import Instance


@dataclass
class WrittenMachine:
    """A machine for :class:`kassa.installer.sql_server.Machine`.

    :param found: what its registry or its ports name.
    :param appears: what is there after a command has run.
    """

    windows: bool
    found: Sequence[Instance] = ()
    files: tuple[Path, ...] = ()
    code: int = 0
    appears: Sequence[Instance] = ()
    ran: list[tuple[tuple[str, ...], Mapping[str, str]]] = field(default_factory=list)

    def instances(self) -> Sequence[Instance]:
        return self.found

    def has(self, file: Path) -> bool:
        return file in self.files

    def run(self, command: Sequence[str], secrets: Mapping[str, str]) -> int:
        self.ran.append((tuple(command), secrets))
        self.found = self.appears
        return self.code
