"""Customers who may be one person: the same telephone number or e-mail address, as when two registers have made the
same customer while the store server was away."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from sqlalchemy import Column, Connection, func, or_, select

from kassa.schema.master import customer, tender_account
from kassa.schema.rules import LARGEST_IN
from kassa_server.row_keys import rows_by_key
from kassa_server.schema import sales_transaction

PAGE = 100
"""Groups shown at once."""
SIGNIFICANT_DIGITS = 9
"""Of a telephone number, from its end: with and without the country's code it is the same."""
SHORTEST_PHONE = 6
_NOT_A_DIGIT = re.compile(r"\D")
Shared = Literal["phone", "email"]


class DuplicateCustomer(msgspec.Struct, frozen=True):
    """A customer among possible duplicates, with how many sales and cards or accounts they have."""

    number: str
    name: str
    phone: str | None
    email: str | None
    country: str | None
    sales: int
    accounts: int


class Duplicates(msgspec.Struct, frozen=True):
    """Customers who share something, in the order of their numbers."""

    shared: tuple[Shared, ...]
    customers: tuple[DuplicateCustomer, ...]


def possible_duplicates(connection: Connection) -> list[Duplicates]:
    """Who may be one person, by their first customer's number; at most :data:`PAGE` groups. It reads every customer
    that has a telephone number or an address."""
    by_group: dict[tuple[str, ...], set[Shared]] = defaultdict(set)
    for (shared, _value), numbers in _by_value(connection).items():
        if len(numbers) > 1:
            by_group[tuple(sorted(numbers))].add(shared)
    groups = sorted(by_group.items())[:PAGE]
    known = _customers(connection, sorted({number for numbers, _shared in groups for number in numbers}))
    return [
        Duplicates(tuple(sorted(shared)), tuple(known[number] for number in numbers if number in known))
        for numbers, shared in groups
    ]


def _by_value(connection: Connection) -> dict[tuple[Shared, str], list[str]]:
    found: dict[tuple[Shared, str], list[str]] = defaultdict(list)
    columns = (customer.c.customer_number, customer.c.phone, customer.c.email)
    wanted = select(*columns).where(or_(customer.c.phone.is_not(None), customer.c.email.is_not(None)))
    for number, phone, email in connection.execute(wanted, execution_options={"yield_per": 2000}):
        for value in _values(phone, email):
            found[value].append(number)
    return found


def _values(phone: str | None, email: str | None) -> Iterator[tuple[Shared, str]]:
    digits = _NOT_A_DIGIT.sub("", phone or "")
    if len(digits) >= SHORTEST_PHONE:
        yield "phone", digits[-SIGNIFICANT_DIGITS:]
    if email and email.strip():
        yield "email", email.strip().casefold()


def _customers(connection: Connection, numbers: list[str]) -> dict[str, DuplicateCustomer]:
    sales = _count(connection, sales_transaction.c.customer_number, numbers)
    accounts = _count(connection, tender_account.c.customer_number, numbers)
    return {
        row["customer_number"]: DuplicateCustomer(
            row["customer_number"], row["name"], row["phone"], row["email"], row["country"],
            sales.get(row["customer_number"], 0), accounts.get(row["customer_number"], 0),
        )
        for row in rows_by_key(connection, customer, numbers)
    }  # fmt: skip


def _count(connection: Connection, column: Column[Any], numbers: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(numbers), LARGEST_IN):
        wanted = column.in_(numbers[start : start + LARGEST_IN])
        found |= {
            row[0]: row[1] for row in connection.execute(select(column, func.count()).where(wanted).group_by(column))
        }
    return found
