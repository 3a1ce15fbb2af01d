"""Posting: what entries mean, in business tables, exactly; one that cannot be posted stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from tests.server.conftest import Shop
from tests.server.device import COFFEE, Device

from kassa.environment import new_id
from kassa.journal.entry import SalePayload
from kassa.model import Customer, Discount, Item, Line, Payment, Transaction
from kassa.sale.totals import compute
from kassa_server.posted_sale import PostedSale
from kassa_server.sales_posting import TABLES, post_sales
from kassa_server.schema import (
    POSTED,
    audit,
    journal_entry,
    parked_entry,
    sales_line,
    sales_tax,
    sales_tender,
    sales_transaction,
)

JACKET = Item("1004", "Regnjacka Sarek, blå M", Decimal("899.00"), "25", Decimal("0.25"))
APPLES = Item("1003", "Äpple Royal Gala", Decimal("32.95"), "12", Decimal("0.12"), unit="kg")


def mixed_sale(till: Device) -> SalePayload:
    """Several rates, a weighed line, a return, a voided line, discounts, two payments of which one is voided."""
    lines = (
        Line(new_id(), COFFEE, Decimal(2)),
        Line(new_id(), APPLES, Decimal("0.482"), comment="påse"),
        Line(new_id(), JACKET, Decimal(1), discount=Discount("percent", Decimal(20))),
        Line(new_id(), JACKET, Decimal(1), voided=True),
        Line(new_id(), COFFEE, Decimal(-1), return_of="S1-R1-1-000001"),
        Line(new_id(), COFFEE, Decimal(1), price_override=Decimal("49.90")),
    )
    sale = Transaction(
        new_id(), "S1", "R1", "1001", "SEK", True, till.clock.utc(), lines=lines,
        customer=Customer("C7", "Åsa"), comment="gåva", discount=Discount("amount", Decimal("10.00")),
    )  # fmt: skip
    total = compute(sale).total
    payments = (
        Payment(new_id(), "card", "card", "Kort", Decimal(100), Decimal(100), reference={"auth": "123"}),
        Payment(new_id(), "card", "card", "Kort", Decimal(7), Decimal(7), voided=True),
        Payment(
            new_id(), "cash", "cash", "Kontant", (total - 100).quantize(Decimal(1)), Decimal(1000),
            change=1000 - (total - 100).quantize(Decimal(1)),
            rounding=(total - 100).quantize(Decimal(1)) - (total - 100),
        ),
    )  # fmt: skip
    paid = msgspec.structs.replace(sale, payments=payments)
    return SalePayload(paid, compute(paid))


def test_sale_is_posted_to_the_minor_unit(shop: Shop) -> None:
    """Every figure of a sale stands in the business tables as the register computed it."""
    till = shop.device()
    payload = mixed_sale(till)
    entry = till.sell(payload=payload)
    till.deliver()
    sale, totals = payload.transaction, payload.totals
    assert totals.due == 0
    (row,) = shop.rows(sales_transaction)
    assert row["entry_id"] == entry.entry_id
    assert row["receipt_number"] == "S1-R1-1-000001"
    assert (row["business_time"], row["business_date"]) == (till.clock.utc(), date(2026, 3, 2))
    for name in ("total", "tax", "discount", "rounding", "paid", "change"):
        assert row[name] == int(getattr(totals, name) * 100), name
    assert (row["quantity"], row["customer_number"], row["comment"]) == (totals.quantity, "C7", "gåva")
    lines = sorted(shop.rows(sales_line), key=lambda line: line["line_number"])
    assert [line["line_id"] for line in lines] == [line.line_id for line in sale.lines]
    assert [line["quantity"] for line in lines] == [line.quantity for line in sale.lines]
    assert [line["unit_price"] for line in lines] == [line.unit_price for line in sale.lines]
    assert [line["net"] for line in lines] == [int(amounts.net * 100) for amounts in totals.lines]
    assert [line["voided"] for line in lines] == [False, False, False, True, False, False]
    assert sum(line["tax"] for line in lines) == sum(tax["tax"] for tax in shop.rows(sales_tax)) == row["tax"]
    tenders = sorted(shop.rows(sales_tender), key=lambda tender: tender["payment_number"])
    assert [tender["amount"] for tender in tenders] == [int(payment.amount * 100) for payment in sale.payments]
    assert sum(tender["amount"] for tender in tenders if not tender["voided"]) == row["paid"]
    assert msgspec.json.decode(tenders[0]["reference"]) == {"auth": "123"}
    assert shop.rows(parked_entry) == []


def test_void_is_posted_without_a_receipt_number(shop: Shop) -> None:
    """A voided transaction is known with its lines, and counts as no sale."""
    till = shop.device()
    open_sale = Transaction(
        new_id(), "S1", "R1", "1001", "SEK", True, till.clock.utc(), lines=(Line(new_id(), COFFEE, Decimal(1)),),
        voided=True,
    )  # fmt: skip
    till.add("void", SalePayload(open_sale, compute(open_sale)), staff_id="1001")
    till.deliver()
    (row,) = shop.rows(sales_transaction)
    assert (row["kind"], row["receipt_number"], row["paid"]) == ("void", None, 0)


def test_training_is_never_posted_as_a_sale(shop: Shop) -> None:
    """A training sale is in the journal, marked, and in no table of sales: neither itself nor its lines, payments and
    taxes."""
    till = shop.device()
    till.sell(training=True)
    till.deliver()
    (entry,) = shop.rows(journal_entry)
    assert entry["posting"] == POSTED
    assert [row for table in TABLES for row in shop.rows(table)] == []


@pytest.mark.parametrize("kind", ["drawer", "log_on", "audit", "acme.points"])
def test_other_kinds_go_to_the_audit_trail(shop: Shop, kind: str) -> None:
    """An event that is no sale and no command is kept where people look for who did what."""
    till = shop.device()
    till.add(kind, {"why": "växel"}, staff_id="1001")
    till.deliver()
    (row,) = shop.rows(audit, kind=kind)
    assert (row["staff_id"], row["register_id"]) == ("1001", "R1")
    assert msgspec.json.decode(row["detail"])["payload"] == {"why": "växel"}


def wrong(payload: SalePayload, **totals: Any) -> SalePayload:
    return SalePayload(payload.transaction, msgspec.structs.replace(payload.totals, **totals))


@pytest.mark.parametrize("fault", ["total", "tax", "due", "lines", "receipt", "digits", "store", "transaction"])
def test_sale_that_contradicts_itself_is_parked(shop: Shop, fault: str) -> None:
    """Figures that do not add up are never posted, nor a part of them; the next sales are."""
    till = shop.device()
    till.sell()
    good = till.sale()
    repeated = msgspec.json.decode(till.chain[0].data)["payload"]["transaction"]["transaction_id"]
    one_more = Decimal(1)
    payload, fields = {
        "total": (wrong(good, total=good.totals.total + one_more), {}),
        "tax": (wrong(good, tax=good.totals.tax + one_more), {}),
        "due": (wrong(good, due=one_more), {}),
        "lines": (wrong(good, lines=()), {}),
        "receipt": (good, {"receipt_number": None}),
        "digits": (wrong(good, rounding=Decimal("0.001")), {}),
        "store": (good, {}),
        "transaction": (till.sale(transaction_id=repeated), {}),
    }[fault]
    if fault == "store":
        till.store_id = "S2"
    bad = till.sell(payload=payload, **fields)
    till.store_id = "S1"
    till.sell()
    assert till.deliver().sequence == 3
    (parked,) = shop.rows(parked_entry)
    assert parked["entry_id"] == bad.entry_id
    assert parked["reason"]
    assert len(shop.rows(sales_transaction)) == 2
    assert len(shop.rows(sales_line)) == 2
    assert {row["sequence"]: row["posting"] for row in shop.rows(journal_entry)} == {
        1: "posted",
        2: "parked",
        3: "posted",
    }


def test_parked_entry_is_posted_when_the_cause_is_gone(shop: Shop) -> None:
    """Nothing of a parked entry is lost: repaired, it is posted with its own time and number."""
    till = shop.device()
    till.sell()
    till.deliver()
    with shop.channel.writing() as connection:
        connection.execute(sales_transaction.update().values(receipt_number="S1-R1-1-000002"))
    till.sell()
    till.deliver()
    assert [row["tries"] for row in shop.rows(parked_entry)] == [1]
    assert shop.server.poster.post_parked().parked == 1
    assert [row["tries"] for row in shop.rows(parked_entry)] == [2]
    with shop.channel.writing() as connection:
        connection.execute(sales_transaction.update().values(receipt_number="S1-R1-1-000001"))
    done = shop.server.poster.post_parked()
    assert (done.posted, done.parked) == (1, 0)
    assert shop.rows(parked_entry) == []
    assert len(shop.rows(sales_transaction)) == 2


def test_acknowledged_entries_are_posted_after_a_crash(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server dies between acknowledgement and posting: the next start posts what waits, once."""
    till = shop.device()
    for _ in range(3):
        till.sell()

    def dies(*_: object) -> None:
        raise OperationalError("gone", None, Exception())

    with monkeypatch.context() as patch:
        patch.setattr("kassa_server.posting.post_sales", dies)
        assert till.deliver().sequence == 3
    assert shop.rows(sales_transaction) == []
    assert shop.rows(parked_entry) == []
    assert shop.server.poster.post_waiting().posted == 3
    assert shop.server.poster.post_waiting().posted == 0
    assert len(shop.rows(sales_transaction)) == 3


def test_many_entries_are_posted_in_sequence(shop: Shop) -> None:
    """More entries than fit one transaction are posted all, in their order, around those that are parked."""
    till = shop.device()
    for number in range(130):
        if number in (0, 60, 129):
            till.sell(payload=wrong(till.sale(), due=Decimal(1)))
        else:
            till.sell()
    till.deliver()
    assert len(shop.rows(sales_transaction)) == 127
    assert len(shop.rows(parked_entry)) == 3


def test_what_waits_is_posted_before_what_is_new(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that were stored and not posted go first: what comes later is not posted past them."""
    till = shop.device()
    till.sell()
    posted: list[list[int]] = []

    def dies(*_: object) -> None:
        raise OperationalError("gone", None, Exception())

    def noting(connection: Connection, sales: Iterable[PostedSale]) -> None:
        some = list(sales)
        posted.append([sale.sequence for sale in some])
        post_sales(connection, some)

    with monkeypatch.context() as patch:
        patch.setattr("kassa_server.posting.post_sales", dies)
        till.deliver()
    monkeypatch.setattr("kassa_server.posting.post_sales", noting)
    till.sell()
    till.deliver()
    till.sell()
    till.deliver()
    assert posted == [[1, 2], [3]]
    assert {row["posting"] for row in shop.rows(journal_entry)} == {"posted"}
