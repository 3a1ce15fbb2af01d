"""What registers tell this store server of their synchronisation goes up to headquarters, so that its register offline
status is right."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from kassa.packages.listing import SyncReport
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_messages import RegisterReport
from kassa_server.schema import register_report


class NewReports:
    """The reports that headquarters has not been told of in this run."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._told: dict[str, RegisterReport] = {}

    def take(self) -> tuple[RegisterReport, ...]:
        """Those that have come, or whose register has been heard of, since the last time."""
        with self._channel.reading() as connection:
            rows = connection.execute(select(register_report)).all()
        found = (
            RegisterReport(
                row.register_id, row.received_at, msgspec.json.decode(row.report, type=SyncReport), row.polled_at
            )
            for row in rows
        )
        return tuple(report for report in found if self._told.get(report.register_id) != report)

    def told(self, reports: tuple[RegisterReport, ...]) -> None:
        """Headquarters has these."""
        self._told |= {report.register_id: report for report in reports}
