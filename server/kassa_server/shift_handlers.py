"""Handlers of :mod:`kassa.requests.shifts`, on what registers have delivered.

Whose a shift is stands in ``open_shift``. A row is *claimed* or *taken* from the moment at which a register may go on,
until its journal says that it has: if that never comes, the same register may ask again, and no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from kassa.errors import NotAllowed, NotFound
from kassa.requests.shifts import (
    ClaimDrawer,
    DrawerHolder,
    FindLastZ,
    LastZ,
    ListShifts,
    ShiftElsewhere,
    ShiftsElsewhere,
    TakenShift,
    TakeShift,
)
from kassa.shift_report import ShiftEvent, ShiftReport
from kassa.text import literal, texts
from kassa_server.channel import lock_row
from kassa_server.schema import open_shift, shift_report, store

if TYPE_CHECKING:
    from kassa_server.server_handlers import ServerContext

_, n_ = texts("kassa_server")
CLAIMED, TAKEN = "claimed", "taken"
ASIDE = ("suspended", "blind_closed")
HOLDS = ("open", CLAIMED)


def find_last_z(request: FindLastZ, context: ServerContext) -> LastZ:
    """The last Z of the register that asks."""
    own = shift_report.c.register_id == context.caller.register_id
    newest = select(shift_report.c.report).where(own).order_by(shift_report.c.number.desc()).limit(1)
    report = context.connection.execute(newest).scalar()
    if report is None:
        return LastZ()
    told = msgspec.json.decode(report, type=ShiftReport)
    return LastZ(told.number or 0, told.grand_totals)


def claim_drawer(request: ClaimDrawer, context: ServerContext) -> DrawerHolder:
    """Give the drawer to the register that asks, unless another of the store has a shift open on it. Two that ask at
    once wait for each other at the store's row."""
    if context.peer is None:  # posted from a journal: what the claim was for is in there too
        return DrawerHolder()
    connection, one, drawer = context.connection, open_shift.c, request.drawer[:40]
    holder = _holder(context, drawer)
    if holder is not None:
        return DrawerHolder(holder)
    claimed = (one.register_id == context.caller.register_id) & (one.status == CLAIMED)
    connection.execute(delete(open_shift).where(claimed, one.event.is_(None)))
    connection.execute(update(open_shift).where(claimed).values(status="suspended"))
    row = {
        "shift_id": request.shift_id, "store_id": context.store.store_id, "register_id": context.caller.register_id,
        "drawer": drawer, "status": CLAIMED, "opened_at": request.opened_at,
        "opened_by": context.caller.staff_id or "",
    }  # fmt: skip
    connection.execute(insert(open_shift), [row])
    return DrawerHolder()


def _holder(context: ServerContext, drawer: str) -> str | None:
    """Another register that has a shift open on the drawer. Whoever asks next waits for this transaction."""
    one, store_id = open_shift.c, context.store.store_id
    lock_row(context.connection, select(store.c.store_id).where(store.c.store_id == store_id))
    here = (one.store_id == store_id) & (one.drawer == drawer) & one.status.in_(HOLDS)
    others = one.register_id != context.caller.register_id
    holder: str | None = context.connection.execute(select(one.register_id).where(here, others).limit(1)).scalar()
    return holder


def list_shifts(request: ListShifts, context: ServerContext) -> ShiftsElsewhere:
    """What the store's other registers have put aside, and what this one has begun to take over."""
    one, caller = open_shift.c, context.caller.register_id
    rows = context.connection.execute(
        select(open_shift).where(one.store_id == context.store.store_id).order_by(one.opened_at, one.shift_id)
    ).all()
    listed = (_elsewhere(row) for row in rows if _may_be_taken(row, caller) and row.shift_id not in request.own)
    gone = [row.shift_id for row in rows if row.shift_id in request.own and row.register_id != caller]
    closed = select(shift_report.c.shift_id).where(
        shift_report.c.shift_id.in_(request.own[:1000]), shift_report.c.register_id != caller
    )
    gone += context.connection.execute(closed).scalars()
    return ShiftsElsewhere(tuple(one for one in listed if one is not None), tuple(gone))


def take_shift(request: TakeShift, context: ServerContext) -> TakenShift:
    """Give the shift to the register that asks.

    :raises NotFound: somebody else has it, or it is closed.
    """
    if context.peer is None:
        return TakenShift()
    connection, one, caller = context.connection, open_shift.c, context.caller.register_id
    row = lock_row(connection, select(open_shift).where(one.shift_id == request.shift_id))
    closed = select(shift_report.c.entry_id).where(shift_report.c.shift_id == request.shift_id)
    if row is None and connection.execute(closed).first() is None:
        return TakenShift()  # it has not come yet: so nobody else can have heard of it
    if row is None or row.store_id != context.store.store_id or not _may_have(row, caller):
        raise NotFound(
            _("That shift is not put aside any more."),
            hint=_("Look at Manage shifts again: another register may have taken it over."),
        )
    if row.event is None:
        return TakenShift()
    drawer = request.drawer[:40]
    if drawer and (holder := _holder(context, drawer)) is not None:
        return TakenShift(holder=holder)
    values = {"status": CLAIMED, "drawer": drawer} if drawer else {"status": TAKEN}
    connection.execute(update(open_shift).where(one.shift_id == row.shift_id).values(register_id=caller, **values))
    return TakenShift(msgspec.json.decode(row.event, type=ShiftEvent))


def _may_have(row: Row[Any], caller: str) -> bool:
    return row.register_id == caller or row.status in ASIDE


def _may_be_taken(row: Row[Any], caller: str) -> bool:
    return row.status in (CLAIMED, TAKEN) if row.register_id == caller else row.status in ASIDE


def _elsewhere(row: Row[Any]) -> ShiftElsewhere | None:
    if row.event is None:
        return None
    left = msgspec.json.decode(row.event, type=ShiftEvent)
    status: Literal["suspended", "blind_closed"] = "suspended" if left.action == "suspend" else "blind_closed"
    return ShiftElsewhere(row.shift_id, row.register_id, status, row.opened_at, row.opened_by)


def check_shift(connection: Connection, shift_id: str, register_id: str) -> None:
    """That a register may go on with the shift that it has open.

    :raises NotAllowed: another register has gone on with it, or has closed it.
    """
    one, z = open_shift.c, shift_report.c
    goes_on = (one.shift_id == shift_id) & one.status.in_(HOLDS)
    for register_of, where in ((one.register_id, goes_on), (z.register_id, z.shift_id == shift_id)):
        others = select(register_of).where(where, register_of != register_id).limit(1)
        other = connection.execute(others).scalar()
        if other is not None:
            raise NotAllowed(
                _("The shift that is open here has gone on at register {register}.", register=literal(other)),
                hint=_("Close it here with a Z, and open a new one: headquarters is told which sales are on both."),
                where="shift",
            )
