"""What the till asks about customers."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from kassa.model import Customer
from kassa.runtime.request import Command, Query


class FindCustomer(Query[Customer], frozen=True):
    """The customer with that number. Refused with ``not_found`` if there is none."""

    NAME: ClassVar[str] = "kassa_customer.find"
    ANSWER: ClassVar[Any] = Customer

    number: str


class CustomersFound(msgspec.Struct, frozen=True):
    """Customers in the order of their number; ``more`` tells that there are others."""

    customers: tuple[Customer, ...]
    more: bool = False


class SearchCustomers(Query[CustomersFound], frozen=True):
    """Customers in whose number, name, telephone or address every word occurs."""

    NAME: ClassVar[str] = "kassa_customer.search"
    ANSWER: ClassVar[Any] = CustomersFound

    words: str
    limit: int = 20


class AddCustomer(Command[Customer], frozen=True, kw_only=True):
    """A new customer, under a number that the register has made and that is kept until headquarters gives one; the
    answer has the number that the customer was given."""

    NAME: ClassVar[str] = "kassa_customer.add"
    ANSWER: ClassVar[Any] = Customer

    number: str
    name: str
    phone: str | None = None
    email: str | None = None
    country: str | None = None

    def repeats(self, earlier: Command[Any]) -> bool:
        """The number is made from the id, and so another one each time."""
        if not isinstance(earlier, AddCustomer):
            return False
        return msgspec.structs.replace(self, command_id=earlier.command_id, number=earlier.number) == earlier
