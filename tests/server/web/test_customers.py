"""Customers who may be one person, on their page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.schema.master import customer, former_customer_number
from kassa_server.setup_store import NewCustomer, put_customers


@pytest.fixture
def made_twice(users: Shop) -> Shop:
    """Anna was added three times, with her telephone or her address; Bo once."""
    with users.channel.writing() as connection:
        put_customers(
            connection,
            [
                NewCustomer("100001", "Anna Ek", phone="070-123 45 67", email="anna@example.se"),
                NewCustomer("100002", "Anna <Ek>", phone="+46701234567"),
                NewCustomer("100003", "A Ek", email="Anna@Example.se"),
                NewCustomer("100004", "Bo Al", phone="070-123 45 68"),
            ],
        )
    return users


def groups(page: str) -> list[list[str]]:
    """The numbers in each group."""
    return [re.findall(r'name="gone" value="(\d+)"', part) for part in page.split("<section")[1:]]


def test_a_manager_makes_them_one(made_twice: Shop, person: Callable[[str], Person]) -> None:
    """By telephone and by address; merged they are one customer, and the page says what has moved."""
    mats = person("Mats")
    assert groups(mats.get("/customers").text) == [["100001", "100002"], ["100001", "100003"]]
    page = mats.send("/customers", kept="100001", gone=["100001", "100002"]).text
    assert "Merged into 100001: 0 sales, 0 cards and accounts have moved." in page
    assert groups(page) == [[], ["100001", "100003"]] or groups(page) == [["100001", "100003"]]
    assert {row["customer_number"] for row in made_twice.rows(customer)} >= {"100001", "100003", "100004"}
    assert [row["former_number"] for row in made_twice.rows(former_customer_number)] == ["100002"]


def test_who_may_and_what_is_refused(made_twice: Shop, person: Callable[[str], Person]) -> None:
    """A viewer sees them and merges none; nobody chosen, or one whom somebody else has merged, is said in words."""
    vera = person("Vera")
    assert ">Merge<" not in vera.get("/customers").text
    assert vera.send("/customers", kept="100001", gone="100002").status_code == 403
    mats = person("Mats")
    mats.get("/customers")
    for gone, said in (("100001", "at least one other"), ("999999", "There is no customer 999999.")):
        refused = mats.send("/customers", kept="100001", gone=gone)
        assert (refused.status_code, said in refused.text) == (422, True)
    assert made_twice.rows(former_customer_number) == []
