"""503 Suspend transaction and 504 Recall transaction: a sale put aside for this register or another of the store.

Both are commands, done once however often they are sent; what they do to the till is in the journal together with their
answer, so that a sale is on the till or put aside, never both and never neither.
"""

from __future__ import annotations

import msgspec

from kassa.errors import NotAvailable, NotFound
from kassa.model import Transaction
from kassa.operations import OperationContext, OperationResult
from kassa.requests.suspended import ListSuspended, RecallSale, Suspended, SuspendSale
from kassa.sale.cards import check_nothing_paid
from kassa.text import Moment, Text, literal, texts
from kassa.windows import Action, Row, Window

_, n_ = texts("kassa_sale")

RECALL = 504
LONGEST_LABEL = 60
MOST_SHOWN = 12


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to know the sale by in the list; without it, the customer's name or the first item's."""

    label: str | None = None


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The suspended sale to take up; without it, the only one, or a list to choose from."""

    transaction_id: str | None = None


def suspend(context: OperationContext) -> OperationResult:
    """503: put the sale aside. ``data`` is the sale as listed.

    :raises kassa.errors.NotAvailable: it has no lines, or something has been paid.
    """
    transaction = context.transaction
    if not transaction.sold_lines:
        raise NotAvailable(_("There is nothing to suspend."), hint=_("Scan an item first."))
    check_nothing_paid(transaction)
    label = (context.parameters.label or "").strip() or _label(transaction)
    suspended = context.send(
        SuspendSale(command_id=context.new_id(), transaction=transaction, label=label[:LONGEST_LABEL])
    )
    context.register.connection.transaction_ended()
    return OperationResult(message=_("Suspended: {label}", label=literal(suspended.label)), data=suspended)


def recall(context: OperationContext) -> OperationResult:
    """504: take a suspended sale up. ``data`` is the sale, or the list to choose from with its window.

    :raises kassa.errors.NotFound: no sale is suspended, or somebody else has taken it up.
    """
    transaction_id = context.parameters.transaction_id
    if transaction_id is None:
        sales = context.send(ListSuspended()).sales
        if not sales:
            raise NotFound(_("No sale is suspended."), hint=_("Go on with the next customer."))
        if len(sales) > 1:
            return OperationResult(window=_window(sales), data=sales)
        transaction_id = sales[0].transaction_id
    context.register.connection.transaction_starting(context.approved_by is not None)
    try:
        transaction = context.send(RecallSale(command_id=context.new_id(), transaction_id=transaction_id))
    except BaseException:
        context.register.connection.transaction_ended()
        raise
    return OperationResult(message=_("The sale goes on."), data=transaction)


def _label(transaction: Transaction) -> str:
    if transaction.customer is not None:
        return transaction.customer.name
    return transaction.sold_lines[0].item.description


def _window(sales: tuple[Suspended, ...]) -> Window:
    shown = sales[-MOST_SHOWN:]
    rows = tuple(Row(literal(sale.label), _when_and_where(sale)) for sale in shown)
    actions = tuple(Action(_face(sale), RECALL, {"transaction_id": sale.transaction_id}) for sale in shown)
    subtitle = n_("{count} sale", "{count} sales", count=len(sales))
    return Window("suspended_sales", _("Suspended sales"), subtitle, rows, (*actions, Action(_("Close"))))


def _when_and_where(sale: Suspended) -> Text:
    return _("{time}, register {register}", time=Moment(sale.suspended_at, "date"), register=literal(sale.register_id))


def _face(sale: Suspended) -> Text:
    return _("{label}, {time}", label=literal(sale.label[:20]), time=Moment(sale.suspended_at))
