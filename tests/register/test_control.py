"""The running register's ear: what asks it, who may, and what is left of it."""

from __future__ import annotations

import os
import stat
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from kassa.cli import build
from kassa.errors import NotAvailable
from kassa.register.control import FILE, Control, ask_running, is_running
from kassa.testing.shop import Shop, wait_until


def kassa(*words: str | Path) -> tuple[int, str]:
    """A command line, with its exit code and what it said."""
    done = CliRunner().invoke(build(), [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    said = [line for line in done.output.splitlines(keepends=True) if not line.startswith("level=")]
    return done.exit_code, "".join(said)  # without what other threads of this process log


def test_sync_now_asks_the_running_register(shop: Shop) -> None:
    """It begins a round in the register that runs; before the first log on that register says no, and says why (S9)."""
    register = shop.open_register()
    with pytest.raises(NotAvailable, match="first log on"):
        kassa("sync", "now", "-d", register.directory)
    shop.log_on(register)
    wait_until(lambda: register.sync_status().checked_at is not None, "the first round is over")
    before = register.sync_status().checked_at
    assert kassa("sync", "now", "-d", register.directory) == (0, "Synchronising.\n")
    wait_until(lambda: register.sync_status().checked_at != before, "another round is over")


def test_sync_now_without_a_running_register_is_refused(shop: Shop) -> None:
    """Synchronisation happens only while the register runs, and nothing else starts it (S9)."""
    folder = shop.activate()
    with pytest.raises(NotAvailable) as told:
        kassa("sync", "now", "-d", folder)
    assert "not running" in str(told.value.what)
    shop.open_register(folder).close()
    with pytest.raises(NotAvailable):
        kassa("sync", "now", "-d", folder)
    assert not (folder / FILE).exists()


def test_readiness_names_the_causes(shop: Shop) -> None:
    """Exit code 1 and the causes while it is not ready, 0 when it is; the same whether the register runs or not."""
    folder = shop.activate()
    code, told = kassa("register", "readiness", "-d", folder)
    assert (code, "not been loaded" in told, "No staff member" in told) == (1, True, True)
    register = shop.open_register(folder)
    assert kassa("register", "readiness", "-d", folder) == (code, told)
    shop.log_on(register)
    shop.with_data(register)
    running = kassa("register", "readiness", "-d", folder)
    register.close()
    assert running == kassa("register", "readiness", "-d", folder)
    assert running == (0, "Ready: this register sells without the store server.\n")


def test_other_users_can_neither_connect_nor_ask(shop: Shop) -> None:
    """The socket is in a folder that only its owner may enter, the key in a file that only its owner may read, and
    without the key nothing is answered."""
    register = shop.open_register()
    file = register.directory / FILE
    control = msgspec.json.decode(file.read_bytes(), type=Control)
    room = Path(control.address).parent
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(room.stat().st_mode) == 0o700
    with pytest.raises(AuthenticationError):
        Client(control.address, authkey=b"guessed")
    assert is_running(register.directory)
    register.close()
    assert not room.exists()


def test_what_is_no_question_is_answered_so(shop: Shop) -> None:
    """Rubbish from somebody who has the key neither stops the register nor its ear."""
    register = shop.open_register()
    control = msgspec.json.decode((register.directory / FILE).read_bytes(), type=Control)
    for rubbish in (b"", b"\x80\x04K\x01.", b'{"what": 7}'):
        with Client(control.address, authkey=bytes.fromhex(control.key)) as connection:
            connection.send_bytes(rubbish)
            assert b"not a question" in connection.recv_bytes()
    with pytest.raises(NotAvailable, match="does not know"):
        ask_running(register.directory, "format_disk")
    assert is_running(register.directory)


def test_killed_register_leaves_no_ear_behind(shop: Shop) -> None:
    """After a kill nothing answers and the command says that the register does not run; the next start listens anew."""
    till = shop.start_till()
    assert is_running(till.folder)
    till.kill()
    assert not is_running(till.folder)
    till.come_back()
    assert is_running(till.folder)


def test_long_folder(shop: Shop, tmp_path: Path) -> None:
    """A socket's address is short by nature; a register in a long folder is asked all the same, and leaves nothing."""
    folder = shop.activate(name=os.path.join(*["a-register-in-a-folder-with-a-long-name"] * 4))
    register = shop.open_register(folder)
    assert is_running(folder)
    room = Path(msgspec.json.decode((folder / FILE).read_bytes(), type=Control).address).parent
    assert folder not in room.parents
    register.close()
    assert not room.exists()
