"""What a running operation is given (:class:`kassa.operations.OperationContext`)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from kassa.discounting import DiscountRequest
from kassa.errors import JournalBehind, KassaError, NotAvailable
from kassa.fiscal import KEPT_AS
from kassa.journal.entry import CORE_KINDS, SalePayload, raw
from kassa.journal.records import NewEntry
from kassa.model import RegisterRecord, Staff, Transaction
from kassa.operations import Finished, Operation, Question
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.register import training
from kassa.register.fiscal import FiscalConnector
from kassa.runtime.request import Request
from kassa.sale.discount_lines import with_discount_lines
from kassa.sale.totals import compute
from kassa.text import Money, texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")
Answer = TypeVar("Answer")


class RunningOperation:
    """One run of one operation, on behalf of one generation of the sale lane's worker."""

    def __init__(
        self,
        register: Register,
        operation: Operation,
        plugin: str,
        parameters: Any,
        generation: int,
        approver: Staff | None,
    ) -> None:
        self.register = register
        self.operation = operation
        self.parameters = parameters
        self.approver = approver
        self._plugin = plugin
        self._generation = generation
        self._begun: Transaction | None = None
        """The transaction that the operation starts; in progress from its first save."""

    def begin(self, transaction: Transaction) -> None:
        """The operation starts a transaction.

        :raises kassa.errors.KassaError: the country's fiscal plugin refuses.
        """
        if self.register.training:
            self._begun = training.marked(transaction)
        else:
            self._begun = self._fiscal().sale("begin", transaction)
        self.register.hooks.transaction_started(self._begun, self.register)

    def give_up(self) -> None:
        """The operation is over: a transaction that it began and never saved is none."""
        begun, self._begun = self._begun, None
        if begun is not None and KEPT_AS in begun.extra:
            with suppress(KassaError):
                self._fiscal().sale("cancel", begun, compute(begun))

    @property
    def approved_by(self) -> str | None:
        """The approving manager's id."""
        return None if self.approver is None else self.approver.staff_id

    @property
    def record(self) -> RegisterRecord:
        """The register's record."""
        return self.register.record

    @property
    def staff(self) -> Staff:
        """Who is logged on."""
        staff = self.register.staff
        if staff is None:
            raise NotAvailable(_("Nobody is logged on."), hint=_("Log on first."))
        return staff

    @property
    def transaction(self) -> Transaction:
        """The transaction in progress."""
        sale = self.register.journal.sale or self._begun
        if sale is None:
            raise NotAvailable(_("There is no sale in progress."), hint=_("Scan an item to start one."))
        return sale

    @property
    def has_transaction(self) -> bool:
        """Whether one is in progress."""
        return self.register.journal.sale is not None or self._begun is not None

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's settings."""
        return self.register.plugins.settings(self._plugin)

    def now(self) -> datetime:
        """The time, UTC."""
        return self.register.environment.clock.utc()

    def new_id(self) -> str:
        """A new UUIDv7."""
        return self.register.environment.new_id()

    def send(self, request: Request[Answer]) -> Answer:
        """Ask the commerce runtime."""
        training.check_request(request, self.register.training)
        return self.register.exchange.send(request, plugin=self._plugin, generation=self._generation)

    def discounted(self, transaction: Transaction) -> Transaction:
        """``transaction`` with the discount lines that plugins offer it now."""
        request = DiscountRequest(transaction, self.send)
        return with_discount_lines(transaction, self.register.hooks.offer_discounts(request, self.register))

    def save(self, transaction: Transaction) -> None:
        """Make ``transaction`` the one in progress."""
        self.register.declared_fields.check(transaction)
        training.check(transaction)
        if _may_price_otherwise(self.register.journal.sale, transaction):
            transaction = self.discounted(transaction)
        why = self.register.hooks.check_transaction(transaction, self.register)
        if why is not None:
            raise NotAvailable(why)
        self.register.journal.save_sale(transaction, generation=self._generation)
        self._begun = None
        self.register.hooks.transaction_changed(transaction, self.register)
        self.register.customer_display.changed(transaction)

    def finish(self, transaction: Transaction | None = None) -> Finished:
        """Finish the transaction in progress, or ``transaction`` in its place."""
        transaction = transaction or self.transaction
        self.register.declared_fields.check(transaction)
        totals = compute(transaction)
        if not transaction.sold_lines:
            raise NotAvailable(_("There is nothing to finish."), hint=_("Scan an item first."))
        if totals.due != 0:
            due = Money(totals.due, transaction.currency)
            raise NotAvailable(_("{due} is still to pay.", due=due), hint=_("Take payment for the rest."))
        if training.is_training(transaction):
            transaction = training.numbered(transaction, self.register)
            return self._end("sale", raw(SalePayload(transaction, totals)), transaction, training=True)
        number = self.register.journal.next_receipt_number()
        transaction = self._fiscal().sale("finish", transaction, totals, number)
        payload = raw(SalePayload(transaction, totals))
        return self._end("sale", payload, transaction, amount=totals.total, takes_receipt_number=True)

    def void(self) -> Finished:
        """Void the transaction in progress."""
        transaction = replace(self.transaction, voided=True)
        totals = compute(transaction)
        in_training = training.is_training(transaction)
        if not in_training:
            transaction = self._fiscal().sale("cancel", transaction, totals)
        payload = raw(SalePayload(transaction, totals))
        return self._end("void", payload, transaction, training=in_training)

    def _end(self, kind: str, payload: Any, transaction: Transaction, **more: Any) -> Finished:
        entry = self._new_entry(kind, payload, **more)
        stored = self.register.journal.append(entry, generation=self._generation, ends_sale=True)
        self._begun = None
        finished = Finished(stored.entry_id, kind, stored.sequence, stored.receipt_number, transaction)
        self.register.transaction_over(finished)
        return finished

    def _new_entry(self, kind: str, payload: Any, **more: Any) -> NewEntry:
        staff = self.register.staff
        return NewEntry(
            kind,
            payload,
            staff_id=None if staff is None else staff.staff_id,
            clock_offset_ms=self.register.clock_offset_ms(),
            **more,
        )

    def journal(self, kind: str, payload: Any) -> Finished:
        """Write an event to the journal."""
        if kind in CORE_KINDS:
            raise ValueError(f"entries of kind {kind!r} are the core's own")
        return self._write(kind, self._fiscal().event(kind, payload))

    def _fiscal(self) -> FiscalConnector:
        return FiscalConnector(self.register, self._write)

    def _write(self, kind: str, payload: Any) -> Finished:
        entry = self._new_entry(kind, raw(payload))
        stored = self.register.journal.append(entry, generation=self._generation)
        self.register.delivery.wake()
        finished = Finished(stored.entry_id, kind, stored.sequence, None, None)
        self.register.hooks.entry_journalled(finished, self.register)
        return finished

    def ask(self, question: Question) -> str:
        """Ask the cashier."""
        return self.register.ask(question)

    def authorize_card(self, request: CardRequest) -> CardAnswer:
        """Have a card terminal authorise an amount."""
        if self.register.training:
            return training.approved()
        return self._terminal(self.register.hooks.authorize_card(request, self.register))

    def reverse_card(self, request: CardRequest) -> CardAnswer:
        """Have the card terminal take a payment back."""
        if self.register.training:
            return training.approved()
        return self._terminal(self.register.hooks.reverse_card(request, self.register))

    @staticmethod
    def _terminal(answer: CardAnswer | None) -> CardAnswer:
        if answer is None:
            raise NotAvailable(_("No card terminal answers."), hint=_("Take another payment, or call support."))
        return answer

    def log_on(self, staff: Staff, *, verifier_version: str, offline: bool) -> None:
        """Make ``staff`` the one logged on."""
        self.journal("log_on", {"staff_id": staff.staff_id, "offline": offline, "verifier": verifier_version})
        self.register.session.log_on(staff, verifier_version=verifier_version, offline=offline)
        self.register.hooks.logged_on(staff, offline, self.register)
        self.register.customer_display.welcome()

    def log_off(self) -> None:
        """Nobody is logged on."""
        staff = self.staff
        if self.has_transaction:
            raise NotAvailable(
                _("A sale is in progress."), hint=_("Finish it, suspend it or void it; then log off.")
            )  # fmt: skip
        try:
            self.journal("log_off", {"staff_id": staff.staff_id})
        except JournalBehind as error:
            # Nobody is kept at a till because it gives no further numbers.
            self.register.log(self._plugin).warning("log_off_not_journalled", where=error.where)
        self.register.session.log_off()
        self.register.hooks.logged_off(staff, self.register)
        self.register.customer_display.closed()

    def train(self, wanted: bool) -> None:
        """Begin or end training mode."""
        if self.has_transaction:
            raise NotAvailable(_("A sale is in progress."), hint=_("Finish it, suspend it or void it first."))
        self.journal("training", {"staff_id": self.staff.staff_id, "training": wanted})
        self.register.session.training = wanted

    def lock(self, locked: bool) -> None:
        """Lock the till, or unlock it."""
        self.register.session.locked = locked


def _may_price_otherwise(before: Transaction | None, now: Transaction) -> bool:
    """Whether anything has changed that discounts may depend on. Payments are not among it, nor what
    a card terminal was asked: no total changes while somebody pays."""
    if before is None or before.lines is not now.lines:
        return True
    return before.customer != now.customer or before.coupons != now.coupons
