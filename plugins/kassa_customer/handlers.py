"""Handlers of the customer requests: written once, run in the store server and in the register."""

from __future__ import annotations

from sqlalchemy import select

from kassa.errors import InvalidInput, NotFound
from kassa.folding import fold, search_text
from kassa.model import Customer
from kassa.runtime.request import Handler, HandlerContext, Row
from kassa.schema.master import customer, former_customer_number
from kassa.text import literal, texts
from kassa_customer.numbers import is_provisional
from kassa_customer.requests import AddCustomer, CustomersFound, FindCustomer, SearchCustomers

_, n_ = texts("kassa_customer")

TABLE, FORMER = "customer", "former_customer_number"
SERIES, FIRST_NUMBER = "customer", 100_001
LARGEST_SEARCH = 100


def find_customer(request: FindCustomer, context: HandlerContext) -> Customer:
    """The customer with that number, or who had it, typed in any case.

    :raises NotFound: there is none.
    """
    number = request.number.strip()
    row = _holder(number, context) or _holder(number.upper(), context)
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
    if not rows and is_provisional(request.words.strip().upper()):
        rows = [row for row in [_holder(request.words.strip().upper(), context)] if row is not None]
    return CustomersFound(tuple(_as_customer(row) for row in rows[:limit]), more=len(rows) > limit)


def add_customer(request: AddCustomer, context: HandlerContext) -> Customer:
    """Write a new customer, under a number that nobody else has. Where headquarters' numbers are, it is the next of
    them, and the register's leads to it. Where two registers have made the same number, the later is given another one,
    and nobody is written over."""
    if isinstance(context.server_answer, Customer):
        return _write(request, context.server_answer.number, request.number, context)
    made, place = request.number, 1
    while (row := _holder(made, context)) is not None:
        if _facts(row) == (request.name, request.phone, request.email, request.country):
            return _as_customer(row)
        place += 1
        made = f"{request.number}-{place}"
    return _write(request, _permanent_number(context) or made, made, context)


def _permanent_number(context: HandlerContext) -> str | None:
    """Headquarters' next one. Where somebody has typed it, or brought it along, the series goes on after the highest
    that is taken."""
    count = context.next_number(SERIES)
    while count is not None:
        number = str(FIRST_NUMBER - 1 + count)
        if _holder(number, context) is None:
            return number
        count = context.next_number(SERIES, after=_highest_taken(number, context) - FIRST_NUMBER + 1)
    return None


def _highest_taken(number: str, context: HandlerContext) -> int:
    """Of the numbers of digits alone that are as long as ``number``, which is taken: customers' and former ones."""
    taken = [number]
    for column in (customer.c.customer_number, former_customer_number.c.former_number):
        alike = select(column.label("number")).where(column > number, column.like("_" * len(number)))
        taken += [row["number"] for row in context.records.select(alike)]
    return max(int(one) for one in taken if one.isascii() and one.isdigit())


def _write(request: AddCustomer, number: str, made: str, context: HandlerContext) -> Customer:
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
    if number != made:
        context.records.put(FORMER, {"former_number": made, "customer_number": number})
    return Customer(number, request.name, request.phone, request.email, request.country, is_provisional(number))


def _holder(number: str, context: HandlerContext) -> Row | None:
    """The customer who has that number, or had it."""
    row = context.records.get(TABLE, number)
    if row is None and (former := context.records.get(FORMER, number)) is not None:
        row = context.records.get(TABLE, former["customer_number"])
    return row


def _facts(row: Row) -> tuple[str, str | None, str | None, str | None]:
    return (row["name"], row["phone"], row["email"], row["country"])


def _as_customer(row: Row) -> Customer:
    number = row["customer_number"]
    return Customer(number, row["name"], row["phone"], row["email"], row["country"], is_provisional(number))


HANDLERS: tuple[Handler, ...] = (
    Handler(FindCustomer, find_customer),
    Handler(SearchCustomers, search_customers),
    Handler(AddCustomer, add_customer),
)
