"""600 Set customer, 602 Customer search, 603 Clear customer, 612 Add customer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.counter import Counter

from kassa.environment import new_id
from kassa.errors import InvalidInput, NotAvailable, NotFound
from kassa.model import Customer
from kassa_customer.numbers import is_provisional, provisional_number
from kassa_customer.requests import AddCustomer


@pytest.fixture
def anna(counter: Counter) -> Customer:
    """A customer who has just been added."""
    customer = counter.run(612, name="  Anna  Åkerström ", phone="070-123 45 67", email="anna@example.se").data
    assert isinstance(customer, Customer)
    return customer


def test_a_new_customer_is_found_at_once(counter: Counter, anna: Customer) -> None:
    """By part of the name without regard to accents, by telephone and by the number that the register made."""
    assert (anna.name, anna.provisional) == ("Anna Åkerström", True)
    for words in ("akerstrom anna", "070-123", anna.number.lower()):
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
    """Both customers stay: the second gets a number of its own, and the first is not written over. The same customer
    told twice is one."""
    asked = [
        AddCustomer(command_id=new_id(), number="P-0000-0000-0001", name=name) for name in ("Anna", "Berit", "Anna")
    ]
    answers = [
        counter.register.exchange.send(command, plugin="customer", generation=counter.register.journal.generation)
        for command in asked
    ]
    assert [answer.number for answer in answers] == ["P-0000-0000-0001", "P-0000-0000-0001-2", "P-0000-0000-0001"]
    assert [counter.run(602, words=answer.number).data.customers[-1].name for answer in answers[1:2]] == ["Berit"]
