"""A real store server in the test's hands: its own process, or a thread of this one; started, stopped, killed.

::

    with StoreServer(tmp_path / "server") as server:
        code = server.activation_code()
        ...
        server.kill()
        server.start()          # on the same port
        assert [sale.total for sale in server.sales()] == [Decimal("862.38")]

The core does not know the store server's package; it is found by name when it is needed.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import msgspec
from sqlalchemy import Engine, text

from kassa.money import from_minor
from kassa.schema.engine import make_engine
from kassa.testing import forked_server
from kassa.testing.forking import ForkedProcess
from kassa.testing.store import REGISTER, SMALL_STORE

PACKAGE = "kassa_server"
START_S = 30
FORKS = hasattr(os, "fork")


class StoredSale(msgspec.Struct, frozen=True):
    """A sale, return or void as it stands in the channel database. Amounts in the transaction's currency."""

    transaction_id: str
    kind: str
    receipt_number: str | None
    register_id: str
    staff_id: str
    series_id: str
    sequence: int
    business_time: datetime
    total: Decimal
    tax: Decimal
    discount: Decimal
    rounding: Decimal
    paid: Decimal
    change: Decimal
    quantity: Decimal
    customer_number: str | None


class StoreServer:
    """A store server on ``folder``, with a small store prepared (:mod:`kassa.testing.store`).

    :param process: False: on a thread of this process, which is quicker to start and cannot be killed.
    :param store: what to prepare, as ``kassa store create`` reads it; None: nothing.
    :param database: the channel database's URL; None: SQLite in the folder.
    :param tls: speak https with a CA of its own, on loopback too.
    :param forked: its process is forked from one that has imported everything, and starts in a tenth of the time
        (POSIX only). False: the command itself, as a shop runs it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        process: bool = True,
        store: Mapping[str, Any] | None = SMALL_STORE,
        database: str | None = None,
        tls: bool = False,
        forked: bool = FORKS,
    ) -> None:
        self.folder = folder
        self._forked = forked
        self.database = database or f"sqlite:///{folder / 'channel.db'}"
        self.address = ""
        self._in_process = not process
        self._tls = tls
        self._port = 0
        self._process: subprocess.Popen[bytes] | ForkedProcess | None = None
        self._running: Any = None
        self._engine: Engine | None = None
        folder.mkdir(parents=True, exist_ok=True)
        if store is not None:
            self._prepare(store, database)

    def _prepare(self, store: Mapping[str, Any], database: str | None) -> None:
        if database is None:
            shutil.copy(_prepared(msgspec.json.encode(store)), self.folder / "channel.db")
        else:
            server_module("store_file").prepare(self.database, store)

    def __enter__(self) -> StoreServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- start, stop, kill ------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the first start."""
        return self._port

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none of its own."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it, on the port of its last start; it answers when this returns.

        :raises RuntimeError: it did not start; with what it said.
        """
        if self._in_process:
            self._start_here()
        else:
            self._start_process()
        self._port = httpx.URL(self.address).port or 0

    def _start_here(self) -> None:
        running = server_module("running")
        settings = running.Settings(self.folder, self.database, port=self._port, tls=self._tls or None, schedules=False)
        self._running = running.RunningServer(settings)
        self._running.start()
        self.address = self._running.address

    def _start_process(self) -> None:
        command = [*self._command(), "--data-directory", str(self.folder), "--database", self.database]
        command += ["--port", str(self._port), *(["--tls"] if self._tls else [])]
        self._process = self._process_of(command)
        assert self._process.stdout is not None
        line = ""
        while not line.startswith("Kassa ") and (read := self._process.stdout.readline()):
            line = read.decode()
        if " at http" not in line:
            self.kill()
            raise RuntimeError(f"no server: {line}{(self.folder / 'stderr.log').read_text()}")
        self.address = line.rsplit(" ", 1)[1].strip()

    def _command(self) -> list[str]:
        """The module that the process runs, with arguments; data directory, database and port are added."""
        return [PACKAGE]

    def _process_of(self, command: list[str]) -> subprocess.Popen[bytes] | ForkedProcess:
        log = self.folder / "stderr.log"
        if self._forked:
            return forked_server.start(command[0], command[1:], log)
        words = [sys.executable, "-m", *command]
        with log.open("ab") as stderr:
            environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
            return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=stderr, env=environment)

    def stop(self) -> None:
        """Stop it in good order; nothing happens if it does not run."""
        if self._running is not None:
            self._running.stop()
            self._running = None
        if self._process is not None:
            self._process.terminate()
            self._end()
        self._close_engine()

    def kill(self) -> None:
        """SIGKILL: as if the machine lost its power. Only a server with a process of its own."""
        if self._process is None:
            raise RuntimeError("the server runs in this process, or not at all")
        self._process.kill()
        self._end()

    def restart(self) -> None:
        """Stop and start on the same port."""
        self.stop()
        self.start()

    def _end(self) -> None:
        assert self._process is not None
        self._process.wait(START_S)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process = None

    # -- what is in it ----------------------------------------------------------------------------------------------

    def activation_code(self, register_id: str = REGISTER) -> str:
        """A new activation code for a register, as ``kassa activation-code`` prints it. The server has been started."""
        channel = self.channel()
        try:
            with channel.writing() as connection:
                code = server_module("activation").make_code(connection, channel.environment, register_id)
        finally:
            channel.close()
        made: str = server_module("running").activation_text(self.folder, code, self.address).text
        return made

    def add_headquarters_user(self, name: str, role: str = "administrator") -> str:
        """Let somebody use headquarters' pages (``{address}/headquarters/``); the password, made here."""
        channel, users = self.channel(), server_module("headquarters.users")
        try:
            password: str = users.new_password(channel.environment)
            with channel.writing() as connection:
                users.add_user(connection, channel.environment, name, role, password, by="test")
        finally:
            channel.close()
        return password

    def distribute(self, job: int = 9999) -> Any:
        """Run a distribution job at once, as *Run now* in headquarters does; what it came to. The schedule of a server
        in this process is off: nothing is sent to the registers' offline databases but by this."""
        channel = self.channel()
        try:
            files = server_module("headquarters.package_files").DirectoryFiles(self.folder / "packages")
            run = server_module("headquarters.distribution").Distribution(channel, files).run(job, author="test")
        finally:
            channel.close()
        assert run.state != "create_failed", run.error
        return run

    def channel(self) -> Any:
        """The channel database as the store server sees it (``kassa_server.channel.Channel``); close it after use."""
        return server_module("channel").Channel(self.database, folder=self.folder)

    def query(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of a select on the channel database, in the database's own types: amounts are minor units."""
        if self._engine is None:
            self._engine = make_engine(self.database, read_only=self.database.startswith("sqlite"))
        with self._engine.connect() as connection, connection.begin():
            return [dict(row) for row in connection.execute(text(statement), parameters).mappings()]

    def sales(self, *, kinds: tuple[str, ...] = ("sale",)) -> list[StoredSale]:
        """The transactions posted, by series and sequence. An entry that is acknowledged is posted, or parked."""
        schema = server_module("schema")
        table = schema.sales_transaction
        wanted = table.select().where(table.c.kind.in_(kinds)).order_by(table.c.business_time, table.c.sequence)
        channel = self.channel()
        try:
            with channel.reading() as connection:
                return [_sale(row) for row in connection.execute(wanted).mappings()]
        finally:
            channel.close()

    def entries(self) -> list[dict[str, Any]]:
        """The journal entries stored, by series number and sequence: sequence, entry_id, kind, posting."""
        return self.query(
            "SELECT number, journal_entry.sequence, entry_id, kind, posting FROM journal_entry JOIN series"
            " ON series.series_id = journal_entry.series_id ORDER BY register_id, number, journal_entry.sequence"
        )

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _sale(row: Mapping[str, Any]) -> StoredSale:
    fields = {name: row[name] for name in StoredSale.__struct_fields__}
    for name in ("total", "tax", "discount", "rounding", "paid", "change"):
        fields[name] = from_minor(row[name], row["currency"])
    return StoredSale(**fields)


def server_module(name: str) -> Any:
    """A module of the server's package."""
    return importlib.import_module(f"{PACKAGE}.{name}")


@lru_cache(maxsize=16)
def _prepared(store: bytes) -> Path:
    """The prepared database of a store, made once in each process and copied from then on."""
    folder = tempfile.TemporaryDirectory(prefix="kassa-store-")
    _KEPT.append(folder)
    file = Path(folder.name) / "channel.db"
    server_module("store_file").prepare(f"sqlite:///{file}", store)
    return file


_KEPT: list[tempfile.TemporaryDirectory[str]] = []
