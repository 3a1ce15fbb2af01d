"""Distribution jobs: packages for the channel and offline databases, each made once and served to everybody.

A job reads at one moment, beside all writing, and never holds a lock that a sale waits for. Packages become visible by
their rows, in one short transaction with the new lists: cut off anywhere before, nothing has happened but a file that
nobody names.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from sqlalchemy import Connection, select

from kassa.errors import KassaError, NotFound
from kassa.packages.listing import Signed
from kassa.schema.groups import JOBS, PLUGIN_JOBS
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.channel import Channel
from kassa_server.headquarters.building import MadePackage, PackageBuilder
from kassa_server.headquarters.lists import EXPIRES_AFTER, keep_list, list_is_due, stored_list
from kassa_server.headquarters.one_builder import OneBuilder
from kassa_server.headquarters.package_files import PackageFiles, StoredFile
from kassa_server.headquarters.runs import (
    AVAILABLE,
    CREATE_FAILED,
    NO_DATA,
    Run,
    RunNote,
    end_interrupted,
    requested_runs,
)
from kassa_server.headquarters.scopes import Scope, active_scopes
from kassa_server.headquarters.shelf import keep_packages, packages_gone, retire
from kassa_server.schema import channel_database_group
from kassa_server.schema.groups import plugin_groups

_, n_ = texts("kassa_server")
ALL = 9999
RENEW_BEFORE = EXPIRES_AFTER / 2


def sent_by(job: int, connection: Connection) -> tuple[str, ...]:
    """The names of the table groups that a job sends."""
    plugins = plugin_groups(connection) if job in PLUGIN_JOBS else ()
    return (*JOBS[job], *(group.name for group in plugins))


class _TakenByAnother(Exception):
    """What was requested has been carried out by another process."""


class Distribution:
    """Runs distribution jobs on a database. Several processes may: one at a time builds, and the others find what
    it has made."""

    def __init__(self, channel: Channel, files: PackageFiles) -> None:
        self.files = files
        self._channel = channel
        self._one_builder = OneBuilder(channel)
        self._runner = ThreadPoolExecutor(1, "distribution")
        self._log = structlog.get_logger("kassa.headquarters")

    def run(self, job: int = ALL, *, author: str = "", group: str | None = None) -> Run:
        """Make what has changed available to the active databases of a channel database group, or of all.

        A run that somebody asked for is noted in the history; one of the schedule, if it did something.

        :param group: a channel database group's id; None: all.
        :raises NotFound: there is no such job or group.
        """
        self._check(job, group)
        return self._carry_out(RunNote(self._channel, job, author, group), job, group)

    def start(self, job: int = ALL, *, author: str, group: str | None = None) -> Run:
        """Begin such a run and come back at once: it is in the history as *requested*, then as what it came to.

        :raises NotFound: there is no such job or group.
        """
        self._check(job, group)
        note = RunNote(self._channel, job, author, group)
        run = note.request()
        self._runner.submit(self._in_background, note, job, group)
        return run

    def take_up(self) -> None:
        """Begin the runs that somebody has asked for and nobody has begun, as a server that was stopped leaves them. If
        they are another process's, whoever is free first carries them out."""
        with self._channel.reading() as connection:
            left = requested_runs(connection)
        for row in left:
            note = RunNote.of(self._channel, row)
            self._runner.submit(self._in_background, note, row.job, row.channel_database_group)

    def stop(self) -> None:
        """Wait for runs that have been started."""
        self._runner.shutdown()

    def _in_background(self, note: RunNote, job: int, group: str | None) -> None:
        try:
            self._carry_out(note, job, group)
        except Exception:
            self._log.exception("distribution_not_noted", job=job)

    def _carry_out(self, note: RunNote, job: int, group: str | None) -> Run:
        try:
            made = self._distribute(job, group, note)
        except _TakenByAnother:
            return Run(note.run_id, job, NO_DATA)
        except Exception as error:
            self._log.exception("distribution_failed", job=job)
            said = error.what if isinstance(error, KassaError) else None
            what = str(error) if isinstance(error, KassaError) else type(error).__name__
            run = Run(note.run_id, job, CREATE_FAILED, error=what[:1000], said=said)
        else:
            run = Run(note.run_id, job, AVAILABLE if made else NO_DATA, len(made), sum(one.rows for one in made))
        note.end(run)
        return run

    def list_for(self, scope: Scope) -> tuple[int, Signed]:
        """The number and the list of a scope; made now if there is none, renewed in good time.

        :raises NotFound: no active database has that scope.
        """
        now = self._channel.environment.clock.utc()
        with self._channel.reading() as connection:
            found = stored_list(connection, scope)
        if found is None or found.expires_at - now < RENEW_BEFORE:
            try:
                self._distribute(ALL, None)
            except Exception:
                # An old list is better than none: its expiry warns, and what it names may still be fetched.
                if found is None:
                    raise
                self._log.exception("list_not_renewed", scope=scope.name)
            with self._channel.reading() as connection:
                found = stored_list(connection, scope)
        if found is None:
            raise NotFound(_("There are no data packages for {scope}.", scope=literal(scope.name)))
        return found.number, found.signed

    def _check(self, job: int, group: str | None) -> None:
        if job not in JOBS:
            raise NotFound(_("There is no distribution job {job}.", job=literal(str(job))))
        if group is None:
            return
        with self._channel.reading() as connection:
            known = select(channel_database_group.c.group_id).where(channel_database_group.c.group_id == group)
            if connection.execute(known).first() is None:
                raise NotFound(_("There is no channel database group {group}.", group=literal(group)))

    def find_file(self, package_id: str) -> StoredFile | None:
        """The file of a package that is listed; None: it has gone from the storage.

        :raises StorageUnavailable: the storage does not answer.
        """
        return self.files.find(package_id)

    def make_again(self, package_id: str) -> None:
        """Take a package whose file has gone off the lists, and run all jobs, which make what is lacking now. It is in
        the audit trail, as somebody has removed what headquarters had made."""
        now = self._channel.environment.clock.utc()
        with self._channel.writing() as connection:
            if not retire(connection, [package_id], now):
                return
            audit.note(connection, "package_file_gone", now, package=package_id)
        self._log.error("package_file_gone", package=package_id)
        self.run(ALL)

    def _distribute(self, job: int, group: str | None, note: RunNote | None = None) -> list[MadePackage]:
        with self._one_builder.alone():
            end_interrupted(self._channel)
            if note is not None and note.is_taken():
                raise _TakenByAnother
            if note is not None and note.author:
                note.begin()
            on_making: Callable[[], None] = (lambda: None) if note is None else note.begin
            environment = self._channel.environment
            with self._channel.reading() as connection:
                scopes = active_scopes(connection, group)
                names = sent_by(job, connection)
                made = PackageBuilder(connection, self.files, environment, on_making).build(names, scopes)
                everywhere = active_scopes(connection)
                due = [scope for scope in everywhere if made or list_is_due(connection, scope, environment)]
            if not due:
                return []
            with self._channel.writing() as connection:
                doubled = keep_packages(connection, made, environment.clock.utc())
                for scope in due:
                    if list_is_due(connection, scope, environment):
                        keep_list(connection, scope, environment)
                gone = packages_gone(connection, environment.clock.utc() - timedelta(days=1))
            for package_id in (*doubled, *gone):
                self.files.remove(package_id)
            return [one for one in made if one.entry.package_id not in doubled]
