"""600 Set customer, 602 Customer search, 603 Clear customer, 612 Add customer."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.counter import Counter

from kassa.environment import new_id
from kassa.errors import InvalidInput, NotAvailable, NotFound
from kassa.model import Customer
from kassa.testing.shop import wait_until
from kassa.testing.states import TillInState, each_connection_state
from kassa_customer.numbers import is_provisional, provisional_number
from kassa_customer.requests import AddCustomer


@pytest.fixture
def anna(counter: Counter) -> Customer:
    """A customer who has just been added."""
    customer = counter.run(612, name="  Anna  Åkerström ", phone="070-123 45 67", email="anna@example.se").data
    assert isinstance(customer, Customer)
    return customer


def test_a_new_customer_is_found_at_once(counter: Counter, anna: Customer) -> None:
    """By part of the name without regard to accents, by telephone and by the number that headquarters gave."""
    assert (anna.name, anna.provisional) == ("Anna Åkerström", False)
    assert anna.number.isdigit()
    for words in ("akerstrom anna", "070-123", anna.number):
        assert anna in counter.run(602, words=words).data.customers


def test_a_customer_is_put_on_the_sale_and_off_it(counter: Counter, anna: Customer) -> None:
    """The customer stays with the sale to its end; 603 takes the customer away."""
    counter.scan()
    counter.run(600, number=anna.number)
    assert counter.sale.customer == anna
    counter.run(603)
    assert counter.sale.customer is None
    counter.run(600, number=anna.number.lower())
    finished = counter.finished(counter.run(200))
    assert finished.transaction is not None
    assert finished.transaction.customer == anna


def test_a_customer_added_during_a_sale_is_on_it(counter: Counter) -> None:
    """Who was asked for the name expects to be on the receipt."""
    counter.scan()
    counter.run(612, name="Bo")
    assert counter.sale.customer is not None
    assert counter.sale.customer.name == "Bo"


def test_the_window_puts_a_customer_on_the_sale(counter: Counter, anna: Customer) -> None:
    """With a sale in progress each customer found is a button; between sales there is none to put one on."""
    between = counter.run(602, words=anna.number).window
    assert between is not None
    assert [action.operation for action in between.actions] == [None]
    counter.scan()
    during = counter.run(602, words=anna.number).window
    assert during is not None
    assert (during.actions[0].operation, during.actions[0].parameters) == (600, {"number": anna.number})
    counter.run(600, **during.actions[0].parameters)
    assert counter.sale.customer == anna


def test_nobody_found_is_said(counter: Counter) -> None:
    """A search without a hit is an answer, not an error; an empty one is refused; an unknown number is not found."""
    result = counter.run(602, words="zzz")
    assert (result.data.customers, result.window) == ((), None)
    assert result.message is not None
    with pytest.raises(InvalidInput):
        counter.run(602, words="  ")
    counter.scan()
    with pytest.raises(NotFound):
        counter.run(600, number="4711")
    assert counter.sale.customer is None


@pytest.mark.parametrize("operation", [600, 603])
def test_a_customer_needs_a_sale_to_be_on(counter: Counter, operation: int) -> None:
    """Between sales there is none to change."""
    with pytest.raises(NotAvailable):
        counter.run(operation, **({"number": "1"} if operation == 600 else {}))


@pytest.mark.parametrize(
    "new", [{"name": " "}, {"name": "x" * 201}, {"name": "A", "email": "nowhere"}, {"name": "A", "phone": "1" * 41}]
)
def test_a_customer_that_cannot_be_kept_is_refused(counter: Counter, new: dict[str, str]) -> None:
    """Without a name, too long, an address that is none."""
    with pytest.raises(InvalidInput) as refused:
        counter.run(612, **new)
    assert refused.value.hint is not None


def test_a_number_can_be_read_out() -> None:
    """Twelve of Crockford's digits in three groups, known as made by a register; the same for the same command."""
    command_id = new_id()
    number = provisional_number(command_id)
    assert re.fullmatch(r"P-(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", number)
    assert is_provisional(number)
    assert provisional_number(command_id) == number


@given(st.integers(0, 2**60 - 1), st.integers(0, 2**60 - 1))
def test_different_numbers_for_different_bits(one: int, other: int) -> None:
    """No bit of the sixty is lost."""
    assert (provisional_number(f"{one:032x}") == provisional_number(f"{other:032x}")) == (one == other)


def test_many_customers_have_numbers_of_their_own() -> None:
    """Also those that one register adds within a millisecond."""
    assert len({provisional_number(new_id()) for _time in range(20_000)}) == 20_000


def test_two_registers_that_made_the_same_number(counter: Counter) -> None:
    """Both customers stay, each with a number of their own, and the first is not written over. The same customer told
    twice is one, and is found by the number that the register made."""
    asked = [
        AddCustomer(command_id=new_id(), number="P-0000-0000-0001", name=name) for name in ("Anna", "Berit", "Anna")
    ]
    answers = [
        counter.register.exchange.send(command, plugin="customer", generation=counter.register.journal.generation)
        for command in asked
    ]
    anna, berit, again = answers
    assert (anna, anna.provisional) == (again, False)
    assert berit.number not in (anna.number, "P-0000-0000-0001")
    counter.scan()
    for number, name in (("p-0000-0000-0001", "Anna"), ("P-0000-0000-0001-2", "Berit")):
        assert counter.run(600, number=number).data.name == name
        assert [found.name for found in counter.run(602, words=number).data.customers] == [name]


@each_connection_state
def test_a_customer_is_numbered_once(till: TillInState) -> None:
    """In every state of the connection: added, put on the sale and sold to, she is one customer at headquarters under
    a number of its series, the sale is posted under that one, and the till learns it with its next data."""
    rows = till.shop.server.query
    before = {row["customer_number"] for row in rows("SELECT customer_number FROM customer")}
    till.run(100, code=till.barcode("1001"))
    till.run(612, name="Cecilia", phone="0701112233")
    till.run(603)
    till.run(602, words="cecilia")
    made = till.result(602, words="cecilia").data["customers"][-1]["number"]
    till.run(600, number=made)
    till.run(200)
    (sold,) = till.sales()
    (number,) = {row["customer_number"] for row in rows("SELECT customer_number FROM customer")} - before
    assert number.isdigit()
    (posted,) = rows("SELECT customer_number FROM sales_transaction WHERE transaction_id = :id", id=sold.transaction_id)
    assert posted["customer_number"] == number
    till.shop.server.distribute(1010)
    wait_until(lambda: own_customers(till) == 0, "the till has learned the number")
    till.shop.network.refuse()
    till.run(101, code=till.barcode("1001"))
    assert shown(till, made) == shown(till, "cecilia")[-1:] == [number]


def own_customers(till: TillInState) -> int:
    """Customers that the till knows of only because it has added them."""
    with closing(sqlite3.connect(f"file:{till.folder / 'journal.db'}?mode=ro", uri=True)) as journal:
        counted = journal.execute("SELECT count(*) FROM overlay WHERE table_name = 'customer'")
        return int(counted.fetchone()[0])


def shown(till: TillInState, words: str) -> list[str]:
    """The numbers of the customers that the till finds."""
    return [one["number"] for one in till.result(602, words=words).data["customers"]]
