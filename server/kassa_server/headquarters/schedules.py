"""Distribution schedules: jobs that run by themselves.

A new database has one: everything, every minute. A run that finds nothing changed costs a few look-ups in indexes.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from kassa_server.channel import Channel
from kassa_server.headquarters.distribution import ALL, Distribution
from kassa_server.schema import distribution_schedule

EVERY_MINUTES = 1
LOOK_AGAIN_S = 60
"""How soon a schedule that was changed elsewhere (by another process, the command line) is noticed."""


class Schedules:
    """Runs the jobs of a database's schedules, in this process."""

    def __init__(self, distribution: Distribution, channel: Channel) -> None:
        self._distribution = distribution
        self._channel = channel
        # Takes a while to import, which a store server without schedules need not wait for.
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._known: dict[int, int] = {}

    def start(self) -> None:
        """Begin."""
        with self._channel.writing() as connection:
            add_default(connection)
        self._look()
        self._scheduler.add_job(self._look, "interval", seconds=LOOK_AGAIN_S, id="look")
        self._scheduler.start()

    def stop(self) -> None:
        """Stop; a job that is running is waited for."""
        self._scheduler.shutdown()

    def _look(self) -> None:
        wanted = self._wanted()
        for job in set(self._known) - set(wanted):
            self._scheduler.remove_job(str(job))
        for job, minutes in wanted.items():
            if self._known.get(job) != minutes:
                self._scheduler.add_job(
                    self._distribution.run, "interval", [job], minutes=minutes, id=str(job), replace_existing=True,
                    coalesce=True, misfire_grace_time=None,
                )  # fmt: skip
        self._known = wanted

    def _wanted(self) -> dict[int, int]:
        with self._channel.reading() as connection:
            rows = connection.execute(select(distribution_schedule).where(distribution_schedule.c.enabled))
            return {row.job: max(1, row.every_minutes) for row in rows}


def add_default(connection: Connection) -> None:
    """The schedule of a database that has none."""
    if connection.execute(select(distribution_schedule.c.job)).first() is None:
        row = {"job": ALL, "every_minutes": EVERY_MINUTES, "enabled": True}
        connection.execute(insert(distribution_schedule).values(row))
