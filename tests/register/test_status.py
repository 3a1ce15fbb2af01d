"""``kassa status``: the facts of every engine, while the register runs and while it does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.postgresql import PostgreSQLServer
from tests.register.test_control import kassa
from tests.register.test_database_server import on_postgresql

from kassa.errors import SetupError
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until


def facts(folder: Path) -> dict[str, str]:
    """What the command says, by label."""
    code, told = kassa("status", "-d", folder)
    assert code == 0
    return {line[:26].rstrip(" :"): line[26:] for line in told.splitlines()}


def test_running_register(shop: Shop, register: Register) -> None:
    """Series, sales waiting, last download and upload, database and table groups; and what only the running register
    knows. What it cannot deliver is said with its time and its reason, and what it had delivered stays there."""
    wait_until(lambda: register.sync_status().checked_at is not None, "the first round is over")
    shop.network.refuse()
    register.run(100, code=shop.barcode("1001"))
    told = facts(register.directory)
    assert told["Sale in progress"] == "yes"
    assert told["Offline database"].startswith(f"SQLite, {register.offline_database.active}, ")
    assert told["Data: products"].startswith("30 rows, since ")
    assert (told["Running"], told["Connection"], told["Ready to sell offline"]) == ("yes", "unreachable", "yes")
    register.run(200)
    wait_until(lambda: "Last upload failed" in facts(register.directory), "the upload has failed")
    told = facts(register.directory)
    assert told["Sales waiting"].startswith("1, 54.90 in all")
    assert re.search(r"in all, the oldest of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", told["Sales waiting"])
    assert " UTC: The store server" in told["Last upload failed"]
    success = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, [1-9]\d* packages, [1-9]\d* rows")
    assert success.fullmatch(told["Last upload"])
    assert success.fullmatch(told["Last download"])
    register.close()
    closed = facts(register.directory)
    assert (closed["Running"], closed["Sales waiting"]) == ("no", told["Sales waiting"])
    assert (closed["Last upload"], closed["Last download"]) == (told["Last upload"], told["Last download"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", closed["Data promised until"])


def test_database_server_and_its_password(shop: Shop, postgresql_server: PostgreSQLServer) -> None:
    """PostgreSQL's facts are there too, and its password is in no output and no file but its own."""
    url = postgresql_server.create_database().replace("postgres:@", "postgres:s3cr3t@")
    assert "s3cr3t" in url
    register = on_postgresql(shop, url)
    told = facts(register.directory)
    assert told["Offline database"].startswith(f"PostgreSQL, {register.offline_database.active}, ")
    assert int(told["Offline database"].split()[-2]) > 100_000
    assert told["Ready to sell offline"] == "yes"
    register.close()
    assert "s3cr3t" not in kassa("status", "-d", register.directory)[1]
    holders = [file.name for file in register.directory.rglob("*") if file.is_file() and b"s3cr3t" in file.read_bytes()]
    assert holders == ["database.secret"]


def test_database_that_does_not_answer(shop: Shop) -> None:
    """The other facts are told all the same; a damaged file is left to the register."""
    server = PostgreSQLServer()
    try:
        register = on_postgresql(shop, server.create_database())
    finally:
        server.close()
    told = facts(register.directory)
    assert told["Offline database"].startswith("PostgreSQL: The offline database does not answer.")
    assert told["Ready to sell offline"].startswith("no: The offline database does not answer.")
    assert told["Sales waiting"] == "0"


def test_damaged_file_is_not_touched(shop: Shop, register: Register) -> None:
    """Whoever only looks leaves a damaged offline database to the register."""
    register.close()
    path = register.directory / str(register.offline_database.active)
    path.write_bytes(b"\xa5" * 8192)
    assert facts(register.directory)["Offline database"].startswith("SQLite: The offline database is damaged.")
    assert path.read_bytes() == b"\xa5" * 8192


def test_empty_folder(tmp_path: Path) -> None:
    """There is no register: said so, with the command that makes one."""
    with pytest.raises(SetupError) as told:
        kassa("status", "-d", tmp_path)
    assert told.value.hint is not None
    assert "kassa register install" in told.value.hint.words("en")
