"""Who stands at a register for a whole day: does what the day's script says, and keeps a book of her own beside it.

Her book is worked out from the file that is sold and from nothing that the register says: what it comes to, the tax in
it, the öre that cash was rounded by, what is in the drawer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kassa.replay.catalogue import Catalogue
from kassa.replay.invoices import Invoice
from kassa.replay.steps import Step, first_not_done, steps
from kassa.replay.store import MANAGER
from kassa.testing.network import Network
from kassa.testing.shop import wait_until
from kassa.testing.till import Till, TillKilled, TillRefused

ORE, KRONA, ZERO = Decimal("0.01"), Decimal(1), Decimal(0)
PATIENCE_S = 60.0
PAY_CASH, PAY_CARD = 200, 201


@dataclass
class Book:
    """What she has written down; amounts in kronor."""

    receipts: int = 0
    total: Decimal = ZERO
    tax: Decimal = ZERO
    rounding: Decimal = ZERO
    cash: Decimal = ZERO
    card: Decimal = ZERO
    voids: int = 0
    movements: dict[str, Decimal] = field(default_factory=dict)

    def take(self, total: Decimal, *, in_cash: bool) -> None:
        """A sale or return is paid: 25 % on top of the goods is a fifth of the price; 50 öre become a krona."""
        self.receipts += 1
        self.total += total
        self.tax += (total / 5).quantize(ORE, ROUND_HALF_UP)
        if in_cash:
            paid = total.quantize(KRONA, ROUND_HALF_UP)
            self.cash += paid
            self.rounding += paid - total
        else:
            self.card += total

    @property
    def in_the_drawer(self) -> Decimal:
        """Cash that should be there."""
        moved = sum((self.movements.get(kind, ZERO) for kind in ("start_amount", "float_entry")), ZERO)
        gone = sum((self.movements.get(kind, ZERO) for kind in ("tender_removal", "safe_drop", "bank_drop")), ZERO)
        return self.cash + moved - gone


class Manager:
    """At one register."""

    def __init__(self, till: Till, network: Network, catalogue: Catalogue) -> None:
        self.till, self.network = till, network
        self.book = Book()
        self.states: set[str] = set()
        self._catalogue = catalogue
        self._plug: threading.Timer | None = None

    # -- the frame of a day ------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Log on, open the shift, and wait until the register could sell alone."""
        self.log_on()
        self.till.run(918, action="open")
        wait_until(lambda: bool(self.facts()["ready"]), "it can sell offline", PATIENCE_S)
        self.states.clear()

    def log_on(self) -> None:
        """If nobody is logged on."""
        if self.facts()["place"] == "logged_off":
            self.till.run(700, staff_id=MANAGER.staff_id, pin=MANAGER.pin)

    def facts(self) -> dict[str, Any]:
        """The register's, with its connection state noted."""
        known = self.till.facts()
        self.states.add(known["state"])
        return known

    def settle(self) -> None:
        """The network is well, the register connects, and the store server has everything."""
        self.network.pass_through()

        def everything_is_in() -> bool:
            try:
                if self.till.facts()["state"] != "online":
                    self.till.run(917, action="connect")
            except TillRefused:
                return False
            facts = self.till.facts()
            return not (facts["waiting"] or facts["pending"] or facts["acknowledged"] != facts["sequence"])

        wait_until(everything_is_in, "everything is in", PATIENCE_S)

    # -- what happens in it ------------------------------------------------------------------------------------------

    def move(self, operation: int, kind: str, amount: Decimal, **more: str) -> None:
        """Put cash into the drawer or take it out (1200-1212)."""
        self.till.run(operation, amount=str(amount), **more)
        self.book.movements[kind] = self.book.movements.get(kind, ZERO) + amount

    def sell(self, invoice: Invoice, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Everything that is on an invoice, paid in cash if its number is even.

        :param meanwhile: happens before each operation.
        """
        in_cash = int(invoice.number[-1]) % 2 == 0
        self._do(self._steps(invoice, in_cash=in_cash), meanwhile)
        self.book.take(invoice.total, in_cash=in_cash)

    def put_aside_and_sell(self, invoice: Invoice, other: Invoice) -> None:
        """A customer has forgotten her purse: 503, the next customer, 504."""
        first, *rest = self._steps(invoice, in_cash=True)
        self.till.run(first.operation, **first.parameters)
        put_aside = self.till.result(503).data["transaction_id"]
        self.sell(other)
        self.till.run(504, transaction_id=put_aside)
        self._do(tuple(rest), lambda: None)
        self.book.take(invoice.total, in_cash=True)

    def change_ones_mind(self, invoice: Invoice) -> None:
        """A sale that comes to nothing (500)."""
        first = self._steps(invoice, in_cash=True)[0]
        self.till.run(first.operation, **first.parameters)
        self.till.run(500)
        self.book.voids += 1

    def lunch(self) -> None:
        """The shift is suspended (1054), and taken up again (918)."""
        shift_id = self.till.result(1056).data["shift_id"]
        self.till.run(1054)
        self.log_on()
        self.till.run(918, action="resume", shift_id=shift_id)

    def close(self, bag: str, missing: Decimal = ZERO) -> dict[str, Any]:
        """All but 1,000 kronor go to the bank, the rest is counted, X, Z; the Z.

        :param missing: so much less is there than should be.
        """
        self.move(1212, "bank_drop", self.book.in_the_drawer - 1000, reference=bag)
        self.till.run(1052, action="declare", amount=str(self.book.in_the_drawer - missing))
        x = self.till.result(1056).data
        z: dict[str, Any] = self.till.result(1055).data
        assert {**x["figures"], "sold": None} == {**z["figures"], "sold": None}
        return z

    # -- inside ------------------------------------------------------------------------------------------------------

    def _steps(self, invoice: Invoice, *, in_cash: bool) -> tuple[Step, ...]:
        """As the main job plays them, but for the payment: what is due, in one."""
        goods = [step for step in steps(invoice, self._catalogue) if step.operation not in (PAY_CASH, PAY_CARD)]
        pay = Step(PAY_CASH if in_cash else PAY_CARD, {}, len(invoice.rows), lambda _sale: False)
        return (*goods, pay)

    def _do(self, to_do: tuple[Step, ...], meanwhile: Callable[[], None]) -> None:
        place = 0
        while place < len(to_do):
            try:
                meanwhile()
                self._run(to_do[place])
                place += 1
            except TillKilled:
                place = self._where_it_stands(to_do)
        self.facts()

    def _run(self, step: Step) -> None:
        """An operation, in the middle of which the power may go."""
        timer, self._plug = self._plug, None
        try:
            self.till.run(step.operation, **step.parameters)
        finally:
            if timer is not None:
                timer.join()
        if timer is not None:
            self.till.kill()
            raise TillKilled

    def _where_it_stands(self, to_do: tuple[Step, ...]) -> int:
        """After a kill: the first step that the sale on the screen does not show; without a sale, it is paid, or has
        not begun."""
        self.till.come_back()
        self.log_on()
        facts = self.facts()
        if facts["sale"] is not None:
            return first_not_done(to_do, facts["sale"])
        return 0 if facts["receipts"] == self.book.receipts else len(to_do)

    def pull_plug_in(self, seconds: float) -> None:
        """The power goes so long after the next operation has begun, whatever the register is doing then."""
        self._plug = threading.Timer(seconds, self.till.pull_plug)
        self._plug.start()
