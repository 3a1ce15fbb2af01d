"""The journal: what the register may never lose.

Each public method that changes something is one durable transaction. What it returns is on the disk. Only
:meth:`Journal.acknowledge` does not wait for the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from kassa.environment import Environment
from kassa.errors import JournalBehind, JournalError, StaleGeneration
from kassa.journal.backlog import count_of_series, count_waiting, oldest_waiting
from kassa.journal.commands import CommandBook
from kassa.journal.database import JournalDatabase, WriteListener, damaged
from kassa.journal.entry import FORMAT, GENESIS, EntryBody, chain_hash, encode_entry
from kassa.journal.overlay import Change, OverlayBook
from kassa.journal.purging import Anchor, PurgeBook
from kassa.journal.reading import JournalReader
from kassa.journal.records import SALE_KINDS, NewEntry, Series, StoredEntry, Waiting
from kassa.model import ZERO, RegisterRecord, Transaction
from kassa.text import texts

_, n_ = texts("kassa")
VERIFY_AT_OPEN = 50
LARGEST_UPLOAD, AT_ONCE = 500, 40
"""Entries in one upload, and of those read together."""
Params = ParamSpec("Params")
Answer = TypeVar("Answer")


def _alone(method: Callable[Concatenate[Journal, Params], Answer]) -> Callable[Concatenate[Journal, Params], Answer]:
    """One thread at a time, until what is kept in memory says what the file says."""

    @wraps(method)
    def one_at_a_time(journal: Journal, /, *args: Params.args, **kwargs: Params.kwargs) -> Answer:
        with journal._database.mutex:
            return method(journal, *args, **kwargs)

    return one_at_a_time


class Journal:
    """Opens (or with ``create`` makes) the journal in ``directory``.

    :param on_write: told around each commit.
    :raises kassa.errors.JournalInUse: another process has it.
    :raises kassa.errors.JournalDamaged: it does not read back as it was written.
    """

    FILE = "journal.db"

    def __init__(
        self,
        directory: Path,
        environment: Environment,
        *,
        create: bool = False,
        on_write: WriteListener | None = None,
    ) -> None:
        self._environment = environment
        self._database = JournalDatabase(directory / self.FILE, create=create, on_write=on_write)
        try:
            self._load()
        except (ValueError, ArithmeticError, msgspec.MsgspecError) as error:
            self._database.close()
            raise damaged(self._database.path, f"{type(error).__name__}: {error}") from error
        except BaseException:
            self._database.close()
            raise

    def _load(self) -> None:
        self.generation = 0
        self.clock_set_back = False
        self.record: RegisterRecord | None = None
        self.overlay = OverlayBook(self._database)
        self.commands = CommandBook(self._database, self._fence, self.numbering)
        self._purges = PurgeBook(self._database)
        self.reader = JournalReader(self._database, lambda: self.series.series)
        stored = self.setting("kassa", "record")
        if stored is not None:
            self.record = msgspec.json.decode(stored.encode(), type=RegisterRecord)
        self._series = self._read_series()
        self._last_at = self._verify_tail()
        self._waiting = self._count_waiting()
        with self._database.reading() as connection:
            row = connection.execute("SELECT data FROM sale_in_progress").fetchone()
        self._sale = None if row is None else msgspec.json.decode(row[0], type=Transaction)

    # -- series ---------------------------------------------------------------------------------------------------

    @property
    def series(self) -> Series:
        """The open series.

        :raises JournalError: the register has not been activated.
        """
        if self._series is None:
            raise JournalError(_("This register has not been activated."), hint=_("Ask for an activation code."))
        return self._series

    @property
    def activated(self) -> bool:
        """Whether a series is open."""
        return self._series is not None

    def _read_series(self) -> Series | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT series, number, sequence, hash, receipts, acknowledged, stopped FROM series WHERE open = 1"
            ).fetchone()
        return None if row is None else Series(*row)

    @_alone
    def open_series(self, series: str, number: int, record: RegisterRecord) -> None:
        """Open a new series after an activation, closing the one before; the record is kept in the same write."""
        now = self._environment.clock.utc().isoformat()
        with self._database.writing("open_series") as connection:
            connection.execute("UPDATE series SET open = 0 WHERE open = 1")
            connection.execute(
                "INSERT INTO series VALUES (?, ?, ?, 1, 0, ?, 0, 0, NULL)", (series, number, now, GENESIS)
            )
            self._put_setting(connection, "kassa", "record", msgspec.json.encode(record).decode())
        self.record = record
        self._series = self._read_series()
        self._last_at = None

    @_alone
    def stop_series(self, series: str, why: str) -> None:
        """The store server knows other or later entries of ``series`` than this journal, which is a copy or an old
        backup: give no further number in it (system.md, series). What it holds is handed over all the same."""
        with self._database.writing("stop_series") as connection:
            connection.execute("UPDATE series SET stopped = ? WHERE series = ?", (why, series))
        self._series = self._read_series()

    def is_behind(self, series: str, sequence: int, digest: bytes) -> bool:
        """Whether the store server's last entry of the open series is not in this journal, which then is a copy or an
        old backup. A journal that knows more than the server is not behind."""
        own = self.series
        if series != own.series or sequence == 0:
            return False
        if sequence < self._purges.anchor(series).sequence:
            return False  # it has lost what was purged here, which delivery finds out
        return sequence > own.sequence or self._hash_at(series, sequence) != digest

    def _verify_tail(self) -> datetime | None:
        if self._series is None:
            return None
        first = min(self._series.acknowledged, max(0, self._series.sequence - VERIFY_AT_OPEN))
        self.verify(first)
        return max((entry.at for entry in self._entries(self._series.series, first)), default=None)

    def verify(self, after: int = 0) -> StoredEntry | None:
        """Read the open series' entries after ``after``, or after the last that was purged, and check the chain; the
        last entry.

        :raises kassa.errors.JournalDamaged: an entry is missing or does not read back as it was written.
        """
        series = self.series
        after = max(after, self._purges.anchor(series.series).sequence)
        expected, previous, last = after, None, None
        if after:
            previous = self._hash_at(series.series, after)
        for entry in self._entries(series.series, after):
            expected += 1
            known = GENESIS if expected == 1 else previous
            if entry.sequence != expected or (known is not None and chain_hash(known, entry.data) != entry.hash):
                raise damaged(self._database.path, f"entry {expected} of series {series.number}")
            previous, last = entry.hash, entry
        if expected != series.sequence or (last is not None and last.hash != series.hash):
            raise damaged(self._database.path, f"series {series.number} ends at {expected}, not {series.sequence}")
        return last

    def _hash_at(self, series: str, sequence: int) -> bytes | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT hash FROM entry WHERE series = ? AND sequence = ?", (series, sequence)
            ).fetchone()
        if row is not None:
            return bytes(row[0])
        anchor = self._purges.anchor(series)
        return anchor.hash if sequence and anchor.sequence == sequence else None

    # -- the sale in progress ---------------------------------------------------------------------------------------

    @property
    def sale(self) -> Transaction | None:
        """The sale in progress."""
        return self._sale

    @_alone
    def save_sale(self, transaction: Transaction | None, *, generation: int) -> None:
        """Make ``transaction`` the sale in progress; None: there is none.

        :raises StaleGeneration: from a worker that was replaced.
        """
        with self._database.writing("save_sale") as connection:
            self._write_sale(connection, transaction, generation)
        self._sale = transaction

    def _write_sale(self, connection: sqlite3.Connection, transaction: Transaction | None, generation: int) -> None:
        self._fence(generation)
        if transaction is None:
            connection.execute("DELETE FROM sale_in_progress")
        else:
            data = msgspec.json.encode(transaction)
            connection.execute("INSERT OR REPLACE INTO sale_in_progress VALUES (1, ?)", (data,))

    def _fence(self, generation: int) -> None:
        if generation != self.generation:
            raise StaleGeneration(_("This came too late and was not done."), hint=_("Look at the sale, then go on."))

    # -- entries ----------------------------------------------------------------------------------------------------

    @_alone
    def append(self, new: NewEntry, *, generation: int, ends_sale: bool = False) -> StoredEntry:
        """Write an entry: bytes, chain, number, and the end of the sale in progress, in one transaction.

        :raises StaleGeneration: from a worker that was replaced.
        :raises JournalBehind: numbering has stopped.
        :raises kassa.errors.JournalNotWritten: nothing was kept.
        """
        with self._database.writing(new.kind) as connection:
            self._fence(generation)
            series, entry = self._insert(connection, new)
            if ends_sale:
                connection.execute("DELETE FROM sale_in_progress")
        self._advance(series, entry, new.amount)
        if ends_sale:
            self._sale = None
        return entry

    def numbering(self) -> Series:
        """The open series, if it gives numbers.

        :raises JournalBehind: numbering has stopped.
        """
        if self.series.stopped is not None:
            raise JournalBehind(
                _("This register was copied or restored, and gives no further receipt numbers."),
                hint=_("Call support: the register must be activated again."), where=self.series.stopped,
            )  # fmt: skip
        return self.series

    def _insert(self, connection: sqlite3.Connection, new: NewEntry) -> tuple[Series, StoredEntry]:
        series, record = self.numbering(), self._record()
        now = self._environment.clock.utc()
        receipts = series.receipts + (1 if new.takes_receipt_number else 0)
        number = self._receipt_number(record, series, receipts) if new.takes_receipt_number else None
        body = EntryBody(
            format=FORMAT, series=series.series, sequence=series.sequence + 1,
            entry_id=new.entry_id or self._environment.new_id(), kind=new.kind, store_id=record.store.store_id,
            register_id=record.register_id, at=now, payload=new.payload, staff_id=new.staff_id,
            local_time=now.astimezone(ZoneInfo(record.store.timezone)).isoformat(timespec="seconds"),
            receipt_number=number, clock_offset_ms=new.clock_offset_ms, training=new.training,
            clock_set_back=self._last_at is not None and now < self._last_at,
        )  # fmt: skip
        data = encode_entry(body)
        digest = chain_hash(series.hash, data)
        entry = StoredEntry(series.series, body.sequence, body.entry_id, new.kind, number, now, digest, data)
        amount = None if new.amount is None else str(new.amount)
        connection.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (entry.series, entry.sequence, entry.entry_id, entry.kind, number, now.isoformat(), amount, digest, data),
        )
        connection.execute(
            "UPDATE series SET sequence = ?, hash = ?, receipts = ? WHERE series = ?",
            (entry.sequence, digest, receipts, entry.series),
        )
        return replace(series, sequence=entry.sequence, hash=digest, receipts=receipts), entry

    def _advance(self, series: Series, entry: StoredEntry, amount: Decimal | None = None) -> None:
        self._series = series
        self.clock_set_back = self._last_at is not None and entry.at < self._last_at
        self._last_at = max(entry.at, self._last_at or entry.at)
        before = self._waiting
        self._waiting = (
            Waiting(before.count + 1, before.amount + (amount or ZERO), before.oldest or entry.at, before.entries + 1)
            if entry.kind in SALE_KINDS
            else replace(before, entries=before.entries + 1)
        )

    def _record(self) -> RegisterRecord:
        if self.record is None:
            raise JournalError(_("This register has not been activated."), hint=_("Ask for an activation code."))
        return self.record

    @staticmethod
    def _receipt_number(record: RegisterRecord, series: Series, counter: int) -> str:
        return record.receipt_mask.format(
            store=record.store.store_id, terminal=record.register_id, series=series.number, counter=counter
        )

    def next_receipt_number(self) -> str:
        """The number that the next sale will take."""
        series = self.numbering()
        return self._receipt_number(self._record(), series, series.receipts + 1)

    @property
    def last_at(self) -> datetime | None:
        """The latest time of an entry in the open series."""
        return self._last_at

    def _entries(self, series: str, after: int, limit: int = -1) -> Iterable[StoredEntry]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT series, sequence, entry_id, kind, receipt_number, at, hash, data FROM entry"
                " WHERE series = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                (series, after, limit),
            ).fetchall()
        for owner, sequence, entry_id, kind, number, at, digest, data in rows:
            try:
                moment = datetime.fromisoformat(at)
            except ValueError as error:
                raise damaged(self._database.path, f"entry {sequence}: {error}") from error
            yield StoredEntry(owner, sequence, entry_id, kind, number, moment, digest, data)

    def entries(self, *, after: int = 0, limit: int = -1) -> list[StoredEntry]:
        """The open series' entries after a sequence number, in sequence."""
        return list(self._entries(self.series.series, after, limit))

    def has_ended(self, transaction_id: str) -> bool:
        """Whether that transaction was finished or voided here, in whatever series."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM entry WHERE kind IN ('sale', 'void') AND instr(data, CAST(? AS BLOB)) LIMIT 1",
                (transaction_id,),
            ).fetchone()
        return row is not None

    # -- delivery ---------------------------------------------------------------------------------------------------

    def undelivered(
        self, *, max_bytes: int, without: Collection[str] = ()
    ) -> tuple[Series, bytes, list[StoredEntry]] | None:
        """The next entries to deliver, of the oldest series that has any, at most ``max_bytes`` (one at least); with
        the series and the hash before the first. None when everything is acknowledged.

        :param without: series to pass over.
        """
        series = self.next_series(without=without)
        if series is None:
            return None
        chosen = self.entries_after(series.series, series.acknowledged, max_bytes=max_bytes)
        return series, self.hash_of(series.series, series.acknowledged), chosen

    def next_series(self, *, without: Collection[str] = ()) -> Series | None:
        """The oldest series that has anything to deliver; None when everything is acknowledged.

        :param without: series to pass over.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT series, number, sequence, hash, receipts, acknowledged, stopped FROM series"
                " WHERE acknowledged < sequence ORDER BY number"
            ).fetchall()
        return next((one for one in (Series(*row) for row in rows) if one.series not in without), None)

    def hash_of(self, series: str, sequence: int) -> bytes:
        """The hash of an entry, of one that was purged too if it was the last; that before the first for any other."""
        return (self._hash_at(series, sequence) if sequence > 0 else None) or GENESIS

    def entries_after(self, series: str, after: int, *, max_bytes: int) -> list[StoredEntry]:
        """The entries of a series after a sequence number, at most ``max_bytes`` of them (one at least)."""
        chosen: list[StoredEntry] = []
        left = max_bytes
        while len(chosen) < LARGEST_UPLOAD and (part := list(self._entries(series, after, AT_ONCE))):
            for entry in part:
                left -= len(entry.data)
                if chosen and left < 0:
                    return chosen
                chosen.append(entry)
            after = part[-1].sequence
        return chosen

    @_alone
    def acknowledge(self, series: str, sequence: int) -> None:
        """Everything of ``series`` up to ``sequence`` is stored by the store server: in its chain, or, of a series that
        was stopped, beside it. A power cut may undo this: then they are delivered, and acknowledged, once more."""
        with self._database.writing("acknowledge", durable=False) as connection:
            taken = count_of_series(connection, series, sequence)
            connection.execute(
                "UPDATE series SET acknowledged = min(max(acknowledged, ?), sequence) WHERE series = ?",
                (sequence, series),
            )
            oldest = oldest_waiting(connection)
        self._series = self._read_series()
        before = self._waiting
        self._waiting = Waiting(
            before.count - taken.count, before.amount - taken.amount, oldest, before.entries - taken.entries
        )

    @_alone
    def go_back(self, series: str, sequence: int, digest: bytes) -> bool:
        """The store server has ``series`` up to ``sequence`` only, where its hash is ``digest``: what comes after it
        waits again. False: that is no entry of this journal, and nothing was changed."""
        if sequence > 0 and self._hash_at(series, sequence) != digest:
            return False
        with self._database.writing("go_back") as connection:
            connection.execute(
                "UPDATE series SET acknowledged = min(acknowledged, ?) WHERE series = ?", (sequence, series)
            )
        self._series = self._read_series()
        self._waiting = self._count_waiting()
        return True

    # -- purging ----------------------------------------------------------------------------------------------------

    @_alone
    def purge(self, before: datetime, *, keep_from: int | None = None) -> int:
        """Take out some entries that are acknowledged and were made before a time, in one transaction
        (:meth:`kassa.journal.purging.PurgeBook.purge` says which stay); how many. 0: there are none left."""
        return self._purges.purge(before, keep_from=keep_from)

    def anchor(self, series: str | None = None) -> Anchor:
        """Where a series, the open one if none is named, begins in this journal, and what of it was purged."""
        return self._purges.anchor(self.series.series if series is None else series)

    # -- what waits -------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> Waiting:
        """What waits for delivery; kept in memory, so that drawing the screen never waits for the file."""
        return self._waiting

    def _count_waiting(self) -> Waiting:
        with self._database.reading() as connection:
            return count_waiting(connection)

    # -- commands ---------------------------------------------------------------------------------------------------

    @_alone
    def answer_command(
        self,
        command_id: str,
        answer: bytes,
        entry: NewEntry,
        *,
        generation: int,
        online: bool,
        overlay: Iterable[Change] = (),
        sale: tuple[Transaction | None] | None = None,
    ) -> StoredEntry | None:
        """Note a command's answer with all that follows from it, in one transaction: its entry in the chain, the rows
        it laid over the offline database, and what the sale in progress became (``sale``, a 1-tuple; None: as it was).

        :returns: the entry; None if the command had its answer already.
        """
        with self._database.writing("answer_command") as connection:
            self._fence(generation)
            if not self.commands.answered(connection, command_id, answer):
                return None
            series, stored = self._insert(connection, entry)
            for change in overlay:
                self.overlay.write(connection, change, command_id, stored, online=online)
            if sale is not None:
                self._write_sale(connection, sale[0], generation)
        self._advance(series, stored)
        if sale is not None:
            self._sale = sale[0]
        return stored

    # -- settings ---------------------------------------------------------------------------------------------------

    def setting(self, owner: str, name: str) -> str | None:
        """A kept value."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM setting WHERE owner = ? AND name = ?", (owner, name)).fetchone()
        return None if row is None else row[0]

    def keep_setting(self, owner: str, name: str, value: str | None) -> None:
        """Keep a value, durably; None removes it."""
        with self._database.writing("setting") as connection:
            self._put_setting(connection, owner, name, value)

    @_alone
    def keep_record(self, record: RegisterRecord) -> None:
        """Keep the register's record."""
        self.keep_setting("kassa", "record", msgspec.json.encode(record).decode())
        self.record = record

    @staticmethod
    def _put_setting(connection: sqlite3.Connection, owner: str, name: str, value: str | None) -> None:
        if value is None:
            connection.execute("DELETE FROM setting WHERE owner = ? AND name = ?", (owner, name))
        else:
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", (owner, name, value))

    def close(self) -> None:
        """Close the file and give it up."""
        self._database.close()
