"""What the cashier is asked before something is sold, taken back, changed or voided; the answer is journalled."""

from __future__ import annotations

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, OfflineDatabaseUnavailable
from kassa.model import Item
from kassa.operations import OperationContext, Question
from kassa.requests.reasons import FindReasons, Reason, ReasonKind
from kassa.text import literal, texts

_, n_ = texts("kassa_sale")

AGE_CHECKED = "age_checked"
"""In ``Line.extra``: the age in years that the cashier has seen to."""
PATIENCE_S = 45.0
_NO, _YES, _CANCEL = "no", "yes", "cancel"


def check_age(context: OperationContext, item: Item) -> int | None:
    """The age that the customer has to have, and has; once a sale. None: anybody may buy it.

    :raises kassa.errors.NotAllowed: the cashier says that the customer is younger, or nothing.
    """
    age = item.minimum_age
    if age is None:
        return None
    if any(line.extra.get(AGE_CHECKED, 0) >= age for line in context.transaction.sold_lines):
        return age
    question = Question(
        _("{item}: is the customer {age} or older?", item=literal(item.description), age=age),
        ((_NO, _("No")), (_YES, _("Yes"))),
        _NO,
        PATIENCE_S,
    )
    if context.ask(question) != _YES:
        raise NotAllowed(
            _("{item} is not sold to anybody under {age}.", item=literal(item.description), age=age),
            hint=_("Scan it again if the customer shows an identity card."),
        )
    return age


def reason_for(context: OperationContext, kind: ReasonKind, given: str | None) -> str | None:
    """The reason code for what is done: ``given``, or the one that the cashier chooses. None: the store has none.

    :raises kassa.errors.InvalidInput: ``given`` is none of the store's.
    :raises kassa.errors.NotAvailable: the cashier chooses none.
    """
    try:
        reasons = context.send(FindReasons(kind)).reasons
    except OfflineDatabaseUnavailable:
        return given
    if not reasons:
        return given
    if given is not None:
        return _known(given, reasons)
    choices = ((_CANCEL, _("Cancel")), *((reason.code, literal(reason.name)) for reason in reasons))
    chosen = context.ask(Question(_("Why?"), choices, _CANCEL, PATIENCE_S))
    if chosen == _CANCEL:
        raise NotAvailable(_("Nothing was changed."), hint=_("Press it again and choose a reason."))
    return chosen


def _known(given: str, reasons: tuple[Reason, ...]) -> str:
    if all(reason.code != given for reason in reasons):
        raise InvalidInput(_("There is no reason {reason}.", reason=literal(given)), hint=_("Choose one of the list."))
    return given
