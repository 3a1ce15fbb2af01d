"""A dialog that offers a few operations: voiding a payment, leaving the till."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kassa.operations import OperationResult
from kassa.text import Money, Text, literal, texts
from kassa_ui.presenters.dialogs import ChoiceDrawn, Dialog, DialogDrawn
from kassa_ui.presenters.settings import SettingsDialog
from kassa_ui.presenters.speech import Speech
from kassa_ui.presenters.support import SupportDialog
from kassa_ui.presenters.work import Job

if TYPE_CHECKING:
    from kassa_ui.presenters.till import Till

_, n_ = texts("kassa_ui")

VOID_PAYMENT = 211
LOG_OFF = 701
LOCK = 703
HEALTH_CHECK = 717
TRAINING = 704


@dataclass(frozen=True)
class Offer:
    """Something to choose: an operation to run, or with ``opens`` another dialog."""

    label: Text
    operation: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    tone: str = "plain"
    opens: Callable[[], Dialog] | None = None


class OfferDialog(Dialog):
    """Close, and what is offered; Enter chooses the last, which is the one that the dialog was opened for."""

    def __init__(self, till: Till, title: Text, subtitle: Text | None, offers: tuple[Offer, ...]) -> None:
        super().__init__(till)
        self._title = title
        self._subtitle = subtitle
        self._offers = offers

    def drawn(self, speech: Speech) -> DialogDrawn:
        close = ChoiceDrawn(speech(_("Close")), "plain")
        offered = tuple(
            ChoiceDrawn(speech(offer.label), offer.tone, working=self.till.work.working(_key(offer)))
            for offer in self._offers
        )
        notice = self.notices.drawn(speech)
        return DialogDrawn(speech(self._title), speech(self._subtitle), (), (), (close, *offered), notice)

    def choose(self, place: int) -> None:
        if place == 0:
            self.close()
            return
        offer = self._offers[place - 1]
        if offer.opens is not None:
            self.close()
            self.till.open(offer.opens())
            return
        if not self.till.work.working(_key(offer)):
            self.notices.clear()
            self.till.desk.run(Job(offer.operation, offer.parameters, _key(offer), self._done, self.fail))

    def enter(self) -> None:
        self.choose(len(self._offers))

    def fail(self, error: BaseException) -> None:
        """Said here; without the dialog, on the sale screen."""
        if self.till.dialog is self:
            super().fail(error)
        else:
            self.till.desk.fail(error)

    def _done(self, result: OperationResult) -> None:
        self.close()
        self.till.tell(result)


def _key(offer: Offer) -> str:
    return f"offer:{offer.operation}"


def void_payment(till: Till) -> OfferDialog | None:
    """To void the last payment of the sale in progress; None where nothing is paid."""
    transaction = till.view.transaction
    if transaction is None or not transaction.valid_payments:
        return None
    payment = transaction.valid_payments[-1]
    paid = _("{tender} {amount}", tender=literal(payment.name), amount=Money(payment.amount, transaction.currency))
    offer = Offer(_("Void payment"), VOID_PAYMENT, {"payment_id": payment.payment_id}, "danger")
    return OfferDialog(till, _("Void the last payment?"), paid, (offer,))


def leave_till(till: Till) -> OfferDialog | None:
    """What is not about the sale, with locking the till and logging off; None where nobody is at it."""
    staff = till.view.staff
    if staff is None:
        return None
    offers = (
        Offer(_("Settings"), opens=lambda: SettingsDialog(till)),
        Offer(_("Devices"), HEALTH_CHECK),
        Offer(_("End training") if till.view.training else _("Training"), TRAINING),
        Offer(_("Call support"), opens=lambda: SupportDialog(till)),
        Offer(_("Log off"), LOG_OFF),
        Offer(_("Lock"), LOCK, tone="action"),
    )
    return OfferDialog(till, literal(staff.name), None, offers)
