"""Findings that heads and series tell by themselves, without an entry being read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, select

from kassa.text import Moment, literal, texts
from kassa_server.certificate import Certificate, SeriesCertificate
from kassa_server.headquarters.proof.fault_findings import receipt_numbers
from kassa_server.headquarters.proof.findings import Finding, Kind
from kassa_server.schema import head

_, n_ = texts("kassa_server")

UNKNOWN_AFTER = timedelta(hours=24)
"""A register that has not said where its journal stands for so long is a finding by itself."""
SKEW = timedelta(minutes=5)
"""A clock that is further off is shown (system.md, transactions)."""
_LET_IT_DELIVER = _("Start the register where it reaches the store server, and let it deliver.")


def of_certificate(
    connection: Connection, certificate: Certificate, unknown_after: timedelta = UNKNOWN_AFTER
) -> Iterator[Finding]:
    """What the heads and series of a register tell by themselves.

    :param unknown_after: an open series is a finding if nothing is known of so much time before ``until``.
    """
    register_id = certificate.register_id
    if not certificate.series:
        yield Finding(
            finding_id=f"never_active-{register_id}",
            kind="never_active",
            register_id=register_id,
            what=_("No device has ever been this register."),
            hint=_("Activate one: kassa activation-code REGISTER"),
        )
    for before, after in pairwise((0, *(one.number for one in certificate.series))):
        if after != before + 1:
            yield _series_gone(register_id, before + 1, after - 1)
    for one in certificate.series:
        yield from _SeriesFindings(connection, register_id, certificate.until, one).all(unknown_after)


def _series_gone(register_id: str, first: int, last: int) -> Finding:
    span = {"first": literal(str(first)), "last": literal(str(last))}
    return Finding(
        finding_id=f"series_gone-{register_id}-{first}",
        kind="series_gone",
        register_id=register_id,
        series=first,
        what=_("Series {first} to {last} are not in the database: somebody has taken them out.", **span),
        hint=_("Restore the database from its backup, beside this one, and compare."),
    )


@dataclass(frozen=True)
class _SeriesFindings:
    """What one series tells."""

    connection: Connection
    register_id: str
    until: datetime
    one: SeriesCertificate

    def all(self, unknown_after: timedelta) -> Iterator[Finding]:
        """Every finding that there is."""
        one = self.one
        if one.head_refused:
            yield self._head_refused()
        if one.missing:
            yield self._missing()
        if one.closed_at is None and self.until - one.known_to > unknown_after:
            yield self._unknown()
        if one.closed_at is not None and one.known_to < self.until:
            yield self._open_ended(one.closed_at)
        if one.behind_at is not None:
            yield self._copied(one.behind_at)
        latest = (head.c.series_id == one.series_id) & ~head.c.covered
        told = self.connection.execute(select(head).where(latest)).first()
        if told is not None and abs(told.at - told.received_at) > SKEW:
            yield self._clock(told)

    def _finding(self, kind: Kind, **more: Any) -> Finding:
        number = self.one.number
        return Finding(
            finding_id=f"{kind}-{self.register_id}-{number}",
            kind=kind,
            register_id=self.register_id,
            series=number,
            **more,
        )

    def _last_receipt(self) -> str | None:
        return next(receipt_numbers(self.connection, self.one.series_id, 1, at_most=1, backwards=True), None)

    def _head_refused(self) -> Finding:
        return self._finding(
            "head_refused",
            what=_("The stored word of where this journal stood is not what the register signed: it was altered."),
            hint=_("Let the register speak to the store server again, and read its entries: kassa audit --verify"),
        )

    def _missing(self) -> Finding:
        one, before = self.one, self._last_receipt()
        return self._finding(
            "missing",
            first_sequence=one.sequence + 1,
            last_sequence=one.sequence + one.missing,
            receipt_numbers=() if before is None else (before,),
            at=one.known_to,
            what=n_(
                "The register has made {count} entry that is not here. The last receipt that is here is {receipt}.",
                "The register has made {count} entries that are not here. The last receipt that is here is {receipt}.",
                count=one.missing,
                receipt=literal(before or "-"),
            ),
            hint=_LET_IT_DELIVER,
        )

    def _unknown(self) -> Finding:
        since = Moment(self.one.known_to, "date")
        return self._finding(
            "unknown",
            at=self.one.known_to,
            what=_("Unknown since {since}: nobody knows what the register has sold after that.", since=since),
            hint=_LET_IT_DELIVER,
        )

    def _open_ended(self, closed_at: datetime) -> Finding:
        one, before = self.one, self._last_receipt()
        return self._finding(
            "open_ended",
            first_sequence=one.sequence,
            last_sequence=one.sequence,
            receipt_numbers=() if before is None else (before,),
            at=closed_at,
            what=_(
                "Open-ended: another device is the register since {closed}; the old one is known to {since}.",
                closed=Moment(closed_at, "date"),
                since=Moment(one.known_to, "date"),
            ),
            hint=_("Start the old device once more and let it deliver. If it is lost, say so in a note."),
        )

    def _copied(self, behind_at: datetime) -> Finding:
        return self._finding(
            "copied",
            at=behind_at,
            what=_("A copy or an old backup of this journal has spoken to the store server."),
            hint=_("Find the other device and let it hand over what it has sold. Then mark this as handled."),
        )

    def _clock(self, told: Row[Any]) -> Finding:
        minutes = round(abs(told.at - told.received_at) / timedelta(minutes=1))
        ahead = told.at > told.received_at
        return self._finding(
            "clock",
            at=told.received_at,
            what=_("The register's clock is {minutes} minutes ahead.", minutes=minutes)
            if ahead
            else _("The register's clock is {minutes} minutes behind.", minutes=minutes),
            hint=_("Set it right. Sales carry the register's own time: those near midnight may stand on a wrong day."),
        )
