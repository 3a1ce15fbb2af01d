"""What registers say of their synchronisation: kept as it came, the latest of each."""

from __future__ import annotations

import msgspec

from kassa.masterdata import upsert
from kassa.packages.listing import SyncReport
from kassa_server.channel import Channel
from kassa_server.schema import register_report


def keep_report(channel: Channel, register_id: str, report: SyncReport) -> None:
    """Keep a register's report in place of the one before."""
    row = {
        "register_id": register_id,
        "received_at": channel.environment.clock.utc(),
        "checked_at": report.checked_at,
        "list_number": report.list_number,
        "ready": report.ready,
        "report": msgspec.json.encode(report).decode(),
    }
    with channel.writing() as connection:
        upsert(connection, register_report, [row])
