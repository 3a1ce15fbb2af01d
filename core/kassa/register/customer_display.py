"""What the customer display says, made from what happens on the till: the same on every kind of display."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kassa.devices import CustomerMessage
from kassa.model import Line, Transaction
from kassa.sale.foreign import change_given
from kassa.sale.totals import Totals, compute
from kassa.text import Money, Number, Text, literal, texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")


class CustomerDisplay:
    """Follows the transaction and tells the devices."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._before: Transaction | None = None

    def changed(self, sale: Transaction) -> None:
        """The transaction was saved: the line that came last, or what is to pay once somebody pays."""
        before, self._before = self._before, sale
        if not self._register.devices.have_customer_display:
            return  # no totals for nobody, on every scan
        if sale.valid_payments:
            self._total(sale)
        elif sale.sold_lines and (before is None or before.lines != sale.lines):
            self._item(sale, _touched(before, sale))
        else:
            self._total(sale)

    def ended(self, sale: Transaction) -> None:
        """The transaction is over: the change, or thanks."""
        self._before = None
        totals = compute(sale)
        if sale.voided:
            self.welcome()
            return
        lower = _("Thank you!")
        change = change_given(sale)
        if change:
            lower = _("Change {amount}", amount=Money(change, sale.currency))
        self._show("change", _to_pay(totals, sale), lower)

    def welcome(self) -> None:
        """Somebody is at the till and nothing is being sold."""
        self._show("welcome", literal(self._register.record.store.name), _("Welcome"))

    def closed(self) -> None:
        """Nobody is at the till."""
        self._show("closed", literal(self._register.record.store.name), _("Till closed"))

    def _item(self, sale: Transaction, line: Line) -> None:
        totals = self._register.viewer.totals(sale)
        assert totals is not None
        amounts = next(one for one in totals.lines if one.line_id == line.line_id)
        net = Money(amounts.net, sale.currency)
        lower = _("{amount}", amount=net)
        if line.quantity != Decimal(1):
            lower = _("{quantity} × = {amount}", quantity=Number(line.quantity), amount=net)
        self._show("item", literal(line.item.description), lower)

    def _total(self, sale: Transaction) -> None:
        totals = compute(sale)
        self._show("total", _to_pay(totals, sale), _("Due {amount}", amount=Money(totals.due, sale.currency)))

    def _show(self, kind: str, upper: Text, lower: Text) -> None:
        self._register.devices.show(CustomerMessage(kind, upper, lower))  # type: ignore[arg-type]  # a literal above


def _to_pay(totals: Totals, sale: Transaction) -> Text:
    return _("Total {amount}", amount=Money(totals.total + totals.rounding, sale.currency))


def _touched(before: Transaction | None, sale: Transaction) -> Line:
    """The line that was added or changed; the last one where lines went."""
    known = set() if before is None else {(line.line_id, line.quantity, line.unit_price) for line in before.sold_lines}
    changed = [line for line in sale.sold_lines if (line.line_id, line.quantity, line.unit_price) not in known]
    return (changed or list(sale.sold_lines))[-1]
