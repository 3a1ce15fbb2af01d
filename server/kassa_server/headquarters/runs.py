"""Runs of distribution jobs as they are noted: ``started`` while packages are made, then what it came to.

A run of the schedule that finds nothing is not noted, unless the one before had failed: then it says that all is well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from kassa.schema.groups import JOBS
from kassa.text import Text, texts
from kassa_server.channel import Channel
from kassa_server.schema import distribution_run
from kassa_server.told_words import as_document

_, n_ = texts("kassa_server")

REQUESTED, STARTED, AVAILABLE, NO_DATA, CREATE_FAILED = "requested", "started", "available", "no_data", "create_failed"
INTERRUPTED = _("Headquarters was stopped while it made packages.")
KEPT_FOR = timedelta(days=90)
LOOKED_AT = 200


@dataclass(frozen=True)
class Run:
    """What running a job came to. ``state``: requested, started, available, no_data or create_failed."""

    run_id: str
    job: int
    state: str
    packages: int = 0
    rows: int = 0
    error: str = ""
    said: Text | None = None


class RunNote:
    """The note of one run. All but :meth:`request` is called by whoever builds alone."""

    def __init__(self, channel: Channel, job: int, author: str, group: str | None) -> None:
        self.run_id = channel.environment.new_id()
        self.author = author
        self._channel = channel
        self._job = job
        self._group = group
        self._started_at = channel.environment.clock.utc()
        self._begun = False
        self._requested = False

    @classmethod
    def of(cls, channel: Channel, row: Row[Any]) -> RunNote:
        """The note of a run that is *requested* already."""
        note = cls(channel, row.job, row.author, row.channel_database_group)
        note.run_id, note._started_at, note._requested = row.run_id, row.started_at, True
        return note

    def request(self) -> Run:
        """Somebody has asked for it, and does not wait."""
        run = Run(self.run_id, self._job, REQUESTED)
        self._write(run)
        self._requested = True
        return run

    def is_taken(self) -> bool:
        """Whether another process has carried out what was requested, or given it up."""
        if not self._requested or self._begun:
            return False
        runs = distribution_run.c
        with self._channel.reading() as connection:
            state = connection.execute(select(runs.state).where(runs.run_id == self.run_id)).scalar()
        return state != REQUESTED

    def begin(self) -> None:
        """Packages are made from now on. Again: nothing."""
        if not self._begun:
            self._begun = True
            self._write(Run(self.run_id, self._job, STARTED))

    def end(self, run: Run) -> None:
        """What it came to."""
        with self._channel.reading() as connection:
            before = latest_run(connection, self._job, without=self.run_id)
            builds = latest_builds(connection)
        trouble = any(builds[name].state == CREATE_FAILED for name in JOBS[self._job] if name in builds)
        if self._begun or self.author or run.state != NO_DATA or trouble:
            self._write(run, instead_of=before.run_id if before is not None and self._is_again(before, run) else None)

    def _is_again(self, before: Row[Any], run: Run) -> bool:
        """The schedule has failed once more for the same reason."""
        same: bool = (before.author, before.state, before.error) == (self.author, run.state, run.error)
        return same and not self.author and run.state == CREATE_FAILED

    def _write(self, run: Run, instead_of: str | None = None) -> None:
        """A schedule that fails each minute for the same reason is one line, with its last time."""
        row = {
            "run_id": run.run_id, "job": run.job, "channel_database_group": self._group, "author": self.author,
            "started_at": self._started_at, "finished_at": self._channel.environment.clock.utc(), "state": run.state,
            "packages": run.packages, "rows": run.rows, "error": run.error, "said": as_document(run.said),
        }  # fmt: skip
        with self._channel.writing() as connection:
            gone = [run.run_id, *([] if instead_of is None else [instead_of])]
            connection.execute(delete(distribution_run).where(distribution_run.c.run_id.in_(gone)))
            connection.execute(insert(distribution_run).values(row))


def latest_run(connection: Connection, job: int, *, without: str = "") -> Row[Any] | None:
    """The latest run of a job that is noted."""
    runs = distribution_run.c
    wanted = select(distribution_run).where(runs.job == job, runs.run_id != without)
    return connection.execute(wanted.order_by(runs.started_at.desc(), runs.run_id.desc()).limit(1)).first()


def latest_builds(connection: Connection, channel_database_group: str | None = None) -> dict[str, Row[Any]]:
    """For each table group the latest run that made packages of it, or tried to; among the last :data:`LOOKED_AT`.

    :param channel_database_group: only runs for this group, or for all.
    """
    runs = distribution_run.c
    wanted = select(distribution_run).order_by(runs.started_at.desc(), runs.run_id.desc()).limit(LOOKED_AT)
    if channel_database_group is not None:
        group = runs.channel_database_group
        wanted = wanted.where(or_(group.is_(None), group == channel_database_group))
    found: dict[str, Row[Any]] = {}
    for row in connection.execute(wanted):
        for name in JOBS.get(row.job, ()):
            found.setdefault(name, row)
    return found


def end_interrupted(channel: Channel) -> None:
    """Whoever builds alone knows that a run which stands there as started is over: its process was killed."""
    runs = distribution_run.c
    with channel.reading() as connection:
        if connection.execute(select(runs.run_id).where(runs.state == STARTED).limit(1)).first() is None:
            return
    with channel.writing() as connection:
        over = {"state": CREATE_FAILED, "error": str(INTERRUPTED), "said": as_document(INTERRUPTED)}
        connection.execute(update(distribution_run).where(runs.state == STARTED).values(over))


def requested_runs(connection: Connection) -> list[Row[Any]]:
    """Runs that somebody has asked for and nobody has begun, oldest first."""
    runs = distribution_run.c
    wanted = select(distribution_run).where(runs.state == REQUESTED).order_by(runs.started_at, runs.run_id)
    return list(connection.execute(wanted))


def purge_runs(connection: Connection, now: datetime) -> int:
    """Forget runs older than :data:`KEPT_FOR`; how many."""
    return connection.execute(delete(distribution_run).where(distribution_run.c.started_at < now - KEPT_FOR)).rowcount
