"""Periodic discounts: quantity, mix and match, threshold and simple ones, taken off a sale by themselves."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from zoneinfo import ZoneInfo

from kassa.discounting import DiscountRequest, OfferedDiscount
from kassa.errors import KassaError
from kassa.hookspecs import PluginInfo, hook
from kassa.money import minor_unit
from kassa.operations import Finished, Operation
from kassa.register.face import Event, RegisterFace
from kassa.runtime.request import Handler
from kassa.text import texts
from kassa_discounts.coupon_handlers import COUPON_HANDLERS
from kassa_discounts.engine import discounts_on
from kassa_discounts.handlers import HANDLERS
from kassa_discounts.in_force import InForce
from kassa_discounts.table import OPERATIONS

_, n_ = texts("kassa_discounts")

PLUGIN = PluginInfo(name="discounts", version="0.1.0", api_level=1, title="Periodic discounts")

_in_force: dict[str, InForce] = {}
"""By register: a process may have several."""


@hook
def register_operations() -> Sequence[Operation]:
    """Coupons."""
    return OPERATIONS


@hook
def register_handlers() -> Sequence[Handler]:
    """Which discounts are in force, and coupons."""
    return (*HANDLERS, *COUPON_HANDLERS)


@hook
def offer_discounts(request: DiscountRequest, register: RegisterFace) -> Sequence[OfferedDiscount]:
    """The periodic discounts on the sale. Where they cannot be asked for, those that are known hold."""
    sale = request.transaction
    book = _book(register)
    try:
        live = book.on(request)
    except KassaError as error:
        register.log(PLUGIN.name).warning("discounts_not_found", error_code=error.code, where=error.where)
        register.publish(Event("notice", _("Discounts could not be looked up. Check the price of what was scanned.")))
        live = book.known(sale.transaction_id)
    if not live.discounts:
        return ()
    activated = {coupon.discount_id for coupon in sale.coupons}
    return discounts_on(sale.lines, live, minor_unit(sale.currency), activated)


@hook
def transaction_finished(finished: Finished, register: RegisterFace) -> None:
    """The sale's discounts need not be remembered."""
    if finished.transaction is not None:
        _book(register).forget(finished.transaction.transaction_id)


@hook
def register_stopping(register: RegisterFace) -> None:
    """Nothing is remembered of a register that stops."""
    _in_force.pop(register.record.register_id, None)


def _book(register: RegisterFace) -> InForce:
    number = register.record.register_id
    if number not in _in_force:
        _in_force[number] = InForce(lambda: _standing(register))
    return _in_force[number]


def _standing(register: RegisterFace) -> Hashable | None:
    """Offline the answer is the same until something is written to the offline database, or another day begins in the
    store. The store server may know better at any moment."""
    if register.connection.state().online:
        return None
    today = register.environment.clock.utc().astimezone(ZoneInfo(register.record.store.timezone)).date()
    return (register.offline_database.changes, today)
