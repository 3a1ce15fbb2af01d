"""docs/install.md, done for real: each command is run in its order, and its output compared with the one shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.conftest import DOCS
from tests.docs.test_tutorial import BLOCK, Reader, shown_is_true
from tests.postgresql import PostgreSQLServer

SHOP = ("kassa store create docs/examples/corner-shop.json", "kassa import docs/examples/corner-shop-items.csv")
DATABASE = "postgresql://till@db.example/till1"


def steps() -> list[tuple[str, str]]:
    """Each command of the page with the output shown for it."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall((DOCS / "install.md").read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody with a shop and its server, who puts a till in place."""
    made = Reader(tmp_path)
    for command in SHOP:
        made.run(command)
    made.run("kassa server")
    yield made
    made.stop()


def test_page_can_be_followed(reader: Reader, tmp_path: Path, postgresql_server: PostgreSQLServer) -> None:
    """From a code to a till that would sell alone, by the commands of the page; then on PostgreSQL, and replaced."""
    url = postgresql_server.create_database()
    for command, shown in steps():
        if command == "kassa ui":
            reader.sell()
            continue
        real = reader.run(command.replace("FOLDER", str(tmp_path / "second")).replace(DATABASE, url))
        if DATABASE in command:
            shown = shown.replace("till@", "")
        assert shown_is_true(shown, real), f"$ {command}\n{real}"


def test_options_that_are_described_exist(tmp_path: Path) -> None:
    """What the page says about options is the command's own."""
    reader = Reader(tmp_path)
    for command in ("install", "replace"):
        told = reader.run(f"kassa register {command} --help")
        for option in ("--database", "--online-only", "--accept-license", "--installer", "--trust-server-certificate"):
            assert option in told
