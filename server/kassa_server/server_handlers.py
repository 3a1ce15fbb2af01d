"""Handlers of the core's requests that only the store server answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, func, select

from kassa.errors import DeviceNotTrusted, InvalidInput, LoggedOnWrong, NotAllowed
from kassa.model import RegisterRecord
from kassa.requests.contact import AskCommand, ChangesPage, CommandFate, Hello, HelloAnswer, ReadChanges, ReadRecord
from kassa.requests.inventory import FindInventory
from kassa.requests.receipts import FindReceipt
from kassa.requests.shifts import ClaimDrawer, FindLastZ, ListShifts, TakeShift
from kassa.requests.staff import (
    ChangePin,
    LogOn,
    PinChanged,
    ReadStaffVerifiers,
    StaffAssertion,
    StaffVerifiers,
)
from kassa.requests.staff_handlers import log_on
from kassa.runtime.request import Handler, HandlerContext, Request, Side
from kassa.schema.columns import CHANNEL_ONLY
from kassa.schema.master import MASTER_TABLES, coupon_use, suspended_sale
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.channel import Channel
from kassa_server.commands import CommandCall, find_answer, never
from kassa_server.credentials import LazyCredentials, verifiers_for
from kassa_server.door import Caller
from kassa_server.headquarters.scopes import in_scope, scope_of_store
from kassa_server.headquarters.staff_places import change_pin
from kassa_server.inventory import find_inventory
from kassa_server.receipts import find_receipt
from kassa_server.record import read_record
from kassa_server.schema import register, series, staff_credential, store_staff
from kassa_server.shift_handlers import check_shift, claim_drawer, find_last_z, list_shifts, take_shift

_, n_ = texts("kassa_server")

LARGEST_PAGE = 10_000
_TABLES = {table.name: table for table in MASTER_TABLES}


@dataclass(frozen=True)
class ServerContext(HandlerContext):
    """What the server's own handlers are given besides.

    :param peer: the device that asks; None for what is posted from a journal.
    """

    channel: Channel
    connection: Connection
    peer: Caller | None
    joined: bool = False
    """Headquarters is elsewhere."""


def hello(request: Hello, context: ServerContext) -> HelloAnswer:
    """Accept a register that comes (back) online, and the staff who logged on while it was away. Every assertion is
    audited, accepted or not.

    :raises NotAllowed: whoever is logged on may not be, in this store; or the shift has gone on at another register;
        named.
    """
    now = context.environment.clock.utc()
    for assertion in request.assertions:
        _audit_assertion(assertion, context)
    if request.staff_id is not None:
        why = _why_not(context, request.staff_id)
        if why is not None:
            raise NotAllowed(
                _("Staff {staff} may not be logged on in this store any more.", staff=literal(request.staff_id)),
                hint=_("Log off, and log on with a number that is valid here."),
                where=why,
            )
    if request.shift_id is not None:
        check_shift(context.connection, request.shift_id, context.caller.register_id)
    own = select(register.c.version).where(register.c.register_id == context.caller.register_id)
    return HelloAnswer(now, context.connection.execute(own).scalar_one(), *_known_of(context))


def _known_of(context: ServerContext) -> tuple[int, str]:
    """The last entry stored of the series that the register's head names, for it to see whether it is a copy."""
    if context.peer is None:
        return 0, ""
    named = select(series.c.sequence, series.c.hash).where(series.c.series_id == context.peer.signed.head.series)
    row = context.connection.execute(named).first()
    return (0, "") if row is None else (row.sequence, row.hash.hex())


def _audit_assertion(assertion: StaffAssertion, context: ServerContext) -> None:
    why = _why_not(context, assertion.staff_id)
    if why is None and assertion.register_id != context.caller.register_id:
        why = "other register"
    current = _version(context.connection, assertion.staff_id)
    with context.channel.writing() as connection:
        audit.note(
            connection,
            "staff_assertion",
            assertion.at,
            register_id=context.caller.register_id,
            staff_id=assertion.staff_id,
            accepted=why is None,
            reason=why,
            verifier_in_force=assertion.verifier_version == current,
        )


def _why_not(context: ServerContext, staff_id: str) -> str | None:
    row = context.records.get("staff", staff_id)
    if row is None:
        return "unknown"
    if row["blocked"]:
        return "blocked"
    here = (store_staff.c.store_id == context.store.store_id) & (store_staff.c.staff_id == staff_id)
    works_here = context.connection.execute(select(store_staff.c.staff_id).where(here)).first()
    return None if works_here is not None else "other store"


def _version(connection: Connection, staff_id: str) -> str | None:
    credential = staff_credential.c
    return connection.execute(select(credential.version).where(credential.staff_id == staff_id)).scalar()


def read_own_record(request: ReadRecord, context: ServerContext) -> RegisterRecord:
    """The record of the register that asks."""
    return read_record(context.connection, context.caller.register_id)


def read_staff_verifiers(request: ReadStaffVerifiers, context: ServerContext) -> StaffVerifiers:
    """PIN verifiers keyed with the secret of the register that asks."""
    if context.peer is None:
        raise DeviceNotTrusted(_("PIN verifiers are given to the register itself only."))
    return StaffVerifiers(verifiers_for(context.connection, context.store.store_id, context.peer.secret))


def change_own_pin(request: ChangePin, context: ServerContext) -> PinChanged:
    """A staff member's own new PIN.

    :raises kassa.errors.LoggedOnWrong: the PIN is wrong, or locked out.
    :raises InvalidInput: the new one is too short, too simple, or not all digits.
    :raises NotAllowed: headquarters is elsewhere.
    """
    credentials = context.credentials
    assert isinstance(credentials, LazyCredentials), "a query's"
    if context.joined:
        raise NotAllowed(_("PINs are changed at headquarters."), hint=_("Ask headquarters for a new one."))
    locked_until = credentials.failed_tries(request.staff_id)[1]
    try:
        log_on(LogOn(request.staff_id, request.pin), context)
    except LoggedOnWrong:
        if locked_until is not None or not credentials.check(request.staff_id, request.new_pin):
            raise
        return PinChanged()
    change_pin(credentials.connection, context.environment, request.staff_id, request.new_pin)
    return PinChanged()


def read_changes(request: ReadChanges, context: ServerContext) -> ChangesPage:
    """One page of a table's changes. Staff, suspended sales and used coupons go only to registers of their own store.

    :raises InvalidInput: no such table.
    """
    table = _TABLES.get(request.table)
    if table is None:
        raise InvalidInput(_("There is no table {table}.", table=literal(request.table[:40])))
    mine = _for_store(table, context.store.store_id)
    limit = max(1, min(request.limit, LARGEST_PAGE))
    columns = [column for column in table.columns if not column.info.get(CHANNEL_ONLY)]
    statement = select(*columns).where(mine, table.c.row_version > request.after).order_by(table.c.row_version)
    rows = context.connection.execute(statement.limit(limit + 1)).all()
    total = context.connection.execute(select(func.count()).select_from(table).where(mine)).scalar_one()
    page = rows[:limit]
    return ChangesPage(
        table=request.table,
        columns=tuple(str(column.name) for column in columns),
        rows=tuple(tuple(_plain(value) for value in row) for row in page),
        next_after=page[-1].row_version if page else request.after,
        more=len(rows) > limit,
        total=total,
    )


def _for_store(table: Table, store_id: str) -> Any:
    if table in (suspended_sale, coupon_use):
        return table.c.store_id == store_id
    return in_scope(table, scope_of_store(store_id))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def ask_command(request: AskCommand, context: ServerContext) -> CommandFate:
    """What became of a command; or that it is never done."""
    store_id = context.store.store_id
    outcome = find_answer(context.connection, request.command_id, store_id)
    if outcome is None and request.or_never:
        with context.channel.writing() as connection:
            never(connection, _unheard(request.command_id, context))
            outcome = find_answer(connection, request.command_id, store_id)
    if outcome is None:
        return CommandFate("unknown", msgspec.Raw(b"null"))
    if outcome.refusal is not None:
        return CommandFate("refused", msgspec.Raw(msgspec.json.encode(outcome.refusal)))
    assert outcome.answer is not None
    return CommandFate("answered", msgspec.Raw(outcome.answer))


def _unheard(command_id: str, context: ServerContext) -> CommandCall:
    now = context.environment.clock.utc()
    return CommandCall(command_id, "", context.store.store_id, context.caller.register_id, b"null", now)


_HERE = frozenset({Side.STORE_SERVER})


def _served_here(request: type[Request[Any]], handle: Callable[[Any, ServerContext], Any]) -> Handler:
    def handle_here(asked: Any, context: HandlerContext) -> Any:
        assert isinstance(context, ServerContext), "only the store server's host runs these"
        return handle(asked, context)

    return Handler(request, handle_here, _HERE)


SERVER_HANDLERS: tuple[Handler, ...] = (
    _served_here(Hello, hello),
    _served_here(ReadRecord, read_own_record),
    _served_here(ReadStaffVerifiers, read_staff_verifiers),
    _served_here(ChangePin, change_own_pin),
    _served_here(FindInventory, find_inventory),
    _served_here(ReadChanges, read_changes),
    _served_here(AskCommand, ask_command),
    _served_here(FindReceipt, find_receipt),
    _served_here(FindLastZ, find_last_z),
    _served_here(ClaimDrawer, claim_drawer),
    _served_here(ListShifts, list_shifts),
    _served_here(TakeShift, take_shift),
)
