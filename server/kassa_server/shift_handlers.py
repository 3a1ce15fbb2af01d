"""Handlers of :mod:`kassa.requests.shifts`, on what registers have delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from kassa.requests.shifts import DrawerHolder, FindDrawerHolder, FindLastZ, LastZ
from kassa.shift_report import ShiftReport
from kassa_server.schema import open_shift, shift_report

if TYPE_CHECKING:
    from kassa_server.server_handlers import ServerContext


def find_last_z(request: FindLastZ, context: ServerContext) -> LastZ:
    """The last Z of the register that asks."""
    own = shift_report.c.register_id == context.caller.register_id
    newest = select(shift_report.c.report).where(own).order_by(shift_report.c.number.desc()).limit(1)
    report = context.connection.execute(newest).scalar()
    if report is None:
        return LastZ()
    told = msgspec.json.decode(report, type=ShiftReport)
    return LastZ(told.number or 0, told.grand_totals)


def find_drawer_holder(request: FindDrawerHolder, context: ServerContext) -> DrawerHolder:
    """Another register of the store that has a shift open on the drawer."""
    one = open_shift.c
    here = (one.store_id == context.store.store_id) & (one.drawer == request.drawer[:40])
    others = (one.status == "open") & (one.register_id != context.caller.register_id)
    wanted = select(one.register_id).where(here, others).order_by(one.opened_at.desc()).limit(1)
    return DrawerHolder(context.connection.execute(wanted).scalar())
