"""703 Lock register: at once, with a sale in progress too; and unlocking with the PIN of whoever is logged on."""

from __future__ import annotations

import msgspec

from kassa.errors import InvalidInput
from kassa.operations import OperationContext, OperationResult
from kassa.requests.staff import LogOn
from kassa.text import texts

_, n_ = texts("kassa_staff")


class LockParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing, to lock; the PIN, to unlock."""

    pin: str | None = None

    def __repr__(self) -> str:
        return "LockParameters()"


def lock(context: OperationContext) -> OperationResult:
    """703: lock the till, or unlock it with a PIN.

    :raises kassa.errors.LoggedOnWrong: the PIN is wrong, or locked out.
    :raises kassa.errors.InvalidInput: it is locked already, and no PIN was given.
    """
    staff, pin = context.staff, context.parameters.pin
    if not context.register.locked:
        if pin is None:
            context.lock(True)
        return OperationResult()
    if not pin:
        raise InvalidInput(_("The till is locked."), hint=_("Type your PIN."))
    context.send(LogOn(staff.staff_id, pin))
    context.lock(False)
    return OperationResult()
