"""The certificate of a register for a period: complete exactly when it is, and what it comes to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from tests.server.conftest import Shop
from tests.server.device import Device
from tests.server.test_heads import copy_of

from kassa.errors import InvalidInput, NotFound
from kassa.requests.contact import Hello
from kassa_server.headquarters.completeness import mark_handled
from kassa_server.headquarters.proof.dates import read_month
from kassa_server.headquarters.proof.period_certificate import PeriodCertificate, certify_period
from kassa_server.schema import head, journal_entry, sales_tax, sales_transaction, series

TWO_DAYS = timedelta(days=2)


def audit(shop: Shop, *days: date | None, register_id: str = "R1") -> PeriodCertificate:
    """The certificate: of all there is, or of the days given."""
    first, last = days or (None, None)
    with shop.channel.reading() as connection:
        return certify_period(connection, register_id, first, last, shop.clock.utc())


def today(shop: Shop) -> date:
    return shop.clock.utc().date()


def kinds(told: PeriodCertificate) -> list[str]:
    return [one.kind for one in told.obstacles]


def alter(shop: Shop, statement: Any) -> None:
    """Somebody writes into the database by hand."""
    with shop.channel.writing() as connection:
        connection.execute(statement)


def sold(shop: Shop, count: int = 3) -> Device:
    """A register that has sold and delivered today, and spoken again two days later."""
    till = shop.device()
    for _ in range(count):
        till.sell()
    till.deliver()
    shop.clock.advance(TWO_DAYS.total_seconds())
    till.ask(Hello())
    return till


def test_complete_period_says_what_it_comes_to(shop: Shop) -> None:
    """Counts, amounts, receipts, first and last entry: from the entries' own bytes, by currency."""
    day = today(shop)
    till = shop.device()
    till.add("log_on", {}, staff_id="1001")
    till.sell("2", receipt_number="S1-R1-1-000001")
    till.sell("-1", receipt_number="S1-R1-1-000002")
    till.add("void", till.sale("3"), staff_id="1001")
    till.sell("5", training=True, receipt_number=None)
    till.deliver()
    shop.clock.advance(TWO_DAYS.total_seconds())
    till.sell(receipt_number="S1-R1-1-000003")
    till.deliver()
    told = audit(shop, day, day)
    assert (told.complete, kinds(told)) == (True, [])
    assert (told.entries, told.parked, told.waiting) == (5, 0, 0)
    (figures,) = told.figures
    assert (figures.currency, figures.sales.count, figures.sales.amount) == ("SEK", 1, Decimal("109.80"))
    assert (figures.returns.count, figures.returns.amount) == (1, Decimal("-54.90"))
    assert (figures.voids.count, figures.voids.amount) == (1, Decimal("164.70"))
    assert (figures.training.count, figures.training.amount) == (1, Decimal("274.50"))
    assert figures.total == Decimal("54.90")
    assert figures.net + figures.tax == figures.total
    assert [(tax.tax_code, tax.rate, tax.base + tax.tax) for tax in figures.taxes] == [
        ("12", Decimal("0.12"), Decimal("54.90"))
    ]
    (cash,) = figures.tenders
    assert (cash.tender_id, cash.count, cash.amount) == ("cash", 2, figures.total + figures.rounding)
    (part,) = told.series
    assert [(one.first, one.last, one.count) for one in part.receipts] == [("S1-R1-1-000001", "S1-R1-1-000002", 2)]
    assert (part.first_sequence, part.first_hash) == (1, till.chain[0].hash)
    assert (part.last_sequence, part.last_hash, part.stored) == (5, till.chain[4].hash, 6)
    assert part.rests_on is not None
    assert part.rests_on[:2] == (6, till.chain[5].hash)


def test_period_waits_for_a_head_made_after_it(shop: Shop) -> None:
    """A day is complete when the register has said after it where its journal stands, and all of that is here."""
    day = today(shop)
    till = shop.device()
    till.sell()
    till.deliver()
    known = shop.clock.utc()
    shop.clock.advance(TWO_DAYS.total_seconds())
    told = audit(shop, day, day)
    assert (told.complete, told.unknown_since, kinds(told)) == (False, known, ["unknown"])
    till.sell()
    till.ask(Hello())
    told = audit(shop, day, day)
    assert (told.complete, sorted(kinds(told))) == (False, ["missing", "unknown"])
    missing = next(one for one in told.obstacles if one.kind == "missing")
    assert (missing.first_sequence, missing.last_sequence, missing.receipt_numbers) == (2, 2, ("S1-R1-1-000001",))
    till.deliver()
    assert audit(shop, day, day).complete


def test_what_is_unsent_after_the_period_is_no_obstacle(shop: Shop) -> None:
    """A head made after the day vouches for it, whatever the register has sold since."""
    day = today(shop)
    till = sold(shop)
    till.sell()
    shop.clock.advance(60)
    till.ask(Hello())
    told = audit(shop, day, day)
    assert told.complete
    assert told.series[0].stored == 3


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=-3)])
def test_clock_that_is_off_promises_nothing(shop: Shop, ahead: timedelta) -> None:
    """A register's clock that runs days ahead vouches for no day that has not ended here; one that is behind vouches
    for no day that has not ended there: it goes on selling on that day."""
    till = shop.device()
    day = (shop.clock.utc() + min(ahead, timedelta(0))).date()
    shop.clock.advance(60)
    till.clock = type(shop.clock)(shop.clock.utc() + ahead)
    till.ask(Hello())
    assert not audit(shop, day, day).complete
    assert "clock" in [one.kind for one in audit(shop, day, day).remarks]
    shop.clock.advance(timedelta(days=4).total_seconds())
    till.clock.advance(timedelta(days=4).total_seconds())
    till.ask(Hello())
    assert audit(shop, day, day).complete


def test_clock_that_was_ahead_and_is_right_vouches_again(shop: Shop) -> None:
    """After a clock was set right the register's next word counts, although its time is before the last one's."""
    till = shop.device()
    right = till.clock
    till.clock = type(shop.clock)(shop.clock.utc() + timedelta(days=30))
    till.ask(Hello())
    till.clock = right
    shop.clock.advance(60)
    till.ask(Hello())
    with shop.channel.reading() as connection:
        rows = connection.execute(select(head.c.at)).scalars().all()
    assert set(rows) == {shop.clock.utc()}
    assert audit(shop).complete


@pytest.mark.parametrize(
    ("which", "altered"),
    [("data", b"{}"), ("hash", bytes(32)), ("kind", "void")],
)
def test_altered_row_is_found(shop: Shop, which: str, altered: Any) -> None:
    """A stored entry that somebody has altered by hand is found, with its receipt number; nothing is complete."""
    till = sold(shop)
    known = shop.rows(journal_entry, sequence=2)[0]
    changed = known["data"].replace(b"54.90", b"44.90") if which == "data" else altered
    alter(shop, update(journal_entry).where(journal_entry.c.entry_id == known["entry_id"]).values({which: changed}))
    told = audit(shop)
    assert not told.complete
    found = next(one for one in told.obstacles if one.kind in ("altered", "unreadable"))
    assert found.first_sequence is not None
    assert found.last_sequence is not None
    assert found.first_sequence <= 2 <= found.last_sequence
    if which != "kind":
        assert "S1-R1-1-000002" in found.receipt_numbers
    assert till.chain[1].sequence == 2


def test_chain_that_was_altered_to_its_end_is_found(shop: Shop) -> None:
    """Whoever alters an entry and computes every hash after it again has not the register's signature."""
    from kassa.journal.entry import GENESIS, chain_hash

    sold(shop)
    previous = GENESIS
    for row in shop.rows(journal_entry):
        data = row["data"].replace(b"54.90", b"44.90")
        previous = chain_hash(previous, data)
        own = journal_entry.c.entry_id == row["entry_id"]
        alter(shop, update(journal_entry).where(own).values(data=data, hash=previous))
    alter(shop, update(series).values(hash=previous))
    told = audit(shop)
    assert "head_refused" in kinds(told)
    assert "unknown" in kinds(told)


def test_entry_that_was_taken_out_is_found(shop: Shop) -> None:
    """A deleted entry is a gap, between two receipt numbers; one at the end too."""
    sold(shop, 4)
    with shop.channel.writing() as connection:
        connection.execute(delete(sales_tax))
        for table in (_of_sales("sales_line"), _of_sales("sales_tender"), sales_transaction):
            connection.execute(delete(table))
        connection.execute(delete(journal_entry).where(journal_entry.c.sequence.in_((2, 4))))
    gaps = [one for one in audit(shop).obstacles if one.kind == "gap"]
    assert [(one.first_sequence, one.last_sequence) for one in gaps] == [(2, 2), (4, 4)]
    assert gaps[0].receipt_numbers == ("S1-R1-1-000001", "S1-R1-1-000003")


def _of_sales(name: str) -> Any:
    from kassa_server import schema

    return getattr(schema, name)


def test_altered_sales_table_is_found(shop: Shop) -> None:
    """The journal is right and the posted sale is not: found by receipt number, and the figures are the journal's."""
    day = today(shop)
    sold(shop)
    alter(shop, update(sales_tax).values(tax=1))
    alter(shop, update(sales_transaction).where(sales_transaction.c.sequence == 3).values(total=1))
    told = audit(shop, day, day)
    assert kinds(told) == ["posted_otherwise"] * 3
    assert told.obstacles[2].receipt_numbers == ("S1-R1-1-000003",)
    assert told.figures[0].total == Decimal("164.70")


def test_forged_head_vouches_for_nothing(shop: Shop) -> None:
    """A head in the database that the device has not signed is refused: its time cannot be moved by hand."""
    day = today(shop)
    till = shop.device()
    till.sell()
    till.deliver()
    shop.clock.advance(TWO_DAYS.total_seconds())
    alter(shop, update(head).values(at=shop.clock.utc(), received_at=shop.clock.utc()))
    assert kinds(audit(shop, day, day)) == ["unknown"]
    packed = shop.rows(head)[0]["packed"]
    alter(shop, update(head).values(packed=packed[:-8] + "AAAAAAAA"))
    assert "head_refused" in kinds(audit(shop, day, day))


def test_both_sides_of_a_cloned_register_are_shown(shop: Shop) -> None:
    """Two devices with one journal both sell: what the second has sold is kept, named by receipt number and amount,
    and the period is not complete until a person has looked into both findings."""
    day = today(shop)
    till = shop.device()
    till.sell()
    till.deliver()
    clone = copy_of(till, 1)
    till.sell("2")
    till.deliver()
    shop.clock.advance(1)
    clone.sell("7")
    clone.deliver()
    shop.clock.advance(TWO_DAYS.total_seconds())
    till.ask(Hello())
    told = audit(shop, day, day)
    assert sorted(kinds(told)) == ["conflict", "copied"]
    fork = next(one for one in told.obstacles if one.kind == "conflict")
    assert fork.receipt_numbers == ("S1-R1-1-000002", "S1-R1-1-000002")
    assert [one.amount for one in fork.amounts] == [Decimal("384.30"), Decimal("109.80")]
    assert fork.staff_id == "1001"
    assert told.figures[0].total == Decimal("164.70")
    for one in told.obstacles:
        with shop.channel.writing() as connection:
            mark_handled(connection, one.finding_id, "Both tills counted", "anna", shop.clock.utc())
    told = audit(shop, day, day)
    assert told.complete
    assert [one.handled.note for one in told.remarks if one.handled is not None] == ["Both tills counted"] * 2


def test_parked_entry_is_in(shop: Shop) -> None:
    """An entry that cannot be posted is in, in the figures, and named."""
    till = shop.device()
    till.sell()
    till.sell(receipt_number="S1-R1-1-000001")
    till.deliver()
    told = audit(shop)
    assert (told.parked, [one.kind for one in told.remarks]) == (1, ["parked"])
    assert kinds(told) == ["receipt_gap"]
    assert told.figures[0].sales.count == 2


def test_entry_that_nobody_can_read_is_shown(shop: Shop) -> None:
    """Stored as it came and signed for, but in no figure: not complete, until a person has dealt with it."""
    till = shop.device()
    till.add("sale", {"nothing": 1}, receipt_number="S1-R1-1-000001")
    till.deliver()
    told = audit(shop)
    assert kinds(told) == ["unreadable"]
    assert told.obstacles[0].receipt_numbers == ("S1-R1-1-000001",)


def test_replaced_device_leaves_an_open_end(shop: Shop) -> None:
    """A device that was replaced before it said that its day was over may hold sales of that day."""
    day = today(shop)
    old = shop.device()
    old.sell()
    old.deliver()
    shop.clock.advance(60)
    new = shop.device()
    shop.clock.advance(TWO_DAYS.total_seconds())
    new.ask(Hello())
    told = audit(shop, day, day)
    assert kinds(told) == ["open_ended"]
    assert told.obstacles[0].receipt_numbers == ("S1-R1-1-000001",)
    with shop.channel.writing() as connection:
        mark_handled(connection, "open_ended-R1-1", "Fell into the sea", "anna", shop.clock.utc())
    assert audit(shop, day, day).complete
    assert audit(shop, day - timedelta(days=9), day - timedelta(days=8)).complete


def test_series_that_was_taken_out_is_found(shop: Shop) -> None:
    """Series are numbered without a gap."""
    shop.device()
    shop.device()
    alter(shop, delete(head))
    alter(shop, delete(series).where(series.c.number == 1))
    assert "series_gone" in kinds(audit(shop))


def test_receipt_numbers_without_a_gap(shop: Shop) -> None:
    """A number that was left out is named by its neighbours, at the beginning too; another mask is no gap."""
    till = shop.device()
    for number in ("S1-R1-1-000002", "S1-R1-1-000003", "S1-R1-1-000005", "KV-7"):
        till.sell(receipt_number=number)
    till.deliver()
    told = audit(shop)
    assert [one.receipt_numbers for one in told.obstacles] == [
        ("S1-R1-1-000001", "S1-R1-1-000002"),
        ("S1-R1-1-000003", "S1-R1-1-000005"),
    ]
    assert [one.count for one in told.series[0].receipts] == [2, 1, 1]


def test_register_without_a_series_certifies_nothing(shop: Shop) -> None:
    """A register that was never active, and one that does not exist."""
    assert kinds(audit(shop, register_id="R2")) == ["never_active"]
    with pytest.raises(NotFound):
        audit(shop, register_id="R9")


def test_months() -> None:
    """A month is written as 2026-11; nothing else is one."""
    assert read_month("2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    for wrong in ("2026-13", "2026-1", "november", "0000-01", "2026-11-01"):
        with pytest.raises(InvalidInput):
            read_month(wrong)
