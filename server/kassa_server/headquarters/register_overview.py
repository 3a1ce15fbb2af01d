"""Each register as headquarters sees it: its place, its last contact, what waits in it, how fresh its data is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from kassa.packages.listing import GroupReport, SyncReport
from kassa_server.schema import device, head, register, register_report, series, store

IN_CONTACT = timedelta(minutes=5)
"""A register that was heard of within this time is in contact: it synchronises every minute unless told otherwise."""
OLD_DATA = timedelta(hours=24)


@dataclass(frozen=True)
class RegisterOverview:
    """A register.

    :param is_active: a device is the register now.
    :param contact: when it was last heard of.
    :param waiting: journal entries that were not delivered when it was last heard of.
    :param behind_at: when a copied or restored journal was first seen.
    """

    register_id: str
    name: str
    store_id: str
    store_name: str
    support_offline: bool
    is_active: bool = False
    contact: datetime | None = None
    waiting: int = 0
    behind_at: datetime | None = None
    report: SyncReport | None = None
    reported_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """``new`` (never activated), ``contact``, ``silent``."""
        if not self.is_active or self.contact is None:
            return "new"
        return "contact" if now - self.contact <= IN_CONTACT else "silent"

    @property
    def checked_at(self) -> datetime | None:
        """When its data was last known to be fresh."""
        return None if self.report is None else self.report.checked_at

    @property
    def is_ready(self) -> bool | None:
        """Whether it would sell if the store server vanished; None: it has never said."""
        return None if self.report is None else self.report.ready

    @property
    def failed_groups(self) -> tuple[GroupReport, ...]:
        """The table groups that stand still, with their reason."""
        return () if self.report is None else tuple(group for group in self.report.groups if group.error)

    def data_is_old(self, now: datetime) -> bool:
        """Whether its data has not been checked for a day."""
        return self.support_offline and self.checked_at is not None and now - self.checked_at > OLD_DATA


def overview_of(connection: Connection, register_id: str | None = None) -> list[RegisterOverview]:
    """Every register, by store; or one."""
    statement = (
        select(register, store.c.name.label("store_name"), register_report.c.report, register_report.c.received_at)
        .join(store, store.c.store_id == register.c.store_id)
        .outerjoin(register_report, register_report.c.register_id == register.c.register_id)
        .order_by(store.c.name, store.c.store_id, register.c.name, register.c.register_id)
    )
    if register_id is not None:
        statement = statement.where(register.c.register_id == register_id)
    heads = _heads(connection, register_id)
    active = _active(connection)
    return [
        _overview(row, heads.get(row.register_id), row.register_id in active) for row in connection.execute(statement)
    ]


def _overview(row: Row[Any], latest: Row[Any] | None, is_active: bool) -> RegisterOverview:
    return RegisterOverview(
        row.register_id, row.name, row.store_id, row.store_name, row.support_offline, is_active,
        contact=None if latest is None else latest.received_at,
        waiting=0 if latest is None else latest.unsent,
        behind_at=None if latest is None else latest.behind_at,
        report=_report(row.report),
        reported_at=row.received_at,
    )  # fmt: skip


def _report(document: str | None) -> SyncReport | None:
    if document is None:
        return None
    try:
        return msgspec.json.decode(document, type=SyncReport)
    except msgspec.DecodeError:  # of a register that is newer than headquarters
        return None


def _heads(connection: Connection, register_id: str | None) -> dict[str, Row[Any]]:
    """The latest head of each register's newest series."""
    mine = series.c.register_id == register.c.register_id
    newest = select(func.max(series.c.number)).where(mine).correlate(register).scalar_subquery()
    statement: Any = (
        select(register.c.register_id, head.c.received_at, head.c.unsent, series.c.behind_at)
        .join(series, (series.c.register_id == register.c.register_id) & (series.c.number == newest))
        .join(head, (head.c.series_id == series.c.series_id) & (head.c.covered == False))  # noqa: E712
    )
    if register_id is not None:
        statement = statement.where(register.c.register_id == register_id)
    return {row.register_id: row for row in connection.execute(statement)}


def _active(connection: Connection) -> set[str]:
    now = device.c.replaced_at.is_(None) & device.c.revoked_at.is_(None)
    return set(connection.execute(select(device.c.register_id).where(now)).scalars())
