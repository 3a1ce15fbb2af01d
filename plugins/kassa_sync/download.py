"""Master data down: a whole database the first time, then each table group's packages in order.

A package is fetched to a file of its own, going on where it was cut off, verified, and applied in one transaction with
its checkpoint. A bad one stops its own table group; the rest go on. A whole database is unpacked beside the active one
and becomes active by moving a pointer in the journal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from pathlib import Path

from sqlalchemy import Connection

from kassa.errors import KassaError, NoAnswer, NotAvailable, OfflineDatabaseUnavailable
from kassa.packages.applying import Applied, Checkpoint, apply_package, checkpoints
from kassa.packages.errors import PackageError
from kassa.packages.listing import ALL_GROUPS, GroupReport, PackageEntry, PackageList, SyncReport
from kassa.packages.reading import open_package
from kassa.packages.sqlite_snapshot import open_sqlite_snapshot
from kassa.packages.verifying import verify_file
from kassa.register.face import GroupStatus, RegisterFace
from kassa.text import Text, texts
from kassa_sync.choosing import next_package, whole_database
from kassa_sync.lists import Lists
from kassa_sync.store_rows import fetch_store_rows
from kassa_sync.tries import Failures

_, n_ = texts("kassa_sync")


class Download:
    """Brings the offline database up to the list.

    :param folder: where package files are while they are fetched.
    :param stopping: set when the register stops: the package under way is finished.
    :param progress: told what is going on.
    """

    def __init__(
        self,
        register: RegisterFace,
        lists: Lists,
        folder: Path,
        stopping: threading.Event,
        progress: Callable[[Text], None],
    ) -> None:
        self._register = register
        self._database = register.offline_database
        self._lists = lists
        self._folder = folder
        self._stopping = stopping
        self._progress = progress
        self._failures = Failures(register)
        self.packages = 0
        self.rows = 0

    def run(self) -> None:
        """One round.

        :raises kassa.errors.NoAnswer: the store server does not answer; what was applied stays.
        :raises KassaError: a table group could not be brought up to date; the others were.
        """
        own_rows = self._register.own_rows()
        listed = self._lists.read()
        known = self._checkpoints()
        if not known:
            self._load(listed)
            known = self._checkpoints() or {}
        errors = [error for group in listed.groups if (error := self._group(listed, group, known.get(group)))]
        if self._stopping.is_set():
            return
        self._forget_files(() if not errors else {entry.package_id for entry in listed.packages})
        self.rows += fetch_store_rows(self._register)
        self._register.settle_own_rows(own_rows)
        if self.packages:
            self._lists.read(self.report(listed.number))
        if errors:
            raise errors[0]

    def groups(self) -> tuple[GroupStatus, ...]:
        """Where the table groups stand."""
        known = self._checkpoints() or {}
        return tuple(
            GroupStatus(one.table_group, one.rows, one.applied_at, self._error(one.table_group))
            for one in sorted(known.values(), key=lambda one: one.table_group)
        )

    def report(self, number: int) -> SyncReport:
        """What headquarters is told."""
        readiness = self._register.readiness()
        reports = tuple(self._report(one) for one in (self._checkpoints() or {}).values())
        causes = tuple(cause.words("en") for cause in readiness.causes)
        checked = self._register.environment.clock.utc()
        size, engine = self._database.size(), self._database.kind
        return SyncReport(reports, number, checked, readiness.ready, causes, engine=engine, size=size)

    def _report(self, one: Checkpoint) -> GroupReport:
        failed = self._failures.of(one.table_group)
        if failed is None:
            return GroupReport(one.table_group, "applied", one.version, one.rows, one.package_id, one.applied_at)
        return GroupReport(
            one.table_group, "apply_failed", one.version, one.rows, failed.package_id, one.applied_at, failed.tries,
            failed.error.words("en"),
        )  # fmt: skip

    def _error(self, table_group: str) -> Text | None:
        failed = self._failures.of(table_group)
        return None if failed is None else failed.error

    def _checkpoints(self) -> dict[str, Checkpoint] | None:
        """None: there is no offline database, or one of an older version."""
        try:
            with self._database.reading() as connection:
                return checkpoints(connection)
        except OfflineDatabaseUnavailable:
            return None

    # -- a whole database -------------------------------------------------------------------------------------------

    def _load(self, listed: PackageList) -> None:
        entry = whole_database(listed) if self._database.takes_files else None
        if entry is None:
            self._load_groups(listed)
            return
        if self._failures.waits(ALL_GROUPS, entry.package_id):
            raise _as_error(self._failures, ALL_GROUPS)
        self._progress(_("The register's data arrives"))
        try:
            file = self._fetch(entry)
            copy = self._database.new_copy()
            with file.open("rb") as packed:
                open_sqlite_snapshot(packed, self._database.directory / copy)
            self._database.activate(copy)
        except NoAnswer:
            raise
        except (KassaError, OSError) as error:
            raise self._failed(ALL_GROUPS, entry, error) from error
        file.unlink(missing_ok=True)
        self._failures.clear(ALL_GROUPS)
        self.packages += 1
        self.rows += entry.rows

    def _load_groups(self, listed: PackageList) -> None:
        """Build a copy out of the table groups' snapshots. A bad one leaves its own table group empty."""
        entries = [entry for group in listed.groups if (entry := next_package(listed, group, None))]
        if not entries:
            raise NotAvailable(_("Headquarters has made no data for this register yet."))
        files = [(entry, file) for entry in entries if (file := self._fetch_of_many(entry)) is not None]
        copy = self._database.new_copy()
        with self._database.building(copy) as connection:
            for entry, file in files:
                self._progress(_("The register's data arrives"))
                self._build(connection, entry, file)
        self._database.activate(copy)
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
            self._failed(entry.table_group, entry, error)
            return None

    def _build(self, connection: Connection, entry: PackageEntry, file: Path) -> None:
        try:
            with connection.begin_nested():
                applied = self._apply_file(connection, file)
        except (PackageError, OSError) as error:
            self._failed(entry.table_group, entry, error)
            return
        self._failures.clear(entry.table_group)
        self.packages += 1
        self.rows += applied.rows

    # -- one table group --------------------------------------------------------------------------------------------

    def _group(self, listed: PackageList, group: str, known: Checkpoint | None) -> KassaError | None:
        """Bring a table group up to the list; what is wrong with it."""
        version = None if known is None else known.version
        while not self._stopping.is_set():
            entry = next_package(listed, group, version)
            if entry is None:
                return None
            if self._failures.waits(group, entry.package_id):
                return _as_error(self._failures, group)
            try:
                applied = self._apply(entry)
            except NoAnswer:
                raise
            except (KassaError, OSError) as error:
                return self._failed(group, entry, error)
            self._failures.clear(group)
            self.packages += 1
            self.rows += applied.rows
            version = entry.to_version
        return None

    def _apply(self, entry: PackageEntry) -> Applied:
        file = self._fetch(entry)
        applied = self._database.change(lambda connection: self._apply_file(connection, file))
        file.unlink(missing_ok=True)
        return applied

    def _apply_file(self, connection: Connection, file: Path) -> Applied:
        scope = self._register.record.store.store_id
        now = self._register.environment.clock.utc()
        with file.open("rb") as packed:
            return apply_package(connection, *open_package(packed), scope=scope, now=now)

    # -- files ------------------------------------------------------------------------------------------------------

    def _fetch(self, entry: PackageEntry) -> Path:
        """The package's file, whole and verified. A damaged one is removed, and fetched anew at the next try."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{entry.package_id}.zst"
        self._register.fetch_package(entry.package_id, file, entry.size)
        try:
            verify_file(file, entry)
        except KassaError:
            file.unlink(missing_ok=True)
            raise
        return file

    def _forget_files(self, wanted: Collection[str]) -> None:
        """Files of packages that are in no list any more, or, once all is applied, of any: a register that lost its
        power just after applying one has left its file."""
        for file in self._folder.glob("*.zst"):
            if file.stem not in wanted:
                file.unlink(missing_ok=True)

    def _failed(self, group: str, entry: PackageEntry, error: KassaError | OSError) -> KassaError:
        known = error if isinstance(error, KassaError) else _disk(error)
        self._failures.note(group, entry.package_id, known)
        self._register.log("sync").error(
            "package_failed", table_group=group, package=entry.package_id, error_code=known.code, where=known.where
        )
        return known


def _disk(error: OSError) -> KassaError:
    return KassaError(_("The disk of this device is full or refuses."), where=str(error))


def _as_error(failures: Failures, group: str) -> KassaError:
    failed = failures.of(group)
    assert failed is not None
    return KassaError(failed.error, where=f"{group}: package {failed.package_id}, {failed.tries} tries")
