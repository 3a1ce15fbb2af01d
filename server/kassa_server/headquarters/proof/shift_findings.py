"""Findings about Z reports: one that disagrees with the sales names the receipts that differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from kassa.shift_report import ShiftReport, Sold
from kassa.text import Money, Text, literal, texts
from kassa_server.headquarters.proof.findings import Amount, Finding
from kassa_server.schema import series, shift_report
from kassa_server.shift_posting import Difference, differences

_, n_ = texts("kassa_server")
NAMED = 20
"""Receipts named in one finding; it says how many there are."""


def z_reports(connection: Connection, register_id: str) -> Iterator[tuple[Finding, date]]:
    """Each Z of a register that did not agree with the sales when it came and does not agree now, with its date."""
    statement = (
        select(shift_report, series.c.number.label("series_number"))
        .join(series, series.c.series_id == shift_report.c.series_id)
        .where(shift_report.c.register_id == register_id, ~shift_report.c.agrees)
        .order_by(shift_report.c.number)
    )
    for row in connection.execute(statement).all():
        report = msgspec.json.decode(row.report, type=ShiftReport)
        found = differences(connection, report)
        if found:
            yield _finding(report, row.series_number, row.sequence, found), row.business_date
    yield from _closed_twice(connection, register_id)


def _closed_twice(connection: Connection, register_id: str) -> Iterator[tuple[Finding, date]]:
    """A shift that was put aside, went on at another register, and was taken up here too while nobody could say so:
    what was sold before is on both Z."""
    other = shift_report.alias("other")
    same = (other.c.shift_id == shift_report.c.shift_id) & (other.c.entry_id != shift_report.c.entry_id)
    statement = (
        select(
            shift_report, series.c.number.label("series_number"), other.c.register_id.label("other_register"),
            other.c.number.label("other_number"), other.c.report.label("other_report"),
        )
        .join(other, same)
        .join(series, series.c.series_id == shift_report.c.series_id)
        .where(shift_report.c.register_id == register_id)
        .order_by(shift_report.c.number)
    )  # fmt: skip
    for row in connection.execute(statement).all():
        report = msgspec.json.decode(row.report, type=ShiftReport)
        theirs = {sold.receipt_number for sold in msgspec.json.decode(row.other_report, type=ShiftReport).figures.sold}
        both = [sold for sold in report.figures.sold if sold.receipt_number in theirs]
        yield _twice(report, row, both), row.business_date


def _twice(report: ShiftReport, row: Row[Any], both: list[Sold]) -> Finding:
    amount = sum((sold.total for sold in both), Decimal(0))
    return Finding(
        finding_id=f"z_differs-{report.register_id}-{row.series_number}-{row.sequence}-twice",
        kind="z_differs",
        register_id=report.register_id,
        series=row.series_number,
        first_sequence=row.sequence,
        last_sequence=row.sequence,
        receipt_numbers=tuple(sold.receipt_number for sold in both[:NAMED]),
        amounts=(Amount(amount, report.currency),),
        staff_id=report.made_by,
        at=report.made_at,
        what=n_(
            "Z {number} and Z {other} of register {register} are of one shift; {count} receipt is on both, {amount}",
            "Z {number} and Z {other} of register {register} are of one shift; {count} receipts are on both, {amount}",
            count=len(both), number=literal(str(report.number)), other=literal(str(row.other_number)),
            register=literal(row.other_register), amount=Money(amount, report.currency),
        ),
        hint=_("Count what is on both only once; then mark this as handled."),
    )  # fmt: skip


def _finding(report: ShiftReport, series_number: int, sequence: int, found: list[Difference]) -> Finding:
    on_the_z = sum((one.on_the_z or Decimal(0) for one in found), Decimal(0))
    posted = sum((one.posted or Decimal(0) for one in found), Decimal(0))
    named = found[:NAMED]
    return Finding(
        finding_id=f"z_differs-{report.register_id}-{series_number}-{sequence}",
        kind="z_differs",
        register_id=report.register_id,
        series=series_number,
        first_sequence=sequence,
        last_sequence=sequence,
        receipt_numbers=tuple(one.receipt_number for one in named),
        amounts=(Amount(on_the_z - posted, report.currency),),
        staff_id=report.made_by,
        at=report.made_at,
        what=n_(
            "Z {number} and the sales differ in {count} receipt, by {amount}: {receipts}",
            "Z {number} and the sales differ in {count} receipts, by {amount}: {receipts}",
            count=len(found),
            number=literal(str(report.number)),
            amount=Money(on_the_z - posted, report.currency),
            receipts=_receipts(named, report.currency),
        ),
        hint=_("Post what is parked and let the register deliver; if it differs still, compare with its receipts."),
    )


def _receipts(named: list[Difference], currency: str) -> Text:
    told: Text | None = None
    for one in named:
        number = literal(one.receipt_number)
        if one.posted is None:
            words = _("{receipt} is on the Z and not among the sales", receipt=number)
        elif one.on_the_z is None:
            words = _("{receipt} is among the sales and not on the Z", receipt=number)
        else:
            amounts = {"z": Money(one.on_the_z, currency), "sales": Money(one.posted, currency)}
            words = _("{receipt} is {z} on the Z and {sales} among the sales", receipt=number, **amounts)
        told = words if told is None else _("{one}; {other}", one=told, other=words)
    assert told is not None
    return told
