"""1000 Open drawer: without a sale. The journal has it before the drawer opens, so none goes uncounted."""

from __future__ import annotations

import msgspec

from kassa.journal.entry import DrawerPayload
from kassa.operations import OperationContext, OperationResult
from kassa.text import texts

_, n_ = texts("kassa_receipt")

DRAWER = "drawer"


class DrawerParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is opened."""

    reason: str = ""


def open_drawer(context: OperationContext) -> OperationResult:
    """1000.

    :raises kassa.devices.DeviceFailed: it does not open; the attempt is in the journal.
    :raises kassa.errors.KassaError: the country's fiscal plugin refuses; it stays shut.
    """
    payload = DrawerPayload(context.parameters.reason.strip(), context.approved_by)
    finished = context.journal(DRAWER, payload)
    context.register.devices.open_drawer()
    return OperationResult(_("The drawer is open."), data=finished)
