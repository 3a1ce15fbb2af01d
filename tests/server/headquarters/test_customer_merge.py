"""Customers that two registers made, made one: sales, cards and balances move in one act, nothing counts twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.server.conftest import Shop

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.model import Customer
from kassa.requests.accounts import DebitAccount
from kassa.schema.master import customer, former_customer_number, tender_account, tender_account_entry
from kassa_customer.requests import AddCustomer
from kassa_server.headquarters.customer_duplicates import possible_duplicates
from kassa_server.headquarters.customer_merge import Merged, merge_customers
from kassa_server.headquarters.proof.period_certificate import certify_period
from kassa_server.schema import audit, sales_transaction
from kassa_server.setup_till import NewAccount, put_accounts

D = Decimal


def add_offline(shop: Shop, device: Any, made: str, name: str, phone: str) -> None:
    """A register adds a customer without the store server, sells to them, and delivers both."""
    command = AddCustomer(command_id=shop.channel.environment.new_id(), number=made, name=name, phone=phone)
    sold = device.sale()
    transaction = msgspec.structs.replace(sold.transaction, customer=Customer(made, name, phone, provisional=True))
    device.sell(payload=msgspec.structs.replace(sold, transaction=transaction))
    device.late_command(command)
    device.deliver()


@pytest.fixture
def numbers(shop: Shop) -> tuple[str, str]:
    """The numbers of one person who was added at two registers that were offline."""
    before = {row["customer_number"] for row in shop.rows(customer)}
    add_offline(shop, shop.device("R1"), "P-1111-1111-1111", "Anna Ek", "+46 70 123 45 67")
    add_offline(shop, shop.device("R2"), "P-2222-2222-2222", "Anna Ek Berg", "070-123 45 67")
    one, two = sorted({row["customer_number"] for row in shop.rows(customer)} - before)
    return one, two


def sold_to(shop: Shop) -> list[str]:
    return sorted(row["customer_number"] for row in shop.rows(sales_transaction))


def test_both_are_kept_and_shown(shop: Shop, numbers: tuple[str, str]) -> None:
    """Each has a number of headquarters' series, the sale that came before it is posted under it, and they stand among
    the possible duplicates by their telephone, however it was typed."""
    assert sold_to(shop) == list(numbers)
    assert [number.isdigit() for number in numbers] == [True, True]
    with shop.channel.reading() as connection:
        (group,) = possible_duplicates(connection)
    assert (group.shared, [one.number for one in group.customers]) == (("phone",), list(numbers))
    assert [one.sales for one in group.customers] == [1, 1]


def test_merged_by_one_act(shop: Shop, numbers: tuple[str, str]) -> None:
    """Sales, cards and the balance move; former numbers lead to the one who stays, also of what comes later; who did it
    stands in the audit trail; the posted sales are still as the journal proves."""
    kept, gone = numbers
    with shop.channel.writing() as connection:
        put_accounts(
            connection,
            [
                NewAccount(kept, "customer_account", "SEK", D("-100"), D(500), kept),
                NewAccount(gone, "customer_account", "SEK", D("-30.50"), D(800), gone),
                NewAccount("CARD-1", "loyalty", balance=D(70), customer_number=gone),
            ],
        )
    with shop.channel.writing() as connection:
        done = merge_customers(connection, kept, gone, by="Mats", now=shop.clock.utc())
    assert done == Merged(sales=1, accounts=2)
    accounts = {row["account_number"]: row for row in shop.rows(tender_account, customer_number=kept)}
    assert sorted(accounts) == sorted([kept, "CARD-1"])
    assert (accounts[kept]["balance"], accounts[kept]["credit_limit"]) == (D("-130.5"), D(800))
    assert shop.rows(customer, customer_number=gone) == []
    leads = {row["former_number"]: row["customer_number"] for row in shop.rows(former_customer_number)}
    assert leads == dict.fromkeys(["P-1111-1111-1111", "P-2222-2222-2222", gone], kept)
    (told,) = shop.rows(audit, kind="customers_merged")
    assert msgspec.json.decode(told["detail"]) == {
        "accounts": 2, "by": "Mats", "gone": gone, "kept": kept, "sales": 1,
    }  # fmt: skip
    device = shop.devices[1]
    pay_on_account(shop, device, gone)
    assert shop.rows(tender_account, account_number=kept)[0]["balance"] == D("-150.5")
    assert [row["account_number"] for row in shop.rows(tender_account_entry)] == [kept]
    add_offline(shop, device, "P-1111-1111-1111", "Anna Ek", "+46 70 123 45 67")
    assert sold_to(shop) == [kept, kept, kept]
    with shop.channel.reading() as connection:
        assert possible_duplicates(connection) == []
        for one in shop.devices:
            told = certify_period(connection, one.register_id, None, None, shop.clock.utc())
            assert [found.kind for found in told.obstacles if found.kind == "posted_otherwise"] == []


def pay_on_account(shop: Shop, device: Any, number: str) -> None:
    """20 kronor that a register took on account without the store server."""
    command = DebitAccount(
        command_id=shop.channel.environment.new_id(), number=number, kind="customer_account", amount=D(20),
        worth=D(20), transaction_id=shop.channel.environment.new_id(),
    )  # fmt: skip
    device.late_command(command)
    device.deliver()


def test_what_is_refused(shop: Shop, numbers: tuple[str, str]) -> None:
    """One with itself; one who is not there (merged by somebody else); accounts in two currencies. Nothing changes."""
    kept, gone = numbers
    with shop.channel.writing() as connection:
        put_accounts(
            connection,
            [
                NewAccount(kept, "customer_account", "SEK", D(1), customer_number=kept),
                NewAccount(gone, "customer_account", "EUR", D(1), customer_number=gone),
            ],
        )
    for one, other, refusal in ((kept, kept, InvalidInput), (kept, "4711", NotFound), (kept, gone, NotAllowed)):
        with pytest.raises(refusal) as refused, shop.channel.writing() as connection:
            merge_customers(connection, one, other, by="Mats", now=shop.clock.utc())
        assert refused.value.kept is not None
    assert len(shop.rows(tender_account, customer_number=gone)) == 1
    assert sold_to(shop) == list(numbers)
