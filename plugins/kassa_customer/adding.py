"""612 Add customer: a command, so it works without the store server and is never done twice."""

from __future__ import annotations

import msgspec

from kassa.errors import InvalidInput
from kassa.operations import OperationContext, OperationResult
from kassa.sale.lines import set_customer
from kassa.text import Text, literal, texts
from kassa_customer.numbers import provisional_number
from kassa_customer.requests import AddCustomer

_, n_ = texts("kassa_customer")

LONGEST = {"name": 200, "phone": 40, "email": 200, "country": 60}
"""As in the customer table."""


class NewCustomer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new customer; only the name is needed."""

    name: str
    phone: str | None = None
    email: str | None = None
    country: str | None = None


def add(context: OperationContext) -> OperationResult:
    """612: add a customer, and put them on the sale if one is in progress. ``data`` is the customer.

    :raises kassa.errors.InvalidInput: there is no name, or something is too long or no address.
    """
    new = context.parameters
    facts = {name: _tidy(name, getattr(new, name)) for name in LONGEST}
    name = facts.pop("name")
    if name is None:
        raise InvalidInput(_("A customer needs a name."), hint=_("Type the name."))
    if facts["email"] is not None and "@" not in facts["email"]:
        raise InvalidInput(_("That is no e-mail address."), hint=_("Type it again, or leave it out."))
    command_id = context.new_id()
    command = AddCustomer(command_id=command_id, number=provisional_number(command_id), name=name, **facts)
    customer = context.send(command)
    if context.has_transaction:
        context.save(set_customer(context.transaction, customer))
    return OperationResult(message=_added(customer.name, customer.number), data=customer)


def _tidy(name: str, given: str | None) -> str | None:
    tidy = " ".join((given or "").split())
    if len(tidy) > LONGEST[name]:
        raise InvalidInput(
            _("“{start}…” is too long.", start=literal(tidy[:20])),
            hint=_("Type at most {count} characters.", count=LONGEST[name]),
        )
    return tidy or None


def _added(name: str, number: str) -> Text:
    return _("{name} has the number {number}.", name=literal(name), number=literal(number))
