"""Processes that start at once: forked from one that has imported already what they need.

A fork is killed and comes back like any other process, in a tenth of the time: for tests that pull the plug over and
over. ``python -m kassa.testing.forking MODULE`` is the process that forks; ``MODULE`` has ``prepare()``, which imports,
and ``run(told, connection)``, which is a fork's life: what it was told, and the socket to who told it. POSIX only.
"""

from __future__ import annotations

import atexit
import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from typing import IO, Any

import msgspec

PATIENCE_S = 30.0


class ForkedProcess:
    """What is needed of a process that is not this one's child; as :class:`subprocess.Popen` names it."""

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.stdin: IO[bytes] = connection.makefile("wb")
        self.stdout: IO[bytes] = connection.makefile("rb")
        connection.close()

    def terminate(self) -> None:
        """SIGTERM, if it lives."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, if it lives."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def poll(self) -> int | None:
        """None while it lives."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, timeout: float) -> int:
        """Wait for its end.

        :raises TimeoutError: it does not end.
        """
        end = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end:
                raise TimeoutError(f"process {self.pid} goes on")
            time.sleep(0.001)
        return 0


class Forker:
    """The process that forks, as its user sees it.

    :param module: the name of the module with ``prepare`` and ``run``.
    """

    def __init__(self, module: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kassa-forks-")
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, module], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self.close)

    def start(self, told: dict[str, Any]) -> ForkedProcess:
        """Fork a process and tell it something."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._count += 1
        meeting_point = f"{self._folder.name}/{self._count}"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.settimeout(PATIENCE_S)
            listening.bind(meeting_point)
            listening.listen(1)
            self._process.stdin.write(msgspec.json.encode({"told": told, "socket": meeting_point}) + b"\n")
            self._process.stdin.flush()
            pid = int(self._process.stdout.readline())
            connection, _ = listening.accept()
        connection.settimeout(None)
        return ForkedProcess(pid, connection)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_S)
        self._process.stdout.close()
        self._folder.cleanup()


@lru_cache
def forker(module: str) -> Forker:
    """The one that forks ``module``'s processes, started with the first of them."""
    return Forker(module)


def main(name: str) -> None:
    """Fork a process for each line of standard input; its process id is the answer."""
    module = importlib.import_module(name)
    module.prepare()
    # Nobody waits for these children: the system buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.buffer.readline():
        message: dict[str, Any] = msgspec.json.decode(line)
        pid = os.fork()
        if pid == 0:
            _live(module, message)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _live(module: Any, message: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 1
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(message["socket"])
            module.run(message["told"], connection)
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
