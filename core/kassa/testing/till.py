"""A register in a process of its own, in the test's hands: run, kill, come back."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from kassa.testing.forking import ForkedProcess


class TillKilled(Exception):
    """The register's process is gone, in the middle of what it was told."""


class TillRefused(Exception):
    """The operation said no; ``code`` is the error's, ``why`` the traceback where a plugin has failed."""

    def __init__(self, code: str, what: str, why: str = "") -> None:
        super().__init__(f"{code}: {what}" + (f"\n{why}" if why else ""))
        self.why = why
        self.code = code
        self.what = what


@dataclass(frozen=True)
class TillResult:
    """What an operation handed back, as it came out of the register's process.

    :param message: the quiet line, in English.
    :param data: as JSON carries it: a record is a dictionary, an amount text.
    :param window: the name of the window to open.
    """

    message: str | None
    data: Any = None
    window: str | None = None


class Till:
    """A register's process on an activated folder.

    :param kill_at: ``label:n:before`` or ``…:after``: the journal write at which the process kills itself.
    """

    def __init__(self, folder: Path, *, kill_at: str | None = None) -> None:
        self.folder = folder
        self._start(kill_at)

    def _start(self, kill_at: str | None) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "KASSA_KILL_AT"}
        if kill_at is not None:
            environment["KASSA_KILL_AT"] = kill_at
        self._process: subprocess.Popen[bytes] | ForkedProcess = subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._read()

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "kassa.testing.till_process", str(self.folder)]

    def _read(self) -> Any:
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline()
        except ConnectionResetError:  # what it had been told lay unread when it died
            line = b""
        if not line:
            self._end()
            raise TillKilled
        return msgspec.json.decode(line)

    def _tell(self, told: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(told) + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ConnectionResetError):
            self._end()
            raise TillKilled from None
        answer = self._read()
        if "error" in answer:
            raise TillRefused(answer["error"], answer["what"], answer.get("why", ""))
        return answer

    def run(self, operation: int, *, approval: tuple[str, str] | None = None, **parameters: Any) -> str | None:
        """Run an operation; its message.

        :param approval: a manager's id and PIN.
        :raises TillRefused: it said no.
        :raises TillKilled: the process died meanwhile.
        """
        return self.result(operation, approval=approval, **parameters).message

    def result(self, operation: int, *, approval: tuple[str, str] | None = None, **parameters: Any) -> TillResult:
        """Run an operation; all that it handed back. Takes and raises what :meth:`run` does."""
        told = self._tell({"run": operation, "approval": approval, "parameters": parameters})
        return TillResult(told["ok"], told["data"], told["window"])

    def facts(self) -> dict[str, Any]:
        """The register's facts: see :func:`kassa.testing.till_process.facts`."""
        known: dict[str, Any] = self._tell({"facts": True})["ok"]
        return known

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._end()

    def pull_plug(self) -> None:
        """SIGKILL, from another thread and whatever the register is doing: what it was told raises TillKilled."""
        self._process.kill()

    def come_back(self, *, kill_at: str | None = None) -> None:
        """Start again after a kill."""
        self._start(kill_at)

    def close(self) -> None:
        """End the process in good order, if it runs."""
        if self._process.poll() is None:
            try:
                self._tell({"close": True})
            except TillKilled:
                return
        self._end()

    def _end(self) -> None:
        self._process.wait(timeout=30)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except (BrokenPipeError, ConnectionResetError):
                    continue

    def __enter__(self) -> Till:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
