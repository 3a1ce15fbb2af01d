"""What 917 does: open the window; or connect, disconnect, synchronise.

It runs on the control lane, beside everything: Disconnect answers at once while the sale lane hangs in a request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from kassa.errors import NOTHING_LOST, NotAvailable
from kassa.operations import ButtonFace, Lane, Operation, OperationContext, OperationResult, Place
from kassa.text import literal, texts
from kassa_operation_917.window import NUMBER, connection_status, switch_label

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace, RegisterView

_, n_ = texts("kassa_operation_917")


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do; nothing: show the window."""

    action: Literal["", "connect", "disconnect", "synchronise"] = ""


def run(context: OperationContext) -> OperationResult:
    """Do it.

    :raises kassa.errors.NotAvailable: it cannot be done now; the error says what to do.
    :raises kassa.errors.NoAnswer: the store server does not answer; the register stays as it was.
    """
    register = context.register
    match context.parameters.action:
        case "connect":
            register.connection.connect(in_transaction=register.transaction is not None)
            return OperationResult(_("Connected to the store server."))
        case "disconnect":
            register.connection.disconnect()
            return OperationResult(_("Disconnected. The register goes on selling from the offline database."))
        case "synchronise":
            _synchronise(register)
            return OperationResult(_("Synchronisation has started."), window=connection_status(register))
        case _:
            return OperationResult(window=connection_status(register))


def _synchronise(register: RegisterFace) -> None:
    if not register.synchronise_now():
        raise NotAvailable(
            _("Nothing on this register synchronises now."),
            kept=NOTHING_LOST,
            hint=_("Ask headquarters to enable the synchronisation plugin."),
        )


def face(view: RegisterView) -> ButtonFace:
    """The button: named by what a press leads to."""
    return ButtonFace(switch_label(view.connection), _("{number} · Database connection", number=literal(str(NUMBER))))


OPERATION = Operation(
    NUMBER,
    _("Database connection status"),
    run,
    Parameters,
    places=frozenset(Place),
    permission=None,
    lane=Lane.CONTROL,
    button=face,
)
