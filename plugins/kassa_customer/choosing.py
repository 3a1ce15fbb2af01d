"""602 Customer search, 600 Set customer, 603 Clear customer."""

from __future__ import annotations

import msgspec

from kassa.model import Customer
from kassa.operations import OperationContext, OperationResult
from kassa.sale.lines import set_customer
from kassa.text import Text, literal, texts
from kassa.windows import Action, Row, Window
from kassa_customer.requests import CustomersFound, FindCustomer, SearchCustomers

_, n_ = texts("kassa_customer")

SET_CUSTOMER = 600
MOST_SHOWN = 10
LONGEST_FACE = 24


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A customer's number."""

    number: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that the customer's number, name, telephone or address holds."""

    words: str


def search(context: OperationContext) -> OperationResult:
    """602: customers found, as ``data`` and in a window; with a sale in progress a choice puts one on it.

    :raises kassa.errors.InvalidInput: there are no words.
    """
    words = context.parameters.words.strip()
    found = context.send(SearchCustomers(words))
    if not found.customers:
        return OperationResult(message=_("No customer matches “{words}”.", words=literal(words)), data=found)
    return OperationResult(window=_window(found, choice=context.has_transaction), data=found)


def set_on_sale(context: OperationContext) -> OperationResult:
    """600: the customer of this sale. ``data`` is the customer.

    :raises kassa.errors.NotFound: there is none with that number.
    """
    customer = context.send(FindCustomer(context.parameters.number))
    context.save(set_customer(context.transaction, customer))
    return OperationResult(message=literal(customer.name), data=customer)


def clear(context: OperationContext) -> None:
    """603: the sale has no customer."""
    context.save(set_customer(context.transaction, None))


def _window(found: CustomersFound, *, choice: bool) -> Window:
    shown = found.customers[:MOST_SHOWN]
    rows = tuple(Row(literal(customer.name), _facts(customer)) for customer in shown)
    actions = tuple(
        Action(literal(customer.name[:LONGEST_FACE]), SET_CUSTOMER, {"number": customer.number})
        for customer in shown
        if choice
    )
    more = found.more or len(found.customers) > MOST_SHOWN
    subtitle = _("There are more: type more of the name.") if more else None
    return Window("customers", _("Customers"), subtitle, rows, (*actions, Action(_("Close"))))


def _facts(customer: Customer) -> Text:
    return literal(" · ".join(fact for fact in (customer.number, customer.phone, customer.email) if fact))
