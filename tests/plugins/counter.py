"""A till at work for the tests of the plugins that sell: a real register at a real store server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kassa.model import Line, Transaction
from kassa.operations import Finished, ManagerApproval, OperationResult
from kassa.register import Register
from kassa.sale.cards import PendingCard, pending_card, with_pending_card
from kassa.sale.totals import Totals, compute
from kassa.testing.shop import Shop
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN

APPROVAL = ManagerApproval(MANAGER, MANAGER_PIN)


class Counter:
    """A register with somebody at it, and short words for what tests do there."""

    def __init__(self, shop: Shop, folder: Path | None = None) -> None:
        self.shop = shop
        self.register: Register = shop.open_register(folder)
        self.ready()

    def ready(self, staff_id: str = CASHIER, pin: str = CASHIER_PIN) -> None:
        """Somebody logged on, unlocked, no sale: as each test begins."""
        self.register.session.locked = False
        if self.register.transaction is not None:
            self._throw_away()
        if self.register.staff is not None and self.register.staff.staff_id != staff_id:
            self.run(701)
        if self.register.staff is None:
            self.run(700, staff_id=staff_id, pin=pin)

    def _throw_away(self) -> None:
        sale = self.sale
        if pending_card(sale) is not None:
            self.register.journal.save_sale(with_pending_card(sale, None), generation=self.register.journal.generation)
        for _payment in sale.valid_payments:
            self.run(211)
        self.run(500)

    def run(self, operation: int, *, approval: ManagerApproval | None = None, **parameters: Any) -> OperationResult:
        """Run an operation."""
        return self.register.run(operation, approval=approval, **parameters)

    def scan(self, code: str = "1001", **parameters: Any) -> Line:
        """Sell an item; its line."""
        line = self.run(100, code=code, **parameters).data
        assert isinstance(line, Line)
        return line

    def finished(self, result: OperationResult) -> Finished:
        """The end of the sale that an operation has brought."""
        assert isinstance(result.data, Finished)
        assert self.register.transaction is None
        return result.data

    @property
    def sale(self) -> Transaction:
        """The sale in progress."""
        assert self.register.transaction is not None
        return self.register.transaction

    @property
    def totals(self) -> Totals:
        """Its totals."""
        return compute(self.sale)

    @property
    def waiting_card(self) -> PendingCard | None:
        """The card payment that waits for its answer."""
        return pending_card(self.sale)
