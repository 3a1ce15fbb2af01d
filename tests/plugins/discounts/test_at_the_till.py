"""Periodic discounts on a register: the same in every state of its connection, and in the channel database."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
from sqlalchemy import select

from kassa.model import Transaction
from kassa.operations import ManagerApproval
from kassa.register import Register
from kassa.sale.totals import compute
from kassa.schema.master import discount
from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import MANAGER, MANAGER_PIN

D = Decimal
APPROVAL = ManagerApproval(MANAGER, MANAGER_PIN)
Step = tuple[Shop, Register, Callable[[], None]]


def test_the_same_total_whatever_the_connection(step: Step) -> None:
    """Three for two, a per cent, a deal price by weight, a threshold, and by hand on top: one total, in the sale, in
    the journal and in the channel database."""
    shop, register, middle = step
    register.run(100, code="2×1001")
    register.run(100, code="1002")
    middle()
    register.run(100, code="1001")
    register.run(100, code="1.5×1003")
    register.run(100, code="1004")
    assert register.transaction is not None
    given = {line.item.number: [each.name for each in line.discount_lines] for line in register.transaction.lines}
    assert given == {
        "1001": ["3 för 2 kaffe"], "1002": ["Mjölk 20 %"], "1003": ["Äpple 29,90"], "1004": ["50 kr av 900"],
    }  # fmt: skip
    register.run(303, percent="10")
    # 109.80 + 14.00 + 44.85 + (899.00 - 50) = 1017.65, less 10 %: 101.77 (101.765 half up)
    assert compute(register.transaction).total == D("915.88")
    finished = register.run(201).data
    shop.network.pass_through()
    register.connection.connect(in_transaction=False)
    shop.delivered(register)
    assert [sale.total for sale in shop.server.sales()] == [D("915.88")]
    assert finished.receipt_number is not None


def test_discounts_follow_the_sale(shop: Shop) -> None:
    """What is voided, changed by hand or made fewer loses its discount; what a manager changed back has it again."""
    register = shop.open_register()
    shop.log_on(register)
    for _scan in range(3):
        register.run(100, code="1001")
    assert register.transaction is not None
    first = register.transaction.lines[0].line_id
    assert compute(register.transaction).total == D("109.80")
    register.run(102, line_id=first)
    assert compute(register.transaction).total == D("109.80")
    assert register.transaction.lines[1].discount_lines == ()
    register.run(105, quantity=2)
    assert compute(register.transaction).total == D("109.80")
    register.run(104, approval=APPROVAL, price="50")
    assert compute(register.transaction).total == D("154.90")
    register.run(104, approval=APPROVAL, price=None)
    assert compute(register.transaction).total == D("109.80")


def test_a_suspended_sale_keeps_its_discounts(shop: Shop) -> None:
    """They are on the sale's lines when it is taken up again."""
    register = shop.open_register()
    shop.log_on(register)
    register.run(100, code="3×1001")
    register.run(503)
    register.run(504)
    assert register.transaction is not None
    assert compute(register.transaction).total == D("109.80")
    register.run(100, code="1002")
    assert compute(register.transaction).total == D("123.80")


def has_discounts(register: Register) -> bool:
    """Whether its offline database holds one."""
    with register.offline_database.reading() as connection:
        return connection.execute(select(discount.c.discount_id)).first() is not None


def new_discount(shop: Shop, item_number: str) -> None:
    """9.00 off an item, as headquarters sets it up."""
    from kassa.testing.server import server_module

    prices = server_module("setup_prices")
    channel = shop.server.channel()
    with channel.writing() as connection:
        prices.put_discounts(connection, [prices.NewDiscount("BOOK", "Bok", "amount", D(9), item_number=item_number)])
    channel.close()


def test_a_new_discount_reaches_the_register(shop: Shop) -> None:
    """What headquarters sets up holds online at once."""
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    new_discount(shop, "1005")
    register.run(100, code="1005")
    assert register.transaction is not None
    assert compute(register.transaction).total == D("60.00")


def test_the_first_discount_of_a_store_is_given_offline(make_shop: Callable[..., Shop]) -> None:
    """A register that has sold offline where there was no discount gives the first one with the data that bring it."""
    shop = make_shop()
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    totals = []
    for _time in range(2):
        register.run(917, action="disconnect")
        register.run(100, code="1005")
        assert register.transaction is not None
        totals.append(compute(register.transaction).total)
        register.run(200)
        register.run(917, action="connect")
        new_discount(shop, "1005")
        shop.server.distribute()
        register.synchronise_now()
        wait_until(lambda: has_discounts(register), "the discount has come")
    assert totals == [D("69.00"), D("60.00")]


def test_killed_with_a_discount(shop: Shop) -> None:
    """A register that loses power comes back with the sale and its discounts, and goes on giving them."""
    till = shop.start_till(kind=ForkedTill)
    till.run(700, staff_id="1001", pin="1234")
    till.run(100, code="2×1001")
    till.run(100, code="1001")
    till.kill()
    till.come_back()
    till.run(700, staff_id="1001", pin="1234")
    till.run(100, code="3×1001")
    sale = msgspec.convert(till.facts()["sale"], Transaction, strict=False)
    assert [len(line.discount_lines) for line in sale.lines] == [1, 1, 1]
    assert compute(sale).total == D("219.60")
    till.run(200)
    assert till.facts()["receipts"] == 1
