"""Upload sessions: how each register's deliveries stand, by series.

Nothing is stored for them: an entry that came, that is parked or that contradicts is in the channel database, and what
has not come is known from the register's signed head.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from kassa.packages.listing import SyncReport, UploadReport
from kassa.text import Text
from kassa_server.headquarters.parked_words import parked_words
from kassa_server.schema import (
    PARKED,
    WAITING,
    head,
    journal_conflict,
    journal_entry,
    parked_entry,
    register,
    register_report,
    series,
)
from kassa_server.told_words import told_words


class UploadState(StrEnum):
    """How far a series has come (system.md)."""

    STARTED = "started"
    AVAILABLE = "available"
    UPLOADED = "uploaded"
    APPLIED = "applied"
    CANCELED = "canceled"
    UPLOAD_FAILED = "upload_failed"
    APPLY_FAILED = "apply_failed"


@dataclass(frozen=True)
class UploadSession:
    """A series on its way to the channel database.

    ``started``: opened, and nothing has come of it; ``available``: entries wait in the register; ``upload_failed``:
    they are not taken; ``uploaded``: they are here and wait for posting; ``apply_failed``: some are parked;
    ``canceled``: the series was closed, because another device is the register now; ``applied``: everything known of
    it is posted.

    :param sequence: the last entry that came.
    :param missing: entries that the latest head counts and that are not here; ``waiting``: here and not posted.
    :param tries: how often the delivery has failed in a row.
    :param told: ``error``, in the words of whoever reads it.
    """

    register_id: str
    store_id: str
    series: int
    state: UploadState
    sequence: int
    missing: int
    waiting: int
    parked: int
    conflicts: int
    tries: int = 0
    error: str = ""
    last_contact: datetime | None = None
    told: Text | None = None


def upload_sessions(connection: Connection, *, register_id: str | None = None) -> list[UploadSession]:
    """The open series of each register, and those before it with which something is not finished."""
    statement = (
        select(series, register.c.store_id, register_report.c.report)
        .join(register, register.c.register_id == series.c.register_id)
        .outerjoin(register_report, register_report.c.register_id == series.c.register_id)
        .order_by(series.c.register_id, series.c.number)
    )
    if register_id is not None:
        statement = statement.where(series.c.register_id == register_id)
    figures = _Figures(connection)
    found = [_session(row, figures) for row in connection.execute(statement)]
    return [one for one in found if one.state is not UploadState.CANCELED]


class _Figures:
    """What is known of all series, in one query each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.waiting = self._count(journal_entry.c.series_id, journal_entry.c.posting == WAITING)
        self.parked = self._count(journal_entry.c.series_id, journal_entry.c.posting == PARKED)
        self.conflicts = self._count(journal_conflict.c.series_id, None)
        latest = select(head.c.series_id, head.c.sequence, head.c.received_at).where(~head.c.covered)
        self.heads = {row.series_id: row for row in connection.execute(latest)}
        self.reasons = self._reasons()

    def _count(self, column: Any, where: Any) -> dict[str, int]:
        statement = select(column, func.count()).group_by(column)
        found = self._connection.execute(statement if where is None else statement.where(where))
        return {series_id: int(count) for series_id, count in found}

    def _reasons(self) -> dict[str, tuple[str, Text]]:
        statement = (
            select(journal_entry.c.series_id, parked_entry.c.reason, parked_entry.c.said)
            .join(parked_entry, parked_entry.c.entry_id == journal_entry.c.entry_id)
            .where(journal_entry.c.posting == PARKED)
            .order_by(parked_entry.c.parked_at.desc())
        )
        return {
            row.series_id: (row.reason, parked_words(row.reason, row.said))
            for row in self._connection.execute(statement)
        }


def _session(row: Row[Any], figures: _Figures) -> UploadSession:
    latest = figures.heads.get(row.series_id)
    missing = 0 if latest is None else max(0, latest.sequence - row.sequence)
    waiting, parked = figures.waiting.get(row.series_id, 0), figures.parked.get(row.series_id, 0)
    conflicts = figures.conflicts.get(row.series_id, 0)
    report = _report(row) if row.closed_at is None else None
    refused = conflicts > 0 or (report is not None and report.state == UploadState.UPLOAD_FAILED)
    error, told = figures.reasons.get(row.series_id, ("", None))
    if report is not None and report.error:
        error, told = report.error, told_words(report.said, report.error)
    return UploadSession(
        row.register_id, row.store_id, row.number,
        _state(row, refused=refused, missing=missing, waiting=waiting, parked=parked),
        row.sequence, missing, waiting, parked, conflicts, 0 if report is None else report.tries,
        error, None if latest is None else latest.received_at, told,
    )  # fmt: skip


def _state(row: Row[Any], *, refused: bool, missing: int, waiting: int, parked: int) -> UploadState:
    states = (
        (refused, UploadState.UPLOAD_FAILED),
        (missing > 0, UploadState.AVAILABLE),
        (waiting > 0, UploadState.UPLOADED),
        (parked > 0, UploadState.APPLY_FAILED),
        (row.closed_at is not None, UploadState.CANCELED),
        (row.sequence == 0, UploadState.STARTED),
    )
    return next((state for holds, state in states if holds), UploadState.APPLIED)


def _report(row: Row[Any]) -> UploadReport | None:
    return None if row.report is None else msgspec.json.decode(row.report, type=SyncReport).upload
