"""What registers say of their synchronisation: the latest of each as it came, and their sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import update

from kassa.masterdata import upsert
from kassa.packages.listing import SyncReport
from kassa_server.channel import Channel
from kassa_server.headquarters.plugins.sets import set_after_report
from kassa_server.headquarters.session_orders import orders_taken
from kassa_server.headquarters.sessions import note_reports
from kassa_server.schema import register_report


def keep_report(channel: Channel, register_id: str, report: SyncReport) -> None:
    """Keep a register's report in place of the one before."""
    now = channel.environment.clock.utc()
    row = {
        "register_id": register_id,
        "received_at": now,
        "checked_at": _checked(report, now),
        "polled_at": None,
        "list_number": report.list_number,
        "ready": report.ready,
        "report": msgspec.json.encode(report).decode(),
    }
    with channel.writing() as connection:
        upsert(connection, register_report, [row])
        note_reports(connection, register_id, report.groups, now)
        orders_taken(connection, register_id, report.order, now)
        set_after_report(connection, channel.environment, register_id, report)


def _checked(report: SyncReport, now: datetime) -> datetime | None:
    """The register's last successful check by the store server's clock."""
    if report.checked_at is None or report.made_at is None:
        return report.checked_at
    return now - max(report.made_at - report.checked_at, timedelta(0))


def note_polled(channel: Channel, register_id: str, at: datetime | None) -> None:
    """A register was heard of by its store server, with nothing new, at that time."""
    if at is None:
        return
    mine = register_report.c.register_id == register_id
    with channel.writing() as connection:
        connection.execute(update(register_report).where(mine).values(polled_at=at))
