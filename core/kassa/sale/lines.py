"""Changes to a transaction's lines. Each takes a transaction and returns a new one; nothing is changed in place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from kassa.errors import InvalidInput, NotFound
from kassa.model import Customer, Item, Line, Transaction
from kassa.money import check_quantity
from kassa.text import literal, texts

_, n_ = texts("kassa")


def add_item(
    transaction: Transaction,
    item: Item,
    quantity: Decimal,
    line_id: str,
    *,
    returned: bool = False,
    return_of: str | None = None,
    approved_by: str | None = None,
    extra: dict[str, Any] | None = None,
) -> Transaction:
    """With one more line. Each scan is a line of its own; ``quantity`` times what one scan of the item sells.

    :param returned: the line takes the goods back: its quantity becomes negative.
    :param extra: what else is journalled with it, such as the age that was checked.
    :param return_of: the number of the receipt they were sold on, if the cashier gave it.
    :raises kassa.errors.InvalidInput: the quantity cannot be sold.
    """
    sold = _sellable(quantity * item.quantity, item)
    line = Line(
        line_id,
        item,
        -sold if returned else sold,
        return_of=return_of,
        approved_by=approved_by,
        extra=extra or {},
    )
    return replace(transaction, lines=(*transaction.lines, line))


def _sellable(quantity: Decimal, item: Item) -> Decimal:
    """``quantity`` itself, if the item's unit of measure allows it."""
    size = check_quantity(quantity)
    if item.decimals is None or size == round(size, item.decimals):
        return size
    names = {"item": literal(item.description), "unit": literal(item.unit)}
    if item.decimals == 0:
        raise InvalidInput(_("{item} is sold in whole {unit}.", **names), hint=_("Type a whole number."))
    what = n_(
        "{item} is sold in {unit} with at most {count} decimal.",
        "{item} is sold in {unit} with at most {count} decimals.",
        count=item.decimals,
        **names,
    )
    raise InvalidInput(what, hint=_("Type fewer decimals."))


def find_line(transaction: Transaction, line_id: str | None = None) -> Line:
    """The line with that id; without one, the last that counts.

    :raises kassa.errors.NotFound: there is none, or it is void.
    """
    for line in reversed(transaction.lines):
        if (line_id is None and not line.voided) or line.line_id == line_id:
            if line.voided:
                raise NotFound(_("That line has been voided already."), hint=_("Choose another line."))
            return line
    if line_id is None:
        raise NotFound(_("There is no line yet."), hint=_("Scan an item first."))
    raise NotFound(_("That line is not in this sale."), hint=_("Choose another line."))


def set_quantity(transaction: Transaction, line: Line, quantity: Decimal) -> Transaction:
    """With another quantity on ``line``. A return stays a return.

    :raises kassa.errors.InvalidInput: it cannot be sold.
    """
    size = _sellable(quantity, line.item)
    return replace_line(transaction, replace(line, quantity=-size if line.quantity < 0 else size))


def override_price(
    transaction: Transaction, line: Line, price: Decimal | None, approved_by: str | None = None
) -> Transaction:
    """With another price per unit on ``line``; None gives the item's own back.

    :raises kassa.errors.InvalidInput: the price is below zero.
    """
    if price is not None and price < 0:
        raise InvalidInput(_("A price cannot be below zero."), hint=_("Use Return product to take an item back."))
    return replace_line(transaction, replace(line, price_override=price, approved_by=approved_by or line.approved_by))


def void_line(transaction: Transaction, line: Line) -> Transaction:
    """Without ``line``: it stays to be seen and counts for nothing."""
    return replace_line(transaction, replace(line, voided=True))


def comment_line(transaction: Transaction, line: Line, comment: str | None) -> Transaction:
    """With a comment on ``line``; None takes it away."""
    return replace_line(transaction, replace(line, comment=comment))


def comment(transaction: Transaction, comment: str | None) -> Transaction:
    """With a comment on the whole transaction; None takes it away."""
    return replace(transaction, comment=comment)


def set_customer(transaction: Transaction, customer: Customer | None) -> Transaction:
    """With that customer; None takes the customer away."""
    return replace(transaction, customer=customer)


def replace_line(transaction: Transaction, changed: Line) -> Transaction:
    """With ``changed`` in the place of the line of the same id."""
    return replace(
        transaction,
        lines=tuple(changed if line.line_id == changed.line_id else line for line in transaction.lines),
    )
