"""700 Log on and 701 Log off."""

from __future__ import annotations

import msgspec

from kassa.connection import Reason
from kassa.errors import InvalidInput, NotAvailable, OfflineDatabaseUnavailable
from kassa.operations import OperationContext, OperationResult
from kassa.requests.staff import LoggedOn, LogOn
from kassa.text import literal, texts

_, n_ = texts("kassa_staff")

TAKE_OVER = "approve"
"""The permission to go on at a till that somebody else has locked."""


class LogOnParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who logs on."""

    staff_id: str
    pin: str

    def __repr__(self) -> str:
        return f"LogOnParameters(staff_id={self.staff_id!r})"


def log_on(context: OperationContext) -> OperationResult:
    """700: put somebody at the till, with the store server or without it. On a locked till it is the way back in, for
    whoever locked it and for managers.

    :raises kassa.errors.LoggedOnWrong: staff id or PIN is wrong, or locked out.
    :raises kassa.errors.NotAvailable: somebody else is at the till, or log on needs the store server, which is away.
    :raises kassa.errors.OfflineDatabaseUnavailable: the store server does not answer, and this register has no data to
        ask instead: the first log on of a new register must be online (S9).
    """
    staff_id, pin = context.parameters.staff_id.strip(), context.parameters.pin
    if not staff_id or not pin:
        raise InvalidInput(_("Staff id and PIN are both needed."), hint=_("Type both."))
    at_the_till = context.register.staff
    if at_the_till is not None and not context.register.locked:
        raise NotAvailable(
            _("{name} is logged on.", name=literal(at_the_till.name)), hint=_("Log off first, or lock the till.")
        )
    context.register.connection.log_on_starting()
    logged_on = _ask(context, LogOn(staff_id, pin))
    staff = logged_on.staff
    if at_the_till is not None:
        if at_the_till.staff_id == staff.staff_id:
            context.lock(False)
            return OperationResult(data=staff)
        if TAKE_OVER not in staff.permissions:
            raise NotAvailable(
                _("The till is locked by {name}.", name=literal(at_the_till.name)),
                hint=_("{name} can unlock it, or a manager can go on here.", name=literal(at_the_till.name)),
            )
    return _put_at_the_till(context, logged_on)


def _ask(context: OperationContext, request: LogOn) -> LoggedOn:
    try:
        return context.send(request)
    except OfflineDatabaseUnavailable as error:
        if context.register.connection.state().reason is Reason.MANUAL:
            raise OfflineDatabaseUnavailable(
                _("The register is disconnected by hand, and has no data of its own to log on with."),
                hint=_("Press Connect, then log on again."),
                where=error.where,
            ) from error
        raise OfflineDatabaseUnavailable(
            _("The store server does not answer, and this register has no data of its own yet."),
            hint=_("Check the network, then log on again."),
            where=error.where,
        ) from error


def _put_at_the_till(context: OperationContext, logged_on: LoggedOn) -> OperationResult:
    staff = logged_on.staff
    offline = not context.register.connection.state().online
    context.log_on(staff, verifier_version=logged_on.verifier_version, offline=offline)
    return OperationResult(message=_("Welcome, {name}", name=literal(staff.name)), data=staff)


def log_off(context: OperationContext) -> OperationResult:
    """701: nobody is at the till.

    :raises kassa.errors.NotAvailable: a sale is in progress.
    """
    if context.has_transaction:
        raise NotAvailable(
            _("A sale is in progress."), hint=_("Finish it, suspend it or void it. To leave the till, lock it.")
        )
    name = context.staff.name
    context.log_off()
    return OperationResult(message=_("{name} has logged off.", name=literal(name)))
