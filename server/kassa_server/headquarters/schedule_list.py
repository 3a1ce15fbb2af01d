"""Distribution jobs as headquarters shows and changes them: what each sends, when it runs by itself, what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from kassa.errors import InvalidInput, NotFound
from kassa.masterdata import upsert
from kassa.schema.groups import JOBS
from kassa.text import Text, literal, texts
from kassa_server import audit
from kassa_server.headquarters.distribution import ALL, sent_by
from kassa_server.headquarters.schedules import EVERY_MINUTES
from kassa_server.schema import distribution_run, distribution_schedule

_, n_ = texts("kassa_server")

LONGEST_MINUTES = 7 * 24 * 60
HISTORY = 50


@dataclass(frozen=True)
class Job:
    """A distribution job. ``sends``: the table groups; ``last``: its latest run that is in the history."""

    job: int
    name: Text
    sends: tuple[str, ...]
    enabled: bool
    every_minutes: int
    last: Row[Any] | None = None


def list_jobs(connection: Connection) -> list[Job]:
    """All jobs: that of everything, then the others in the order of their numbers."""
    schedules = {row.job: row for row in connection.execute(select(distribution_schedule))}
    found = []
    for job in sorted(JOBS, key=lambda one: (one != ALL, one)):
        schedule = schedules.get(job)
        latest = history(connection, job, count=1)
        found.append(
            Job(
                job, job_name(job), sent_by(job, connection),
                enabled=schedule is not None and schedule.enabled,
                every_minutes=EVERY_MINUTES if schedule is None else schedule.every_minutes,
                last=latest[0] if latest else None,
            )
        )  # fmt: skip
    return found


def history(connection: Connection, job: int | None = None, count: int = HISTORY) -> list[Row[Any]]:
    """The latest runs that somebody asked for, or that did something; newest first."""
    runs = distribution_run.c
    statement = select(distribution_run).order_by(runs.started_at.desc(), runs.run_id.desc()).limit(count)
    return list(connection.execute(statement if job is None else statement.where(runs.job == job)))


def set_schedule(
    connection: Connection, job: int, every_minutes: int, *, enabled: bool, by: str, now: datetime
) -> None:
    """Set how often a job runs by itself, or that it does not. A server that runs notices within a minute.

    :raises NotFound: there is no such job.
    :raises InvalidInput: the minutes make no sense.
    """
    if job not in JOBS:
        raise NotFound(_("There is no distribution job {job}.", job=literal(str(job))))
    if not 1 <= every_minutes <= LONGEST_MINUTES:
        raise InvalidInput(_("Between 1 and {most} minutes.", most=LONGEST_MINUTES), kept=_("Nothing was changed."))
    row = {"job": job, "every_minutes": every_minutes, "enabled": enabled}
    upsert(connection, distribution_schedule, [row])
    audit.note(connection, "schedule_set", now, job=job, every_minutes=every_minutes, enabled=enabled, by=by)


def job_name(job: int) -> Text:
    """What a job is called."""
    return _NAMES.get(job, literal(str(job)))


_NAMES: Mapping[int, Text] = {
    1010: _("Customers"),
    1020: _("Prices and discounts"),
    1040: _("Products"),
    1060: _("Staff"),
    1070: _("Channel configuration"),
    1080: _("Tenders and tax"),
    1090: _("Registers"),
    1100: _("Plugins' tables"),
    9999: _("All jobs"),
}
