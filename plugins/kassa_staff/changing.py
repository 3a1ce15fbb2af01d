"""1215 Change password: the PIN of whoever is logged on, at the store server."""

from __future__ import annotations

import msgspec

from kassa.errors import InvalidInput, KassaError
from kassa.operations import OperationContext, OperationResult
from kassa.requests.staff import ChangePin
from kassa.text import texts

_, n_ = texts("kassa_staff")


class NewPin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The PIN as it is, and the new one twice."""

    pin: str
    new_pin: str
    again: str

    def __repr__(self) -> str:
        return "NewPin()"


def change(context: OperationContext) -> OperationResult:
    """1215: a new PIN, in force at this register at once and at the store's others with their next synchronisation.

    :raises kassa.errors.InvalidInput: the two differ, or the new one is too short, too simple or no digits.
    :raises kassa.errors.LoggedOnWrong: the PIN is wrong, or locked out.
    """
    given: NewPin = context.parameters
    if given.new_pin != given.again:
        raise InvalidInput(_("The two new PINs differ."), hint=_("Nothing was changed. Type it anew."))
    context.send(ChangePin(context.staff.staff_id, given.pin, given.new_pin))
    try:
        context.register.refresh_record()
    except KassaError as error:
        # The PIN is changed; what this register checks it with by itself comes with the next synchronisation.
        context.register.log("staff").info("verifiers_wait", error_code=error.code)
    context.journal("pin_changed", {"staff_id": context.staff.staff_id})
    return OperationResult(message=_("The PIN is changed."))
