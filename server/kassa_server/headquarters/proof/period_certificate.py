"""The certificate of a register for a period: is everything in, what does it come to, and if not, what is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection

from kassa_server.certificate import Certificate, certify
from kassa_server.headquarters.proof.dates import Period, period_of
from kassa_server.headquarters.proof.examination import Examination, SeriesPart, examine
from kassa_server.headquarters.proof.figures import CurrencyFigures
from kassa_server.headquarters.proof.findings import Finding, Kind, with_notes
from kassa_server.headquarters.proof.head_findings import of_certificate
from kassa_server.headquarters.proof.kept_entries import conflicts, parked
from kassa_server.record import read_record

ONLY_TOLD: frozenset[Kind] = frozenset(("clock", "parked"))
"""Findings that stand on a certificate and take nothing from it: a parked entry is in, and in its figures."""


class PeriodCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of a register and a period.

    :param until: T: the moment that the period ends, UTC.
    :param complete: everything up to T is in, reads back as the register signed it, and nothing contradicts it that
        nobody has looked into.
    :param unknown_since: if nothing is known of the last part of the period: since when.
    :param obstacles: why it is not complete.
    :param remarks: what stands beside it all the same: what people have handled, and what takes nothing from it.
    :param entries: in the period, of every kind; of them ``parked`` cannot be posted and ``waiting`` are not yet;
        ``set_back`` were made by a clock that had been set back.
    """

    register_id: str
    register_name: str
    store_id: str
    store_name: str
    timezone: str
    first: date | None
    last: date | None
    until: datetime
    made_at: datetime
    complete: bool
    unknown_since: datetime | None
    obstacles: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    series: tuple[SeriesPart, ...]
    figures: tuple[CurrencyFigures, ...]
    entries: int
    parked: int
    waiting: int
    set_back: int


def certify_period(
    connection: Connection, register_id: str, first: date | None, last: date | None, now: datetime
) -> PeriodCertificate:
    """The certificate of a register from one day to another, both in it, by its store's calendar.

    :param first: None: from the beginning.
    :param last: None: until now.
    :raises NotFound: there is no such register.
    :raises InvalidInput: the period ends before it begins.
    """
    record = read_record(connection, register_id)
    period = period_of(record.store, first, last, now)
    certificate = certify(connection, register_id, period.until)
    done = examine(connection, certificate, period)
    obstacles, remarks = _sorted_out(connection, certificate, period, done)
    unknown = [one.known_to for one in certificate.series if one.closed_at is None and one.known_to < period.until]
    return PeriodCertificate(
        register_id=register_id,
        register_name=record.name,
        store_id=record.store.store_id,
        store_name=record.store.name,
        timezone=record.store.timezone,
        first=first,
        last=last,
        until=period.until,
        made_at=now,
        complete=not obstacles,
        unknown_since=min(unknown, default=None),
        obstacles=tuple(obstacles),
        remarks=tuple(remarks),
        series=tuple(done.parts),
        figures=done.figures,
        entries=sum(part.entries for part in done.parts),
        parked=done.parked,
        waiting=done.waiting,
        set_back=done.set_back,
    )


def _sorted_out(
    connection: Connection, certificate: Certificate, period: Period, done: Examination
) -> tuple[list[Finding], list[Finding]]:
    """Obstacles and remarks."""
    kept = [*conflicts(connection, certificate.register_id), *parked(connection, certificate.register_id)]
    of_period = [
        *_of_heads(connection, certificate),
        *done.findings,
        *(finding for finding, day in kept if period.holds(day)),
    ]
    told = with_notes(connection, of_period)
    obstacles = [one for one in told if one.handled is None and one.kind not in ONLY_TOLD]
    remarks = [one for one in told if one not in obstacles]
    return obstacles, [*remarks, *with_notes(connection, done.outside)]


def _of_heads(connection: Connection, certificate: Certificate) -> list[Finding]:
    """What heads and series tell that matters up to T. What was copied or left unsent after T does not. That a series
    was opened after T is no proof by itself: a register whose clock is behind still sells on days that are over."""
    by_number = {one.number: one for one in certificate.series}
    relevant = []
    for finding in of_certificate(connection, certificate, unknown_after=timedelta(0)):
        one = by_number.get(finding.series or 0)
        if one is not None and finding.kind == "copied" and one.opened_at >= certificate.until:
            continue
        if one is not None and finding.kind == "missing" and one.known_to >= certificate.until:
            continue
        relevant.append(finding)
    return relevant
