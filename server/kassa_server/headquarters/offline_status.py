"""Register offline status: for each register whether it sells now, whether it would without its store server, how old
its data is, and what waits in it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from kassa.packages.listing import GroupReport, ReportedCause, SyncReport, UploadReport
from kassa.text import Text
from kassa_server.headquarters.restored import ahead_of
from kassa_server.schema import head, register, register_report, series
from kassa_server.told_words import told_words

_HEARD_FOR_S = 300
"""A register that was heard of within this time is *in contact*: five times the usual interval of synchronisation."""


class RegisterOfflineStatus(msgspec.Struct, frozen=True):
    """What is known of a register.

    :param state: ``never`` (nothing was ever heard), ``silent`` (no contact for five minutes), else what the register
        said last: ``online`` or ``offline``, with its ``reason`` and since when.
    :param last_contact: the last signed head or report, by the store server's clock.
    :param sales_waiting: as the register last told, with their amount and the time of the oldest; ``entries_waiting``
        of any kind, by its signed head.
    :param checked_at: the last successful check for changes; ``data_age_s`` counts from it.
    :param ready: would it sell right now if the server vanished? ``causes`` name why not. None: it has never told.
    :param list_error: why it does not trust the list of packages that it was given last; empty: it does.
    :param groups: the table groups as the register last told.
    :param upload: how its last delivery went.
    :param ahead: it has had newer data than headquarters: that was restored from a backup, and must be told so.
    """

    register_id: str
    name: str
    store_id: str
    support_offline: bool
    state: str
    reason: str
    since: datetime | None
    last_contact: datetime | None
    sales_waiting: int
    amount_waiting: Decimal
    oldest_waiting: datetime | None
    entries_waiting: int
    checked_at: datetime | None
    data_age_s: int | None
    ready: bool | None
    causes: tuple[ReportedCause, ...]
    engine: str
    database_size: int
    groups: tuple[GroupReport, ...]
    list_error: str = ""
    ahead: bool = False
    list_said: Text | None = None
    upload: UploadReport | None = None

    @property
    def upload_failed(self) -> Text | None:
        """Why what waits in it is not taken, in the words of whoever reads it; None: it is."""
        if self.upload is None or self.upload.state != "upload_failed" or not self.entries_waiting:
            return None
        return told_words(self.upload.said, self.upload.error)


def offline_statuses(
    connection: Connection, now: datetime, *, store_id: str | None = None, register_id: str | None = None
) -> list[RegisterOfflineStatus]:
    """The status of all registers, or of those of a store, in the order of their ids."""
    statement = (
        select(
            register.c.register_id, register.c.name, register.c.store_id, register.c.support_offline,
            register_report.c.report, register_report.c.received_at.label("reported_at"), register_report.c.polled_at,
            register_report.c.checked_at,
            series.c.sequence.label("stored"), head.c.sequence.label("told"), head.c.received_at.label("heard_at"),
        )
        .outerjoin(register_report, register_report.c.register_id == register.c.register_id)
        .outerjoin(series, (series.c.register_id == register.c.register_id) & series.c.closed_at.is_(None))
        .outerjoin(head, (head.c.series_id == series.c.series_id) & ~head.c.covered)
        .order_by(register.c.register_id)
    )  # fmt: skip
    if store_id is not None:
        statement = statement.where(register.c.store_id == store_id)
    if register_id is not None:
        statement = statement.where(register.c.register_id == register_id)
    ahead = {one.database_id for one in ahead_of(connection)}
    return [_status(row, now, row.register_id in ahead) for row in connection.execute(statement)]


def offline_status_json(connection: Connection, now: datetime, *, store_id: str | None = None) -> bytes:
    """The same as JSON, for whoever watches registers from outside."""
    return msgspec.json.encode(offline_statuses(connection, now, store_id=store_id))


def _status(row: Any, now: datetime, ahead: bool) -> RegisterOfflineStatus:
    report = None if row.report is None else msgspec.json.decode(row.report, type=SyncReport)
    heard = _latest(row.reported_at, row.heard_at, row.polled_at)
    checked = _latest(row.checked_at, row.polled_at)
    told = report or SyncReport((), 0)
    state, reason, since = _state(told, heard, now)
    waiting = 0 if row.told is None else max(0, row.told - row.stored)
    return RegisterOfflineStatus(
        row.register_id, row.name, row.store_id, row.support_offline, state, reason, since, heard,
        told.sales_waiting if waiting else 0, Decimal(told.amount_waiting) if waiting else Decimal(0),
        told.oldest_waiting if waiting else None, waiting, checked, _age_s(checked, now),
        None if report is None else told.ready, told.causes, told.engine, told.size, told.groups, told.list_error,
        ahead, told.list_said, told.upload,
    )  # fmt: skip


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def _state(told: SyncReport, heard: datetime | None, now: datetime) -> tuple[str, str, datetime | None]:
    if heard is None:
        return "never", "", None
    if (now - heard).total_seconds() > _HEARD_FOR_S:
        return "silent", "", heard
    if told.connection is None:
        return "online", "", None
    return ("online" if told.connection.online else "offline"), told.connection.reason, told.connection.since


def _age_s(checked_at: datetime | None, now: datetime) -> int | None:
    return None if checked_at is None else max(0, int((now - checked_at).total_seconds()))
