"""Handlers of the customer requests: written once, run in the store server and in the register."""

from __future__ import annotations

from kassa.errors import InvalidInput, NotFound
from kassa.folding import fold, search_text
from kassa.model import Customer
from kassa.runtime.request import Handler, HandlerContext, Row
from kassa.text import literal, texts
from kassa_customer.numbers import is_provisional
from kassa_customer.requests import AddCustomer, CustomersFound, FindCustomer, SearchCustomers

_, n_ = texts("kassa_customer")

TABLE = "customer"
LARGEST_SEARCH = 100


def find_customer(request: FindCustomer, context: HandlerContext) -> Customer:
    """The customer with that number, typed in any case.

    :raises NotFound: there is none.
    """
    number = request.number.strip()
    row = context.records.get(TABLE, number) or context.records.get(TABLE, number.upper())
    if row is None:
        raise NotFound(
            _("No customer has the number {number}.", number=literal(number[:40])), hint=_("Search by name.")
        )
    return _as_customer(row)


def search_customers(request: SearchCustomers, context: HandlerContext) -> CustomersFound:
    """Customers in whom every word occurs.

    :raises InvalidInput: there are no words.
    """
    words = fold(request.words)
    if not words:
        raise InvalidInput(_("There is nothing to search for."), hint=_("Type a part of a name or number."))
    limit = max(1, min(request.limit, LARGEST_SEARCH))
    rows = context.records.search(TABLE, ("search_text",), words, limit=limit + 1)
    return CustomersFound(tuple(_as_customer(row) for row in rows[:limit]), more=len(rows) > limit)


def add_customer(request: AddCustomer, context: HandlerContext) -> Customer:
    """Write a new customer, under a number that nobody else has: where two registers have made the same one, the later
    is given a number of its own, and nobody is written over."""
    number = _free_number(request, context)
    context.records.put(
        TABLE,
        {
            "customer_number": number,
            "name": request.name,
            "search_text": search_text(number, request.name, request.phone, request.email),
            "phone": request.phone,
            "email": request.email,
            "country": request.country,
        },
    )
    return Customer(number, request.name, request.phone, request.email, request.country, is_provisional(number))


def _free_number(request: AddCustomer, context: HandlerContext) -> str:
    wanted = (request.name, request.phone, request.email, request.country)
    number, place = request.number, 1
    while (row := context.records.get(TABLE, number)) is not None:
        if (row["name"], row["phone"], row["email"], row["country"]) == wanted:
            return number
        place += 1
        number = f"{request.number}-{place}"
    return number


def _as_customer(row: Row) -> Customer:
    number = row["customer_number"]
    return Customer(number, row["name"], row["phone"], row["email"], row["country"], is_provisional(number))


HANDLERS: tuple[Handler, ...] = (
    Handler(FindCustomer, find_customer),
    Handler(SearchCustomers, search_customers),
    Handler(AddCustomer, add_customer),
)
