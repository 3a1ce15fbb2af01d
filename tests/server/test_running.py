"""The store server as a process: its command line, its death and its return, over real HTTP."""

from __future__ import annotations

import contextlib
import json
import logging
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import msgspec
import pytest
import typer
from tests.server.conftest import plain_log
from tests.server.device import Device

from kassa import cli
from kassa.environment import SystemClock
from kassa.requests.catalogue import FindItem
from kassa.testing.server import StoreServer
from kassa.testing.store import SMALL_STORE, ean13
from kassa.trust import read_activation_code
from kassa_server import cli as commands


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StoreServer]:
    """A store server with a process of its own."""
    with StoreServer(tmp_path / "server") as running:
        yield running


@pytest.fixture
def commanded(tmp_path: Path) -> Iterator[StoreServer]:
    """A store server that its command has started."""
    with StoreServer(tmp_path / "server", forked=False) as running:
        yield running


@contextlib.contextmanager
def device_at(server: StoreServer, register_id: str = "R1") -> Iterator[Device]:
    """A device activated over HTTP."""
    code = read_activation_code(server.activation_code(register_id))
    with httpx.Client(base_url=code.address, timeout=20) as client:
        till = Device(client, SystemClock())
        till.activate(code.code)
        yield till


@dataclass
class Terminal:
    """The commands of the store server, run as ``kassa`` runs them."""

    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def run(self, *arguments: str, folder: Path, ok: bool = True) -> str:
        """Run a command on a data directory; what it says."""
        self.patch.setattr(sys, "argv", ["kassa", *arguments, "--data-directory", str(folder)])
        self.capture.readouterr()
        try:
            cli.main()
            status: object = 0
        except SystemExit as end:
            status = end.code
        said = self.capture.readouterr()
        assert (status in (0, None)) is ok, said
        return said.out + said.err


@pytest.fixture
def kassa(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """``kassa``, with the store server's commands."""
    app = typer.Typer()
    app.add_typer(commands.server, name="server")
    app.add_typer(commands.store, name="store")
    app.command("import")(commands.import_catalogue)
    app.command("activation-code")(commands.activation_code)
    monkeypatch.setattr(cli, "build", lambda _wanted=None: app)
    yield Terminal(capsys, monkeypatch).run
    plain_log()
    log = logging.getLogger("kassa")
    for handler in log.handlers[:]:
        log.removeHandler(handler)
        handler.close()


def test_server_sells_over_http(commanded: StoreServer) -> None:
    """From the printed address on it is a store server: activation, requests, intake, and what is in it."""
    assert commanded.address == f"http://127.0.0.1:{commanded.port}"
    assert httpx.get(commanded.address + "/healthz").json() == {"status": "ok"}
    with device_at(commanded) as till:
        assert till.ask(FindItem("1001")).number == "1001"
        till.sell("2")
        till.deliver()
    (sale,) = commanded.sales()
    assert (sale.total, sale.rounding, sale.paid) == (Decimal("109.80"), Decimal("0.20"), Decimal(110))
    assert commanded.query("SELECT count(*) AS number FROM sales_line") == [{"number": 1}]
    assert [entry["posting"] for entry in commanded.entries()] == ["posted"]


def test_server_runs_on_postgresql(tmp_path: Path, postgresql: Callable[[], str]) -> None:
    """The same process on PostgreSQL: killed and started again, it has what it acknowledged."""
    with StoreServer(tmp_path / "server", store=None, database=postgresql()) as server, device_at(server) as till:
        till.sell("2")
        till.deliver()
        server.kill()
        server.start()
        till.sell()
        assert till.deliver(till.chain).sequence == 2
        assert [sale.total for sale in server.sales()] == [Decimal("109.80"), Decimal("54.90")]
        assert server.query("SELECT count(*) AS number FROM journal_entry") == [{"number": 2}]


def test_killed_server_comes_back_with_all_it_acknowledged(server: StoreServer) -> None:
    """After kill -9 it starts on the same port, and what it acknowledged is there, once, whatever is sent again."""
    with device_at(server) as till:
        for _ in range(20):
            till.sell()
        till.deliver(till.chain[:10])
        address = server.address
        server.kill()
        with pytest.raises(httpx.ConnectError):
            till.deliver()
        server.start()
        assert server.address == address
        assert till.deliver(till.chain[5:]).sequence == 20
    assert [sale.sequence for sale in server.sales()] == list(range(1, 21))


def test_deliveries_survive_kills_at_any_moment(server: StoreServer) -> None:
    """Killed again and again while sales arrive: none is lost, none is doubled."""
    stopping = threading.Event()

    def kill_now_and_then() -> None:
        for _ in range(2):
            if stopping.wait(0.15):
                return
            server.kill()
            server.start()

    with device_at(server) as till:
        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        for _ in range(40):
            till.sell()
            while till.acknowledged < len(till.chain):
                with contextlib.suppress(httpx.TransportError):
                    till.deliver()
        stopping.set()
        killer.join()
    assert [sale.sequence for sale in server.sales()] == list(range(1, 41))
    assert {entry["posting"] for entry in server.entries()} == {"posted"}


def test_many_registers_at_once(server: StoreServer) -> None:
    """Several registers ask and deliver at the same time, and each gets its own answers."""
    with device_at(server, "R1") as one, device_at(server, "R2") as other:

        def work(till: Device) -> None:
            for _ in range(15):
                assert till.ask(FindItem("1002")).number == "1002"
                till.sell()
                till.deliver()

        threads = [threading.Thread(target=work, args=(till,)) for till in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (one.acknowledged, other.acknowledged) == (15, 15)
    assert len(server.sales()) == 30


def test_log_is_json_without_secrets(commanded: StoreServer) -> None:
    """One JSON object a line; no code, key, secret or PIN."""
    code = read_activation_code(commanded.activation_code())
    with httpx.Client(base_url=commanded.address) as client:
        till = Device(client, SystemClock())
        till.activate(code.code)
    commanded.stop()
    log = (commanded.folder / "kassa.log").read_text()
    assert any(json.loads(line)["event"] == "served" for line in log.splitlines())
    for secret in (code.code, code.code.replace("-", ""), till.key.secret.hex()):
        assert secret not in log


def test_folder_is_private(tmp_path: Path) -> None:
    """What the server keeps is its owner's alone."""
    folder = tmp_path / "server"
    folder.mkdir()
    inner = folder / "data"
    with StoreServer(inner, process=False):
        pass
    from kassa_server.running import ADDRESS_FILE

    assert stat.S_IMODE((inner / ADDRESS_FILE).stat().st_mode) == 0o600


def test_store_is_made_on_the_command_line(tmp_path: Path, kassa: Callable[..., str]) -> None:
    """From an empty folder: create a store, import items, start, print a code, activate, certify."""
    folder = tmp_path / "data"
    description = tmp_path / "store.json"
    description.write_bytes(msgspec.json.encode({**SMALL_STORE, "items": []}))
    catalogue = tmp_path / "items.csv"
    catalogue.write_text(f"item_number,description,unit_price,tax_code,barcode\n1,Te,10,25,{ean13('290000000001')}\n")
    assert "No store server has been started" in kassa("activation-code", "R1", folder=folder, ok=False)
    assert "Store S1 (Kassa Test), registers: R1, R2." in kassa("store", "create", str(description), folder=folder)
    assert "Imported 1 items." in kassa("import", str(catalogue), folder=folder)
    with StoreServer(folder, store=None) as server:
        printed = kassa("activation-code", "R1", folder=folder).splitlines()
        code = read_activation_code(printed[0])
        assert read_activation_code(printed[1].removeprefix("To be typed: ")) == code
        assert "There is no register R9" in kassa("activation-code", "R9", folder=folder, ok=False)
        assert "never active" in kassa("server", "certificate", "R1", folder=folder, ok=False)
        with httpx.Client(base_url=server.address) as client:
            till = Device(client, SystemClock())
            till.activate(code.code)
            assert till.ask(FindItem("1")).description == "Te"
            till.sell()
            till.deliver()
        known = (SystemClock().utc() - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S")
        assert "is in." in kassa("server", "certificate", "R1", "--until", known, folder=folder)
        assert "unknown since" in kassa("server", "certificate", "R1", folder=folder, ok=False)
        assert "Posted: 0. Still parked: 0." in kassa("server", "post-parked", folder=folder)


def test_faults_of_an_import_are_told_in_words(tmp_path: Path, kassa: Callable[..., str]) -> None:
    """No traceback: what happened, what is kept, what to do, and each fault by line and column."""
    catalogue = tmp_path / "items.csv"
    catalogue.write_text("item_number,description,unit_price,tax_code\n1,,x,25\n")
    said = kassa("import", str(catalogue), folder=tmp_path / "data", ok=False)
    assert "3 faults in the file. Nothing was imported. Correct them and import the file again." in said
    assert "line 2, unit_price: x is no price" in said
    assert "Traceback" not in said


def test_taken_port_is_told_in_words(server: StoreServer, tmp_path: Path, kassa: Callable[..., str]) -> None:
    """A second server on the same port says what to do."""
    said = kassa("server", "--port", str(server.port), folder=tmp_path / "other", ok=False)
    assert f"cannot listen on 127.0.0.1, port {server.port}" in said
    assert "--port" in said
    assert "Traceback" not in said


def test_what_waits_is_posted_at_the_next_start(tmp_path: Path) -> None:
    """Entries that were acknowledged and not yet posted when the server died are posted when it starts."""
    server = StoreServer(tmp_path / "server")
    server.start()
    with device_at(server) as till:
        till.sell()
        till.deliver()
    server.kill()
    channel = server.channel()
    from kassa_server import schema

    with channel.writing() as connection:
        for table in (schema.sales_tax, schema.sales_tender, schema.sales_line, schema.sales_transaction):
            connection.execute(table.delete())
        connection.execute(schema.journal_entry.update().values(posting=schema.WAITING))
    channel.close()
    with server:
        assert len(server.sales()) == 1
