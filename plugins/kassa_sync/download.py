"""Master data down: a whole database the first time, then each table group's packages in order.

A package is fetched to a file of its own, going on where it was cut off, verified, and applied in one transaction with
its checkpoint. A bad one stops its own table group, unless another way leads to the same rows (a merged delta, a
snapshot); the rest go on. A whole database is unpacked beside the active one
and becomes active by moving a pointer in the journal.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from kassa.errors import DiskFull, KassaError, NoAnswer, NotAvailable, OfflineDatabaseUnavailable
from kassa.giving_way import giving_way
from kassa.packages.applying import Applied, Checkpoint, apply_package, checkpoints, forget_checkpoint
from kassa.packages.choosing import next_package, whole_database
from kassa.packages.errors import PackageError, from_the_future
from kassa.packages.listing import ALL_GROUPS, PackageEntry, PackageList
from kassa.packages.manifest import Batch
from kassa.packages.reading import open_package
from kassa.packages.sqlite_snapshot import open_sqlite_snapshot
from kassa.packages.verifying import verify_file, verify_manifest
from kassa.register.face import GroupStatus, RegisterFace
from kassa.schema.groups import SCHEMA_REVISION
from kassa.text import Text, texts
from kassa_sync.lists import Lists
from kassa_sync.orders import Orders
from kassa_sync.store_rows import fetch_store_rows
from kassa_sync.tries import Failures

_, n_ = texts("kassa_sync")
FLUSH_EVERY = 10
"""Batches, while a whole database is built."""
ROOM_FOR_SALES = 16 * 1024 * 1024
"""Bytes of the disk that are left to the journal: some ten thousand sales."""
GROWS = 20
"""How many times its own size a package takes while it is applied: 16 for 100,000 items, measured."""
DOWNLOAD_FAILED, APPLY_FAILED = "download_failed", "apply_failed"


class Download:
    """Brings the offline database up to the list.

    :param folder: where package files are while they are fetched.
    :param stopping: set when the register stops: the package under way is finished.
    :param progress: told what is going on.
    :param on_downloaded: called when a whole database is here and is about to be unpacked, which takes its time.
    """

    def __init__(
        self,
        register: RegisterFace,
        lists: Lists,
        failures: Failures,
        orders: Orders,
        folder: Path,
        stopping: threading.Event,
        progress: Callable[[Text], None],
        on_downloaded: Callable[[Download], None] = lambda _download: None,
    ) -> None:
        self._register = register
        self._database = register.offline_database
        self._lists = lists
        self._orders = orders
        self._folder = folder
        self._stopping = stopping
        self._progress = progress
        self._failures = failures
        self._on_downloaded = on_downloaded
        self.downloaded: dict[str, str] = {}
        """By table group: the package whose file is here, verified, and not applied yet."""
        self.packages = 0
        self.rows = 0

    def run(self) -> None:
        """One round, by the list as it was last read.

        :raises kassa.errors.NoAnswer: the store server does not answer; what was applied stays.
        :raises KassaError: a table group could not be brought up to date; the others were.
        """
        with giving_way():
            self._run()

    def _run(self) -> None:
        own_rows = self._register.own_rows()
        listed = self._of_this_register(self._lists.listed)
        if self._database.available:
            self._database.hold_tables()
        known = self.checkpoints()
        if not known or ALL_GROUPS in self._orders.reloads():
            self._load(listed)
            known = self.checkpoints()
        errors = [error for group in listed.groups if (error := self._group(listed, group, known.get(group)))]
        if self._stopping.is_set():
            return
        self._forget_files(() if not errors else {entry.package_id for entry in listed.packages})
        self.rows += fetch_store_rows(self._register)
        self._register.settle_own_rows(own_rows)
        if errors:
            raise errors[0]

    def _of_this_register(self, listed: PackageList) -> PackageList:
        """Without table groups of plugins that this register does not have."""
        here = {group.name for group in self._database.groups}
        groups = {name: version for name, version in listed.groups.items() if name in here}
        return msgspec.structs.replace(listed, groups=groups)

    def is_at_rest(self) -> bool:
        """Whether there is nothing to do while headquarters has nothing new: a database is there, nothing that has
        failed is due, and nothing that this register made waits to come back."""
        idle = self._database.available and not self._failures.any_due() and not self._orders.reloads()
        return idle and not self._register.own_rows()

    def error(self) -> Text | None:
        """What is wrong with the first table group that is not up to date."""
        return next((failed.error for _group, failed in self._failures), None)

    def groups(self) -> tuple[GroupStatus, ...]:
        """Where the table groups stand."""
        known = self.checkpoints()
        return tuple(
            GroupStatus(one.table_group, one.rows, one.applied_at, self._error(one.table_group))
            for one in sorted(known.values(), key=lambda one: one.table_group)
        )

    def _error(self, table_group: str) -> Text | None:
        failed = self._failures.of(table_group)
        return None if failed is None else failed.error

    def checkpoints(self) -> dict[str, Checkpoint]:
        """Where each table group stands; empty: there is no offline database, or one of an older version."""
        try:
            with self._database.reading() as connection:
                return checkpoints(connection)
        except OfflineDatabaseUnavailable:
            return {}

    # -- a whole database -------------------------------------------------------------------------------------------

    def _load(self, listed: PackageList) -> None:
        entry = whole_database(listed, self._failures.given_up) if self._database.takes_files else None
        if entry is None:
            self._load_groups(listed)
            return
        if self._failures.waits(ALL_GROUPS, entry.package_id):
            raise _as_error(self._failures, ALL_GROUPS)
        self._progress(_("The register's data arrives"))
        state = DOWNLOAD_FAILED
        try:
            _check_revision(listed)
            file = self._fetch(entry)
            self._on_downloaded(self)
            state = APPLY_FAILED
            copy = self._database.new_copy()
            with file.open("rb") as packed:
                open_sqlite_snapshot(packed, self._database.directory / copy)
            self._database.activate(copy)
        except NoAnswer:
            raise
        except (KassaError, OSError) as error:
            raise self._failed(ALL_GROUPS, entry, error, state) from error
        file.unlink(missing_ok=True)
        self._applied(entry, entry.rows)

    def _load_groups(self, listed: PackageList) -> None:
        """Build a copy out of the table groups' snapshots. A bad one leaves its own table group empty."""
        entries = [entry for group in listed.groups if (entry := self._next(listed, group, None))]
        if not entries:
            raise NotAvailable(_("Headquarters has made no data for this register yet."))
        files = [(entry, file) for entry in entries if (file := self._fetch_of_many(entry)) is not None]
        copy = self._database.new_copy()
        with self._database.building(copy) as connection:
            for entry, file in files:
                self._progress(_("The register's data arrives"))
                self._build(connection, copy, entry, file)
        self._database.activate(copy)
        self._orders.reloaded(ALL_GROUPS)
        for _entry, file in files:
            file.unlink(missing_ok=True)

    def _fetch_of_many(self, entry: PackageEntry) -> Path | None:
        """A snapshot's file; None: it is left alone for now, or damaged, which is noted."""
        if self._failures.waits(entry.table_group, entry.package_id):
            return None
        try:
            return self._fetch(entry)
        except NoAnswer:
            raise
        except (KassaError, OSError) as error:
            self._failed(entry.table_group, entry, error, DOWNLOAD_FAILED)
            return None

    def _build(self, connection: Connection, copy: str, entry: PackageEntry, file: Path) -> None:
        try:
            with connection.begin_nested():
                applied = self._apply_file(connection, file, entry, flush=lambda: self._database.flush(copy))
        except (PackageError, OSError) as error:
            self._failed(entry.table_group, entry, error, APPLY_FAILED)
            return
        self._failures.clear(entry.table_group)
        self.downloaded.pop(entry.table_group, None)
        self.packages += 1
        self.rows += applied.rows

    # -- one table group --------------------------------------------------------------------------------------------

    def _group(self, listed: PackageList, group: str, known: Checkpoint | None) -> KassaError | None:
        """Bring a table group up to the list; what is wrong with it."""
        version = None if known is None or group in self._orders.reloads() else known.version
        while not self._stopping.is_set():
            entry = self._next(listed, group, version)
            if entry is None:
                return _as_error(self._failures, group) if self._is_behind(listed, group, version) else None
            if self._failures.waits(group, entry.package_id):
                return _as_error(self._failures, group)
            error = self._apply(listed, entry, anew=version is None)
            if error is not None and not self._failures.given_up(entry.package_id):
                return error
            if error is None:
                version = entry.to_version
        return None

    def _next(self, listed: PackageList, group: str, version: int | None) -> PackageEntry | None:
        return next_package(listed, group, version, self._failures.given_up)

    def _is_behind(self, listed: PackageList, group: str, version: int | None) -> bool:
        """Whether something is wrong with a table group that nothing leads on from."""
        behind = version is None or version < listed.groups.get(group, 0)
        if not behind and self._failures.of(group) is not None:
            self._failures.clear(group)
        return behind and self._failures.of(group) is not None

    def _apply(self, listed: PackageList, entry: PackageEntry, *, anew: bool) -> KassaError | None:
        """Fetch and apply a package; what is wrong with it."""
        state = DOWNLOAD_FAILED
        try:
            _check_revision(listed)
            file = self._fetch(entry)
            state = APPLY_FAILED
            applied = self._database.change(lambda connection: self._apply_file(connection, file, entry, anew=anew))
        except NoAnswer:
            raise
        except (KassaError, OSError) as error:
            return self._failed(entry.table_group, entry, error, state)
        file.unlink(missing_ok=True)
        self._applied(entry, applied.rows)
        return None

    def _applied(self, entry: PackageEntry, rows: int) -> None:
        self._failures.clear(entry.table_group)
        self._orders.reloaded(entry.table_group)
        self.downloaded.pop(entry.table_group, None)
        self.packages += 1
        self.rows += rows

    def _apply_file(
        self,
        connection: Connection,
        file: Path,
        entry: PackageEntry,
        *,
        anew: bool = False,
        flush: Callable[[], None] | None = None,
    ) -> Applied:
        """Apply a file within a transaction.

        :param anew: whatever the table group holds is replaced.
        :param flush: called now and then.
        """
        scope = self._register.record.store.store_id
        now = self._register.environment.clock.utc()
        if anew:
            forget_checkpoint(connection, entry.table_group)
        with file.open("rb") as packed:
            manifest, batches = open_package(packed)
            verify_manifest(manifest, entry)
            if flush is not None:
                batches = _flushing(batches, flush)
            groups, register_id = self._database.groups, self._register.record.register_id
            return apply_package(
                connection, manifest, batches, scope=scope, now=now, groups=groups, register_id=register_id
            )

    # -- files ------------------------------------------------------------------------------------------------------

    def _fetch(self, entry: PackageEntry) -> Path:
        """The package's file, whole and verified. A damaged one is removed, and fetched anew at the next try."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._check_room(entry)
        file = self._folder / f"{entry.package_id}.zst"
        self._register.fetch_package(entry.package_id, file, entry.size)
        try:
            verify_file(file, entry)
        except KassaError:
            file.unlink(missing_ok=True)
            raise
        self.downloaded[entry.table_group] = entry.package_id
        return file

    def _check_room(self, entry: PackageEntry) -> None:
        """Data does not take the room that sales need.

        :raises DiskFull: it would.
        """
        free = shutil.disk_usage(self._folder).free
        if free < ROOM_FOR_SALES + GROWS * entry.size:
            raise DiskFull(where=f"{self._folder}: {free} bytes are free, the package has {entry.size}")

    def _forget_files(self, wanted: Collection[str]) -> None:
        """Files of packages that are in no list any more, or, once all is applied, of any: a register that lost its
        power just after applying one has left its file."""
        for file in self._folder.glob("*.zst"):
            if file.stem not in wanted:
                file.unlink(missing_ok=True)

    def _failed(self, group: str, entry: PackageEntry, error: KassaError | OSError, state: str) -> KassaError:
        known = error if isinstance(error, KassaError) else _disk(error)
        self._failures.note(group, entry, known, state)
        self._register.log("sync").error(
            "package_failed", table_group=group, package=entry.package_id, error_code=known.code, where=known.where
        )
        return known


def _flushing(batches: Iterator[Batch], flush: Callable[[], None]) -> Iterator[Batch]:
    for number, batch in enumerate(batches, 1):
        yield batch
        if number % FLUSH_EVERY == 0:
            flush()


def _check_revision(listed: PackageList) -> None:
    """Nothing is fetched that this register could not use.

    :raises PackageFromTheFuture: headquarters' packages need a newer Kassa.
    """
    if listed.schema_revision > SCHEMA_REVISION:
        raise from_the_future(f"schema {listed.schema_revision}, here {SCHEMA_REVISION}")


def _disk(error: OSError) -> KassaError:
    return DiskFull(where=str(error))


def _as_error(failures: Failures, group: str) -> KassaError:
    failed = failures.of(group)
    assert failed is not None
    return KassaError(failed.error, where=f"{group}: package {failed.package_id}, {failed.tries} tries")
