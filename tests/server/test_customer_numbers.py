"""The series of customers' numbers goes on after those that were brought along, at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from tests.server.conftest import Shop

from kassa.schema.master import customer, former_customer_number
from kassa_customer.requests import AddCustomer
from kassa_server.master_data import put_rows


def put_customers(shop: Shop, *numbers: str) -> None:
    """Customers who were brought along from another system."""
    rows = [{"customer_number": number, "name": number, "search_text": number} for number in numbers]
    with shop.channel.writing() as connection:
        put_rows(connection, customer, rows)


def add(shop: Shop, device: Any, made: str) -> str:
    """The number that a customer is given."""
    command = AddCustomer(command_id=shop.channel.environment.new_id(), number=made, name=made)
    number: str = device.ask(command).number
    return number


def test_it_goes_on_after_the_highest_that_is_taken(shop: Shop) -> None:
    """Customers' and former numbers alike; neither longer numbers nor those with letters move it, and however many are
    taken, it is as many statements."""
    put_customers(shop, "100001", "100300", "9001011234", "7OO123", "\N{SUPERSCRIPT TWO}00000")
    with shop.channel.writing() as connection:
        put_rows(connection, former_customer_number, [{"former_number": "100400", "customer_number": "100300"}])
    device = shop.device()
    assert [add(shop, device, f"P-{place}") for place in "12"] == ["100401", "100402"]
    few = statements(shop, device, "P-3", "100403")
    put_customers(shop, *(str(100_404 + step) for step in range(200)))
    assert statements(shop, device, "P-4", "100604") - few < 10


def test_a_length_that_is_full_goes_on_in_the_next(shop: Shop) -> None:
    """After 999999 comes 1000000, or what follows the highest of seven digits."""
    put_customers(shop, "100001", "999999", "1000000", "1000007")
    assert add(shop, shop.device(), "P-1") == "1000008"


def statements(shop: Shop, device: Any, made: str, number: str) -> int:
    """How many the database is given for a customer who gets ``number``."""
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    event.listen(shop.channel.engine, "before_cursor_execute", count)
    try:
        assert add(shop, device, made) == number
    finally:
        event.remove(shop.channel.engine, "before_cursor_execute", count)
    return len(counted)
