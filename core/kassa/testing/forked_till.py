"""A register's process that starts at once: forked from one that has imported everything already.

It is killed and comes back like any other (:class:`kassa.testing.till.Till`), in a tenth of the time: for tests that
pull the plug over and over. ``python -m kassa.testing.forked_till`` is the process that forks.
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
from pathlib import Path
from typing import Any

import msgspec

from kassa.testing.till import Till

PATIENCE_S = 30.0


class ForkedTill(Till):
    """A :class:`Till` whose process is forked. POSIX only."""

    def _start(self, kill_at: str | None) -> None:
        self._process = _forker().start(self.folder, kill_at)
        self._read()


class ForkedProcess:
    """What a :class:`Till` needs of a process, of one that is not this one's child."""

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.stdin = connection.makefile("wb")
        self.stdout = connection.makefile("rb")
        connection.close()

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


class _Forker:
    """The process that forks, as its user sees it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kassa-tills-")
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self.close)

    def start(self, folder: Path, kill_at: str | None) -> ForkedProcess:
        """Fork a register."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._count += 1
        meeting_point = f"{self._folder.name}/{self._count}"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.settimeout(PATIENCE_S)
            listening.bind(meeting_point)
            listening.listen(1)
            told = {"folder": str(folder), "kill_at": kill_at, "socket": meeting_point}
            self._process.stdin.write(msgspec.json.encode(told) + b"\n")
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


@lru_cache(maxsize=1)
def _forker() -> _Forker:
    return _Forker()


def main() -> None:
    """Fork a register for each line of standard input; its process id is the answer."""
    from kassa.testing import till_process

    _import_what_a_register_needs()
    # Nobody waits for these children: the system buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.buffer.readline():
        told: dict[str, Any] = msgspec.json.decode(line)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(told["socket"])
                commands, answers = connection.makefile("rb"), connection.makefile("wb")
            till_process.serve(Path(told["folder"]), told["kill_at"], commands, answers)
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _import_what_a_register_needs() -> None:
    """Plugins and what the gateway imports late."""
    from kassa.plugins import installed

    importlib.import_module("kassa.gateway.transport")
    for point in installed():
        point.load()


if __name__ == "__main__":
    main()
