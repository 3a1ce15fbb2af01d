"""Reading all that a register has delivered again: the chain, receipt numbers, what was posted, and the figures.

One pass over each series, in pages: memory stays flat. Everything of the register is read, whatever the period: the
chain hangs on the register's signature from its last entry backwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from kassa_server.certificate import Certificate, SeriesCertificate
from kassa_server.headquarters.proof.chain import AT_ONCE, ChainEntry, ChainReading
from kassa_server.headquarters.proof.dates import Period
from kassa_server.headquarters.proof.fault_findings import of_fault, of_nowhere, of_posting, of_receipt_gap
from kassa_server.headquarters.proof.figures import CurrencyFigures, CurrencySum, in_order
from kassa_server.headquarters.proof.findings import Finding
from kassa_server.headquarters.proof.kept_entries import business_date
from kassa_server.headquarters.proof.posted import posted_from_nowhere, posted_otherwise
from kassa_server.headquarters.proof.receipts import ReceiptBook, ReceiptRange, step_between
from kassa_server.record import read_record
from kassa_server.schema import PARKED, WAITING


class SeriesPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a series holds of a period. Sequences and hashes (hexadecimal) are of its first and last entry in it.

    :param receipts: ranges of receipt numbers without a gap; one, if all is well.
    :param rests_on: sequence and hash of the signed head that vouches for the series, and when it was made by the
        register's clock and came; None: there is none.
    """

    number: int
    opened_at: datetime
    closed_at: datetime | None
    known_to: datetime
    entries: int = 0
    first_sequence: int | None = None
    first_hash: str | None = None
    last_sequence: int | None = None
    last_hash: str | None = None
    receipts: tuple[ReceiptRange, ...] = ()
    stored: int
    stored_hash: str
    rests_on: tuple[int, str, datetime, datetime] | None = None


@dataclass
class Examination:
    """What reading everything again came to, for one period. ``findings`` are what is wrong with it; ``outside`` what
    is wrong with entries that were certainly made before."""

    parts: list[SeriesPart] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    outside: list[Finding] = field(default_factory=list)
    sums: dict[str, CurrencySum] = field(default_factory=dict)
    waiting: int = 0
    parked: int = 0
    set_back: int = 0

    @property
    def figures(self) -> tuple[CurrencyFigures, ...]:
        """The amounts of the period."""
        return in_order(self.sums.values())


def examine(connection: Connection, certificate: Certificate, period: Period) -> Examination:
    """Read every entry of a register again."""
    done = Examination()
    record = read_record(connection, certificate.register_id)
    for one in certificate.series:
        expected = record.receipt_mask.format(
            store=record.store.store_id, terminal=record.register_id, series=one.number, counter=1
        )
        _SeriesExamination(connection, certificate.register_id, one, period, done, expected).run()
    for row in posted_from_nowhere(connection, certificate.register_id, period):
        done.findings.append(of_nowhere(certificate.register_id, row.transaction_id, row.receipt_number))
    return done


class _SeriesExamination:
    """One series on its way through."""

    def __init__(
        self,
        connection: Connection,
        register_id: str,
        one: SeriesCertificate,
        period: Period,
        done: Examination,
        first_receipt: str,
    ) -> None:
        self._connection = connection
        self._register_id = register_id
        self._one = one
        self._period = period
        self._done = done
        self._first_receipt = first_receipt
        self._book, self._own_book = ReceiptBook(), ReceiptBook()
        self._first: ChainEntry | None = None
        self._last: ChainEntry | None = None
        self._stored_hash = ""
        self._count = 0
        self._before = 0
        """The last entry that was certainly made before the period."""
        self._sales: list[ChainEntry] = []

    def run(self) -> None:
        """Read it, and add what it came to."""
        reading = ChainReading(self._connection, self._one.series_id)
        for entry in reading.entries():
            self._stored_hash = entry.hash.hex()
            self._look_at(entry)
        self._compare_posted()
        self._done.parts.append(self._part())
        for fault in reading.faults:
            outside = fault.last < self._before
            found = of_fault(self._connection, self._register_id, (self._one.series_id, self._one.number), fault)
            (self._done.outside if outside else self._done.findings).append(found)
        self._done.findings.extend(self._receipt_gaps())

    def _look_at(self, entry: ChainEntry) -> None:
        body = entry.body
        if body is not None and body.receipt_number is not None and not body.training:
            self._book.add(body.receipt_number)
        day = None if body is None else business_date(body)
        if day is not None and self._period.is_after(day):
            self._before = entry.sequence
        if not self._period.holds(day):
            return
        self._first = self._first or entry
        self._last = entry
        self._count += 1
        self._done.waiting += entry.posting == WAITING
        self._done.parked += entry.posting == PARKED
        if body is not None:
            self._done.set_back += body.clock_set_back
            if body.receipt_number is not None and not body.training:
                self._own_book.add(body.receipt_number)
        self._add_up(entry)

    def _add_up(self, entry: ChainEntry) -> None:
        if entry.sale is None or entry.body is None:
            return
        currency = entry.sale.transaction.currency
        total = self._done.sums.setdefault(currency, CurrencySum(currency))
        total.add(entry.sale, voided=entry.body.kind == "void", training=entry.body.training)
        self._sales.append(entry)
        if len(self._sales) >= AT_ONCE:
            self._compare_posted()

    def _compare_posted(self) -> None:
        for entry in posted_otherwise(self._connection, self._sales):
            self._done.findings.append(of_posting(self._register_id, self._one.number, entry))
        self._sales = []

    def _part(self) -> SeriesPart:
        one, first, last = self._one, self._first, self._last
        head = one.rests_on
        return SeriesPart(
            number=one.number,
            opened_at=one.opened_at,
            closed_at=one.closed_at,
            known_to=one.known_to,
            entries=self._count,
            first_sequence=None if first is None else first.sequence,
            first_hash=None if first is None else first.hash.hex(),
            last_sequence=None if last is None else last.sequence,
            last_hash=None if last is None else last.hash.hex(),
            receipts=tuple(self._own_book.ranges),
            stored=one.sequence,
            stored_hash=self._stored_hash,
            rests_on=None if head is None else (head.head.sequence, head.head.hash, head.head.at, head.received_at),
        )

    def _receipt_gaps(self) -> Iterator[Finding]:
        gaps = list(self._book.gaps)
        if self._book.ranges and (step_between(self._first_receipt, self._book.ranges[0].first) or 0) > 0:
            gaps.insert(0, (self._first_receipt, self._book.ranges[0].first))
        for before, after in gaps:
            yield of_receipt_gap(self._register_id, self._one.number, before, after)
