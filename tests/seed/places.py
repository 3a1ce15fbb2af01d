"""The three places of the chapter: a terminal, the server's machine, the till's window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from kassa.testing.shop import wait_until

ROOT = Path(__file__).parents[2]
KASSA = str(Path(sys.executable).with_name("kassa"))
PATIENCE_S = 60.0


class Terminal:
    """Somebody at a command line whose Kassa keeps everything below ``home``."""

    def __init__(self, home: Path) -> None:
        self.data = home / "kassa"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KIVY_")},
            "XDG_DATA_HOME": str(home),
            "SDL_VIDEODRIVER": "offscreen",
        }

    def ask(self, *words: str) -> tuple[int, str]:
        """Run ``kassa WORDS``; its exit status and what it said."""
        done = subprocess.run(
            [KASSA, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def run(self, *words: str) -> str:
        """The same of a command that must succeed."""
        status, said = self.ask(*words)
        assert status == 0, f"kassa {' '.join(words)}: {said}"
        return said


class Server:
    """``kassa server``, a process that can be killed and started again on the same port."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None
        self.address = ""

    def start(self) -> None:
        """Start it; it answers when this returns."""
        words = [KASSA, "server", "--port", self._port]
        self._process = subprocess.Popen(words, env=self._terminal.environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert " at http" in said, said
        self.address = said.split()[-1]
        self._port = self.address.rsplit(":", 1)[1]

    def kill(self) -> None:
        """As if its machine lost its power."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE_S)
            self._process = None


class Window:
    """``kassa ui`` in a process of its own, whose keys are pressed and whose screen is read."""

    def __init__(self, terminal: Terminal, log: Path) -> None:
        folder = terminal.data / "register"
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.seed.hands", str(folder)],
                cwd=ROOT, env=terminal.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            )  # fmt: skip

    def type(self, characters: str) -> None:
        """Type, as a keyboard or a scanner does."""
        self._tell({"type": characters})

    def key(self, name: str, *modifiers: str) -> None:
        """Press a key."""
        self._tell({"key": [name, *modifiers]})

    def reads(self, *wanted: str) -> bool:
        """Whether all of that can be read."""
        read = " ".join(self._tell({"read": True}))
        return all(one in read for one in wanted)

    def until(self, *wanted: str) -> None:
        """Wait until all of that can be read."""
        try:
            wait_until(lambda: self.reads(*wanted), f"the window says {wanted}", PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}; it says {self._tell({'read': True})}") from error

    def close(self) -> None:
        """Close it, as a supervisor does."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.communicate(timeout=PATIENCE_S)

    def _tell(self, told: dict[str, Any]) -> list[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(told) + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the window is gone: {self._process.wait(PATIENCE_S)}"
        return msgspec.json.decode(line, type=list[str])
