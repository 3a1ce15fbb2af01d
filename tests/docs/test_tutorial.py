"""docs/tutorial.md, done for real: each command is run in its order, and its output compared with the one shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.conftest import DOCS, ROOT

from kassa.register import open_register
from kassa.testing.shop import Shop, wait_until

SHOWN_ELSEWHERE = ("script/demo", "script/demo --headless", "kassa ui")
"""What opens a window or takes minutes has tests of its own; here only that it is there."""
KASSA = str(Path(sys.executable).with_name("kassa"))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def steps() -> list[tuple[str, str]]:
    """Each command of the page with the output shown for it."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall((DOCS / "tutorial.md").read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


class Reader:
    """Somebody who follows the page, on a machine of their own."""

    def __init__(self, home: Path) -> None:
        self.data = home / "kassa"
        self.environment = {**os.environ, "XDG_DATA_HOME": str(home)}
        self.code = ""
        self.server: subprocess.Popen[str] | None = None

    def run(self, command: str) -> str:
        """Run a command as it is written; its output."""
        words = command.replace("CODE", self.code).split()[1:]
        if words == ["server"]:
            return self.start_server()
        done = subprocess.run(
            [KASSA, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        if words[0] == "activation-code":
            self.code = done.stdout.split("\n")[0]
        return done.stdout + done.stderr

    def start_server(self) -> str:
        """The server runs on; another port than the usual, which may be taken."""
        words = [KASSA, "server", "--port", "0"]
        self.server = subprocess.Popen(words, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        assert self.server.stdout is not None
        said = self.server.stdout.readline() + self.server.stdout.readline()
        return re.sub(r"(127\.0\.0\.1):\d+", r"\1:8440", said)

    def sell(self) -> None:
        """What the page says to do in the window."""
        with open_register(self.data / "register") as register:
            Shop.log_on(register, "1001", "1234")
            register.run(100, code="2900000010017")
            register.run(200)
            wait_until(lambda: register.offline_database.available, "the offline database is loaded")
            wait_until(lambda: register.waiting().entries == 0, "everything is delivered")

    def stop(self) -> None:
        """Close down."""
        if self.server is not None:
            self.server.terminate()
            self.server.communicate(timeout=20)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(tmp_path)
    yield made
    made.stop()


def shown_is_true(shown: str, real: str) -> bool:
    """Whether ``real`` is what is shown; ``…`` stands for anything on a line."""
    pattern = ".*".join(re.escape(part) for part in shown.rstrip().split("…"))
    return re.match(pattern, real.rstrip()) is not None


def test_page_can_be_followed(reader: Reader) -> None:
    """From an empty folder to a sale that the store server has, by the commands of the page alone."""
    for command, shown in steps():
        if command == "kassa ui":
            reader.sell()
        if command in SHOWN_ELSEWHERE:
            continue
        real = reader.run(command)
        assert shown_is_true(shown, real), f"$ {command}\n{real}"


def test_windows_and_demonstration_are_there() -> None:
    """What the page starts and this test does not run exists under that name."""
    assert set(SHOWN_ELSEWHERE) <= {command for command, _ in steps()}
    assert os.access(ROOT / "script" / "demo", os.X_OK)
    for words in (["ui", "--help"], ["demo", "--help"]):
        done = subprocess.run([KASSA, *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0
        assert "--headless" in done.stdout or words[0] == "ui"
