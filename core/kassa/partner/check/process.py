"""The process that a wheel's plugins are loaded and run in: ``python -m kassa.partner.check.process``, with the
unpacked wheel on its path. Reads what to do from standard input, and says what it found on standard output."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from kassa.partner.check.loading import Loaded
from kassa.partner.check.report import Finding
from kassa.partner.check.selling import Selling


class Task(msgspec.Struct, frozen=True):
    """What to look at."""

    names: list[str]
    packages: list[str]
    version: str
    settings: dict[str, dict[str, Any]] = {}
    parameters: dict[str, dict[str, Any]] = {}
    sell: bool = True


class Found(msgspec.Struct, frozen=True):
    """What was found; ``ran`` tells that the operations were run."""

    findings: list[Finding]
    api_level: int | None = None
    ran: bool = False


def look(task: Task) -> Found:
    """Load, and run in every state what has been loaded."""
    loaded = Loaded(task.names, task.packages, task.version, task.settings)
    findings = list(loaded.findings())
    ran = task.sell and len(loaded.host.loaded) == len(task.names)
    if ran:
        numbers = {int(number): values for number, values in task.parameters.items()}
        selling = Selling(task.names, loaded.operations, numbers)
        with tempfile.TemporaryDirectory(prefix="kassa-check-") as folder:
            selling.run(Path(folder), task.settings)
        findings += selling.findings
    return Found(findings, loaded.api_level, ran)


def main() -> None:
    """Keep standard output for the answer: what plugins print goes to standard error."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    found = look(msgspec.json.decode(sys.stdin.buffer.read(), type=Task))
    answer.write(msgspec.json.encode(found))
    answer.flush()
    os._exit(0)  # a thread that a plugin has left hanging keeps nobody


if __name__ == "__main__":
    main()
