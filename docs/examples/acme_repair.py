"""A partner's plugin: things that customers leave to be repaired. It has a table of its own, and a field of sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from kassa.errors import NotFound
from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Entry, Lane, Operation, OperationContext, OperationResult, Place
from kassa.plugin_tables import PluginColumn, PluginTable
from kassa.runtime.request import Command, Handler, HandlerContext, Query
from kassa.text import literal, texts
from kassa.transaction_fields import TransactionField, with_fields

_, n_ = texts("acme_repair")

PLUGIN = PluginInfo(name="acme_repair", version="1.0", api_level=1, title="Acme repairs")
TICKETS = PluginTable(
    "acme_repair_ticket",
    key="ticket_number",
    columns=(
        PluginColumn("ticket_number", "code", 20),
        PluginColumn("phone", "words", 30),
        PluginColumn("price", "unit_price"),
        PluginColumn("taken_in_at", "time"),
        PluginColumn("fetched", "boolean"),
        PluginColumn("workshop_note", "words", 200, channel_only=True),
    ),
    scope="store",
)


IN_SALE = frozenset({Place.SALE})


class Ticket(msgspec.Struct, frozen=True):
    """What somebody has left."""

    ticket_number: str
    phone: str
    price: Decimal
    taken_in_at: datetime
    fetched: bool = False


class TakeIn(Command[Ticket], frozen=True):
    """Somebody leaves something. What must be alike in register and store server is in the request."""

    NAME: ClassVar[str] = "acme_repair.take_in"
    ANSWER: ClassVar[Any] = Ticket

    phone: str
    price: Decimal
    taken_in_at: datetime


def take_in(request: TakeIn, context: HandlerContext) -> Ticket:
    """Runs in the store server, and in the register while that is away: there the row is in the journal."""
    ticket = Ticket(f"T{request.command_id[-10:]}", request.phone, request.price, request.taken_in_at)
    context.records.put(TICKETS.name, {**msgspec.structs.asdict(ticket), "store_id": context.store.store_id})
    return ticket


class Fetch(Command[Ticket], frozen=True):
    """Somebody fetches what was repaired."""

    NAME: ClassVar[str] = "acme_repair.fetch"
    ANSWER: ClassVar[Any] = Ticket

    ticket_number: str


def fetch(request: Fetch, context: HandlerContext) -> Ticket:
    """A row is changed as it is made: all of it is put."""
    row = context.records.get(TICKETS.name, request.ticket_number, to_change=True)
    if row is None:
        raise NotFound(_("No ticket has number {number}.", number=literal(request.ticket_number)))
    context.records.put(TICKETS.name, {**row, "fetched": True})
    return ticket_of({**row, "fetched": True})


class TicketsOf(Query[list[Ticket]], frozen=True):
    """What is there for a customer."""

    NAME: ClassVar[str] = "acme_repair.tickets_of"
    ANSWER: ClassVar[Any] = list[Ticket]

    phone: str


def tickets_of(request: TicketsOf, context: HandlerContext) -> list[Ticket]:
    """Those that this register has made and that have not come back yet are among them."""
    return [ticket_of(row) for row in context.records.find(TICKETS.name, phone=request.phone)]


def ticket_of(row: Any) -> Ticket:
    """A row of the table."""
    return Ticket(**{name: row[name] for name in Ticket.__struct_fields__})


class Given(msgspec.Struct, frozen=True):
    """What operation 5040 is given."""

    phone: str
    price: Decimal


def run_take_in(context: OperationContext) -> OperationResult:
    """Operation 5040."""
    given: Given = context.parameters
    ticket = context.send(TakeIn(given.phone, given.price, context.now(), command_id=context.new_id()))
    return OperationResult(_("Ticket {number}", number=literal(ticket.ticket_number)), data=ticket)


class Asked(msgspec.Struct, frozen=True):
    """What operation 5041 is given."""

    phone: str


def run_tickets(context: OperationContext) -> OperationResult:
    """Operation 5041."""
    found = context.send(TicketsOf(context.parameters.phone))
    return OperationResult(n_("{count} ticket", "{count} tickets", count=len(found)), data=found)


class Numbered(msgspec.Struct, frozen=True):
    """What operation 5042 is given."""

    ticket_number: str


def run_fetch(context: OperationContext) -> OperationResult:
    """Operation 5042."""
    ticket = context.send(Fetch(context.parameters.ticket_number, command_id=context.new_id()))
    return OperationResult(_("{number} is fetched", number=literal(ticket.ticket_number)), data=ticket)


class Paid(msgspec.Struct, frozen=True):
    """What operation 5043 is given."""

    line: str
    ticket_number: str


def run_paid(context: OperationContext) -> OperationResult:
    """Operation 5043: the line is for a repair."""
    given: Paid = context.parameters
    lines = [
        with_fields(line, PLUGIN.name, ticket=given.ticket_number) if line.line_id == given.line else line
        for line in context.transaction.lines
    ]
    context.save(msgspec.structs.replace(context.transaction, lines=tuple(lines)))
    return OperationResult(_("For ticket {number}", number=literal(given.ticket_number)))


@hook
def declare_fields() -> Sequence[TransactionField]:
    return [TransactionField("ticket", "text", on="line")]


@hook
def declare_tables() -> Sequence[PluginTable]:
    return [TICKETS]


@hook
def register_operations() -> Sequence[Operation]:
    phone = Entry("phone", "text", _("Phone"))
    line = Entry("line", "line", _("Line"))
    price, number = Entry("price", "amount", _("Price")), Entry("ticket_number", "text", _("Ticket"))
    return [
        Operation(5040, _("Take in a repair"), run_take_in, Given, entries=(phone, price)),
        Operation(5041, _("Repairs of a customer"), run_tickets, Asked, lane=Lane.SEARCH, entries=(phone,)),
        Operation(5042, _("Repair is fetched"), run_fetch, Numbered, entries=(number,)),
        Operation(5043, _("Line is for a repair"), run_paid, Paid, places=IN_SALE, entries=(line, number)),
    ]


@hook
def register_handlers() -> Sequence[Handler]:
    return [Handler(TakeIn, take_in), Handler(Fetch, fetch), Handler(TicketsOf, tickets_of)]
