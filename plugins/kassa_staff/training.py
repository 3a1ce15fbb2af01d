"""704 Training mode: begin it, or end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.operations import ButtonFace, OperationContext, OperationResult
from kassa.text import texts

if TYPE_CHECKING:
    from kassa.register.face import RegisterView

_, n_ = texts("kassa_staff")


def train(context: OperationContext) -> OperationResult:
    """704: from here on sales are training; pressed again, they count. Log off ends it too.

    :raises kassa.errors.NotAvailable: a sale is in progress.
    """
    wanted = not context.register.training
    context.train(wanted)
    return OperationResult(message=_("Training: nothing counts.") if wanted else _("Sales count again."))


def face(view: RegisterView) -> ButtonFace:
    """The button: named by what a press leads to."""
    return ButtonFace(_("End training") if view.training else _("Training"))
