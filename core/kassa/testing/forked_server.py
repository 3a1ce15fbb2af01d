"""A store server's process that starts at once: forked from one that has imported everything already."""

from __future__ import annotations

import importlib
import os
import runpy
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kassa.testing.forking import ForkedProcess, forker

MODULES = ("kassa.cli", "kassa_server.cli", "kassa_server.app", "kassa_server.running", "kassa_server.headquarters.cli")


def start(module: str, arguments: Sequence[str], log: Path) -> ForkedProcess:
    """``python -m module arguments`` as a fork. Its standard output is the process's ``stdout``, its errors are added
    to ``log``."""
    told = {
        "module": module,
        "arguments": list(arguments),
        "log": str(log),
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
    }
    return forker(__name__).start(told)


def prepare() -> None:
    """Import the store server and the plugins, whose handlers it hosts."""
    from kassa.plugins import installed

    for module in MODULES:
        importlib.import_module(module)
    for point in installed():
        point.load()


def run(told: dict[str, Any], connection: socket.socket) -> None:
    """A server's life, as its command line would have it."""
    os.environ.clear()
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    log = os.open(told["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(connection.fileno(), 1)
    os.dup2(log, 2)
    connection.close()
    sys.argv = [told["module"], *told["arguments"]]
    runpy.run_module(told["module"], run_name="__main__", alter_sys=True)
