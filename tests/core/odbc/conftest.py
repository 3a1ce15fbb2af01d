"""Real drivers and something for them to speak to: pysqlbridge, which answers TDS, and MariaDB behind ODBC.

pysqlbridge takes no parameters from Microsoft's driver and changes no rows; MariaDB speaks no T-SQL. Together they show
the plumbing, not the statements; those are compiled (tests/core/schema/test_tsql.py).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import URL

from kassa.schema.odbc import bundled_driver

USER, PASSWORD = "till", "K1-s3cr3t;x=y"
PATIENCE_S = 30.0
MARIADB = "MariaDB Unicode"


@dataclass(frozen=True)
class Bridge:
    """Something that speaks as SQL Server does, with a certificate that nobody vouches for."""

    port: int


@pytest.fixture(scope="session")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    folder = tmp_path_factory.mktemp("bridge")
    (folder / "item.csv").write_text("item_number,description\nA1,Kaffe åäö €\nA2,Mjölk\n", encoding="utf-8")
    settings = {
        "logins": [{"user": USER, "password": PASSWORD}],
        "tables": [{"name": "item", "csv": "item.csv"}],
    }
    (folder / "bridge.json").write_bytes(msgspec.json.encode(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pysqlbridge", "--port", str(port), "--config", str(folder / "bridge.json")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close())
        yield Bridge(port)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait_for(attempt: object) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            attempt()  # type: ignore[operator]
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def microsofts_driver() -> str:
    """The driver in mssql-python, which the extra ``mssql`` brings."""
    driver = bundled_driver()
    assert driver is not None, "pip install mssql-python"
    return str(driver)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[URL]:
    """A MariaDB of this run's own, on a socket in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="kassa-mariadb-") as name:
        folder = Path(name)
        data, at = folder / "data", folder / "socket"
        user = ["--user=root"] if os.geteuid() == 0 else []
        plain = ["--no-defaults", f"--datadir={data}", *user]
        made = ["mariadb-install-db", *plain, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True, timeout=60)
        quick = ["--skip-networking", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]
        server = shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin") or "mariadbd"
        command = [server, *plain, f"--socket={at}", f"--pid-file={folder / 'pid'}", *quick]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(lambda: _connect(at))
            # ASCII only in the connection string of the driver's own options.
            query = {"driver": MARIADB, "socket": str(at), "charset": "utf8mb4"}
            yield URL.create("mysql+pyodbc", username="root", database="mysql", query=query)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _connect(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.connect(str(at))
