"""A disk that is full, files that are damaged, a journal that somebody else has: said in words, and nothing lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.register.books import agree, gapless, read_journal, receipts
from tests.register.conftest import back_online, explains_itself, settled

from kassa.errors import JournalDamaged, JournalInUse, JournalNotWritten, OfflineDatabaseUnavailable
from kassa.journal import Journal
from kassa.register import Register, open_register
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN
from kassa.testing.till import Till, TillRefused


@contextmanager
def full_disk(register: Register) -> Iterator[None]:
    """SQLite may not make the journal larger: SQLITE_FULL, by SQLite itself."""
    with register.journal._database.reading() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        while connection.execute("PRAGMA freelist_count").fetchone()[0]:
            connection.execute("INSERT INTO setting SELECT 'filler', hex(randomblob(16)), hex(randomblob(2000))")
        connection.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        with register.journal._database.reading() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")


def until_full(register: Register) -> JournalNotWritten:
    """Scan until the disk takes no more."""
    for _ in range(500):
        before = register.transaction
        try:
            register.run(100, code="1001")
        except JournalNotWritten as error:
            assert register.transaction == before
            return error
    raise AssertionError("the disk is never full")


@pytest.mark.parametrize("online", [True, False], ids=["online", "offline"])
def test_disk_full_in_the_middle_of_a_sale(shop: Shop, register: Register, online: bool) -> None:
    """The scan is refused and the sale is as it was, on the screen and on the disk; so is the payment. Once there is
    room the sale goes on where it was, and is in both books once."""
    if not online:
        shop.network.refuse()
    register.run(100, code="1002")
    with full_disk(register):
        error = until_full(register)
        explains_itself(error, "journal_not_written")
        assert error.what.words("en") == "The disk is full."
        cause = error.__cause__
        assert isinstance(cause, sqlite3.Error)
        assert cause.sqlite_errorcode == sqlite3.SQLITE_FULL
        kept = register.transaction
        assert kept is not None
        with pytest.raises(JournalNotWritten):
            register.run(200)
        assert (register.transaction, register.journal.series.receipts) == (kept, 0)
    register.run(100, code="1003")
    assert register.transaction is not None
    assert register.transaction.lines[:-1] == kept.lines
    finished = register.run(200).data
    assert finished.receipt_number == gapless(1)[0]
    if not online:
        back_online(shop, register)
    settled(shop, register)
    register.close()
    entries = read_journal(register.directory)
    assert receipts(entries) == gapless(1)
    agree(shop.server, entries)


def test_disk_full_when_a_sale_would_start(shop: Shop, register: Register) -> None:
    """With no room for a first line no sale starts, and the register is as ready as before once there is room."""
    with full_disk(register):
        until_full(register)
        with pytest.raises(JournalNotWritten):
            register.run(503)
        assert register.journal.commands.pending() == []
    register.run(503)
    assert register.transaction is None


ON_A_SMALL_DISK = """
set -e
mount -t tmpfs -o size=1500k tmpfs "$1"
cp -r "$2"/. "$1"
head -c 300000 /dev/zero > "$1/filler"
exec "$3" -m kassa.testing.till_process "$1"
"""


def may_mount() -> bool:
    """Whether this machine lets a test have a small disk of its own."""
    command = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return shutil.which("unshare") is not None and not subprocess.run(command, capture_output=True).returncode


class TillOnASmallDisk(Till):
    """A register's process whose folder is copied to a disk of a megabyte and a half, with a file to delete."""

    def _command(self) -> list[str]:
        self._disk = self.folder.with_name("disk")
        self._disk.mkdir(exist_ok=True)
        arguments = [str(self._disk), str(self.folder), sys.executable]
        return ["unshare", "-rm", "sh", "-c", ON_A_SMALL_DISK, "sh", *arguments]

    def free_space(self) -> None:
        """Delete the file."""
        Path(f"/proc/{self._process.pid}/root{self._disk}/filler").unlink()


def scan_until_full(till: Till) -> tuple[int, TillRefused]:
    """How many lines were taken, and the refusal of the next."""
    for lines in range(2000):
        try:
            till.run(100, code="1001")
        except TillRefused as refused:
            return lines, refused
    raise AssertionError("the disk is never full")


def test_disk_full_by_the_operating_system(shop: Shop, register: Register) -> None:
    """The same on a real disk that is full: the scan is refused, the sale stays, and goes on once there is room."""
    if not may_mount():
        pytest.fail("this machine lets no test mount a small disk: run as root, or allow user namespaces (unshare)")
    register.close()
    with TillOnASmallDisk(register.directory) as till:
        till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
        lines, refused = scan_until_full(till)
        assert (refused.code, refused.what) == ("journal_not_written", "The disk is full.")
        assert len(till.facts()["sale"]["lines"]) == lines
        till.free_space()
        till.run(100, code="1002")
        till.run(200)
        wait_until(lambda: till.facts()["waiting"] == 0, "it is delivered")
    (sale,) = shop.server.sales()
    assert (sale.quantity, sale.receipt_number) == (lines + 1, gapless(1)[0])


def test_corrupt_offline_database_while_selling(shop: Shop, register: Register) -> None:
    """The file is damaged while the register sells from it: the scan is refused in words, the sale is paid, the file is
    kept for support, and the next synchronisation loads a new one."""
    shop.network.refuse()
    register.run(100, code="1001")
    path = register.offline_database.path
    assert path is not None
    register.offline_database.close()
    path.write_bytes(b"\xa5" * path.stat().st_size)
    for file in path.parent.glob(f"{path.name}-*"):
        file.unlink()
    with pytest.raises(OfflineDatabaseUnavailable) as told:
        register.run(100, code="1002")
    explains_itself(told.value, "offline_database_unavailable")
    assert register.transaction is not None
    assert len(register.transaction.lines) == 1
    register.run(200)
    assert list(path.parent.glob("*.damaged"))
    back_online(shop, register)
    wait_until(lambda: register.readiness().ready, "it is loaded again")
    shop.network.refuse()
    register.run(100, code="1002")
    register.run(200)
    back_online(shop, register)
    assert len(shop.server.sales()) == 2


def test_corrupt_journal_at_the_start(shop: Shop, register: Register) -> None:
    """A damaged journal is said so in words and left untouched; a new activation gives a new series, the old file stays
    for support, and what had been delivered is safe."""
    register.run(100, code="1001")
    register.run(200)
    shop.delivered(register)
    folder = register.directory
    register.close()
    path = folder / Journal.FILE
    content = bytearray(path.read_bytes())
    content[5000:9000] = b"\xa5" * 4000
    path.write_bytes(bytes(content))
    with pytest.raises(JournalDamaged) as told:
        open_register(folder)
    explains_itself(told.value, "journal_damaged")
    assert path.read_bytes() == bytes(content)
    shop.activate()
    again = shop.open_register(folder)
    assert [file.read_bytes() for file in folder.glob("journal-damaged*.db")] == [bytes(content)]
    shop.log_on(again)
    again.run(100, code="1002")
    again.run(200)
    shop.delivered(again)
    assert [sale.receipt_number for sale in shop.server.sales()] == [*gapless(1), *gapless(1, series=2)]


def test_two_processes_on_one_journal(shop: Shop, register: Register) -> None:
    """A second register on the same folder is refused, here and in another process; the first goes on."""
    register.run(100, code="1001")
    with pytest.raises(JournalInUse) as told:
        open_register(register.directory)
    explains_itself(told.value, "journal_in_use")
    command = [sys.executable, "-m", "kassa.testing.till_process", str(register.directory)]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ran.returncode != 0
    assert "JournalInUse" in ran.stderr
    register.run(200)
    assert register.transaction is None
