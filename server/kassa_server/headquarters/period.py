"""Closing a period: a person says that a store's month (or range of days) is done, when every register has delivered.

Sales of a closed period that come all the same are taken in like any other, and shown as late: what was stored when it
was closed is noted by series and sequence, not by time, so that nothing slips between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from kassa.errors import InvalidInput, NotAllowed
from kassa.text import Text, literal, texts
from kassa_server import audit
from kassa_server.channel import Channel, lock_row
from kassa_server.headquarters.completeness import registers_of
from kassa_server.headquarters.proof.certificate_text import plain
from kassa_server.headquarters.proof.dates import Period, period_of
from kassa_server.headquarters.proof.findings import Finding, check_note
from kassa_server.headquarters.proof.period_certificate import PeriodCertificate, certify_period
from kassa_server.record import read_store
from kassa_server.schema import closed_period, closed_period_series, journal_entry, sales_transaction, series, store

_, n_ = texts("kassa_server")


class PeriodNotComplete(NotAllowed):
    """A register still holds sales of the period, or may, or something contradicts. ``certificates`` say which and why;
    a person may close the period anyway, with a reason."""

    code = "period_not_complete"

    def __init__(self, what: Text, hint: Text, certificates: Sequence[PeriodCertificate]) -> None:
        super().__init__(what, kept=_("The period is open as before."), hint=hint)
        self.certificates = tuple(certificates)

    @property
    def obstacles(self) -> list[Finding]:
        """Why, by register."""
        return [one for certificate in self.certificates for one in certificate.obstacles]


class ClosedPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """A period that a person has closed.

    :param complete: everything was in, and ``reason`` is empty; otherwise why it was closed all the same.
    :param rewritten: registers and series whose entries up to the close are not the ones that were there then.
    """

    period_id: str
    store_id: str
    first: date
    last: date
    author: str
    closed_at: datetime
    complete: bool
    reason: str
    rewritten: tuple[str, ...] = ()


def period_certificates(
    connection: Connection, store_id: str, period: Period, now: datetime
) -> list[PeriodCertificate]:
    """The certificates of a store's registers, and of those that have sold in it and stand elsewhere now. A register
    that was never active holds nothing and has none.

    :raises NotFound: there is no such store.
    """
    read_store(connection, store_id)
    sold_here = select(sales_transaction.c.register_id).where(sales_transaction.c.store_id == store_id).distinct()
    ids = {*registers_of(connection, store_id=store_id), *connection.execute(sold_here).scalars()}
    active = set(connection.execute(select(series.c.register_id).distinct()).scalars())
    return [
        certify_period(connection, register_id, period.first, period.last, now) for register_id in sorted(ids & active)
    ]


def close_period(
    channel: Channel,
    store_id: str,
    first: date,
    last: date,
    *,
    author: str,
    anyway: bool = False,
    reason: str = "",
) -> ClosedPeriod:
    """Close a store's period, from one day to another, both in it. Audited.

    All that the registers have delivered is read again first; nothing is locked meanwhile.

    :param anyway: close it although something is missing, unknown or contradicts; ``reason`` says why, and stays.
    :raises PeriodNotComplete: something is, and ``anyway`` was not asked for.
    :raises NotAllowed: a part of it is closed already.
    :raises InvalidInput: it is not over, it ends before it begins, or a reason is missing.
    :raises NotFound: there is no such store.
    """
    now = channel.environment.clock.utc()
    with channel.reading() as connection:
        period = period_of(read_store(connection, store_id), first, last, now)
        if period.until > now:
            raise InvalidInput(_("The period is not over yet."), hint=_("Close it when its last day is over."))
        _check_open(connection, store_id, first, last)
        certificates = period_certificates(connection, store_id, period, now)
        cuts = _cuts(connection, [one.register_id for one in certificates])
    complete = all(one.complete for one in certificates)
    if not complete:
        _check_reason(certificates, reason, anyway=anyway)
    closed = ClosedPeriod(
        period_id=channel.environment.new_id(),
        store_id=store_id,
        first=first,
        last=last,
        author=author,
        closed_at=now,
        complete=complete,
        reason="" if complete else reason.strip(),
    )
    with channel.writing() as connection:
        lock_row(connection, select(store).where(store.c.store_id == store_id))
        _check_open(connection, store_id, first, last)
        _write(connection, closed, certificates, cuts)
    return closed


def closed_periods(connection: Connection, store_id: str | None = None) -> list[ClosedPeriod]:
    """Closed periods, the latest first."""
    statement = select(closed_period).order_by(closed_period.c.first_date.desc(), closed_period.c.store_id)
    if store_id is not None:
        statement = statement.where(closed_period.c.store_id == store_id)
    return [_as_closed(row, _rewritten(connection, row.period_id)) for row in connection.execute(statement).all()]


def _check_reason(certificates: Sequence[PeriodCertificate], reason: str, *, anyway: bool) -> None:
    if anyway:
        check_note(reason)
        return
    behind = [one.register_id for one in certificates if not one.complete]
    raise PeriodNotComplete(
        n_(
            "{count} register still holds sales of this period, or may: {registers}.",
            "{count} registers still hold sales of this period, or may: {registers}.",
            count=len(behind),
            registers=literal(", ".join(behind)),
        ),
        _("See to each cause, or close it anyway and give a reason."),
        certificates,
    )


def _check_open(connection: Connection, store_id: str, first: date, last: date) -> None:
    told = closed_period.c
    overlapping = (told.store_id == store_id) & (told.first_date <= last) & (told.last_date >= first)
    known = connection.execute(select(closed_period).where(overlapping)).first()
    if known is not None:
        span = f"{known.first_date} - {known.last_date}"
        raise NotAllowed(
            _("{span} is closed already.", span=literal(span)),
            kept=_("Nothing was changed."),
            hint=_("Sales that come late are listed with: kassa headquarters late-sales"),
        )


def _cuts(connection: Connection, register_ids: Sequence[str]) -> list[Row[str, int, bytes]]:
    columns = select(series.c.series_id, series.c.sequence, series.c.hash)
    return list(connection.execute(columns.where(series.c.register_id.in_(register_ids))).all())


def _write(
    connection: Connection,
    closed: ClosedPeriod,
    certificates: Sequence[PeriodCertificate],
    cuts: Sequence[Row[str, int, bytes]],
) -> None:
    told = msgspec.json.encode([plain(one, "en") for one in certificates]).decode()
    connection.execute(
        insert(closed_period).values(
            period_id=closed.period_id,
            store_id=closed.store_id,
            first_date=closed.first,
            last_date=closed.last,
            author=closed.author,
            closed_at=closed.closed_at,
            complete=closed.complete,
            reason=closed.reason,
            certificates=told,
        )
    )
    rows = [{"period_id": closed.period_id, **cut._mapping} for cut in cuts]
    if rows:
        connection.execute(insert(closed_period_series), rows)
    audit.note(
        connection, "period_closed", closed.closed_at, store=closed.store_id, author=closed.author,
        first=closed.first, last=closed.last, complete=closed.complete, reason=closed.reason,
        obstacles=[one.finding_id for certificate in certificates for one in certificate.obstacles],
    )  # fmt: skip


def _as_closed(row: Row[Any], rewritten: tuple[str, ...]) -> ClosedPeriod:
    return ClosedPeriod(
        period_id=row.period_id,
        store_id=row.store_id,
        first=row.first_date,
        last=row.last_date,
        author=row.author,
        closed_at=row.closed_at,
        complete=row.complete,
        reason=row.reason,
        rewritten=rewritten,
    )


def _rewritten(connection: Connection, period_id: str) -> tuple[str, ...]:
    cut, entry = closed_period_series.c, journal_entry.c
    statement = (
        select(cut.hash, entry.hash.label("stored"), series.c.register_id, series.c.number)
        .join(series, series.c.series_id == cut.series_id)
        .outerjoin(journal_entry, (entry.series_id == cut.series_id) & (entry.sequence == cut.sequence))
        .where(cut.period_id == period_id, cut.sequence > 0)
        .order_by(series.c.register_id, series.c.number)
    )
    return tuple(
        f"{row.register_id} {row.number}"
        for row in connection.execute(statement)
        if row.stored is None or bytes(row.stored) != bytes(row.hash)
    )
