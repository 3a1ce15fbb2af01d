"""A partner's plugin: a customer club that counts stamps. It uses every hook that tells or asks about a sale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from kassa.connection import ConnectionChange
from kassa.discounting import DiscountRequest, OfferedDiscount
from kassa.errors import NotFound
from kassa.hookspecs import PluginInfo, hook
from kassa.journal import JournalPlace
from kassa.model import Staff, Transaction
from kassa.operations import Entry, Finished, Lane, Operation, OperationContext, OperationResult
from kassa.register.face import Event, RegisterFace, RegisterView
from kassa.runtime.request import Handler, HandlerContext, Query
from kassa.text import literal, texts
from kassa.windows import Action, Row, StatusItem, Window

_, n_ = texts("acme_club")

PLUGIN = PluginInfo(name="acme_club", version="1.0", api_level=1, title="Acme customer club")
NAME = "acme_club"
counted: Counter[str] = Counter()


class Stamps(Query[int], frozen=True):
    """How many stamps an item gives: one for every 10 of its price."""

    NAME: ClassVar[str] = "acme_club.stamps"
    ANSWER: ClassVar[Any] = int

    item_number: str


def give_stamps(request: Stamps, context: HandlerContext) -> int:
    """Runs in the store server, and in the register while that is away."""
    item = context.records.get("item", request.item_number)
    if item is None:
        raise NotFound(_("No item has number {number}.", number=literal(request.item_number)))
    return int(item["unit_price"] // 10)


class ItemNumber(msgspec.Struct, frozen=True):
    """What operation 5000 is given."""

    item_number: str


def show_stamps(context: OperationContext) -> OperationResult:
    """Operation 5000."""
    stamps = context.send(Stamps(context.parameters.item_number))
    return OperationResult(n_("{count} stamp", "{count} stamps", count=stamps))


@hook
def register_operations() -> Sequence[Operation]:
    asked = Entry("item_number", "code", _("Item number"))
    return [Operation(5000, _("Stamps"), show_stamps, ItemNumber, lane=Lane.SEARCH, entries=(asked,))]


@hook
def register_handlers() -> Sequence[Handler]:
    return [Handler(Stamps, give_stamps)]


@hook
def offer_discounts(request: DiscountRequest) -> Sequence[OfferedDiscount]:
    if request.transaction.customer is None:
        return []
    return [
        OfferedDiscount(line.line_id, "acme_club", "Acme club 5 %", line.unit_price * line.quantity / 20)
        for line in request.transaction.sold_lines
        if line.quantity > 0
    ]


@hook
def status_items(view: RegisterView) -> Sequence[StatusItem]:
    if view.staff is None:
        return []
    return [StatusItem("text", n_("{count} club sale", "{count} club sales", count=counted["finished"]))]


@hook
def describe_window(name: str, register: RegisterFace) -> Window | None:
    if name != "acme_club":
        return None
    last = register.setting(NAME, "last_receipt") or "-"
    rows = (Row(_("Last club receipt"), literal(last)),)
    return Window("acme_club", _("Customer club"), rows=rows, actions=(Action(_("Close"), primary=True),))


@hook
def register_ready(register: RegisterFace) -> None:
    register.log(NAME).info("club_opened", last=register.setting(NAME, "last_receipt"))
    counted["ready"] += 1


@hook
def register_stopping(register: RegisterFace) -> None:
    register.log(NAME).info("club_closed", sales=counted["finished"])
    counted["stopping"] += 1


@hook
def logged_on(staff: Staff, offline: bool, register: RegisterFace) -> None:
    counted["offline_log_on" if offline else "log_on"] += 1
    register.publish(
        Event(
            "plugin",
            _("Club sales today: {count}. Good luck, {name}!", count=counted["finished"], name=literal(staff.name)),
        )
    )


@hook
def logged_off(staff: Staff) -> None:
    counted["log_off"] += 1


@hook
def connection_changed(change: ConnectionChange, register: RegisterFace) -> None:
    counted[change.after.name] += 1
    register.log(NAME).info("club_connection", now=change.after.name, because_of=change.request)


@hook
def journal_needed(register: RegisterFace) -> Sequence[JournalPlace]:
    last = register.setting(NAME, "last_receipt")
    entry = None if last is None else register.journal_entry(receipt_number=last)
    return [] if entry is None else [JournalPlace(entry.series, entry.sequence)]


@hook
def transaction_started(transaction: Transaction) -> None:
    counted["started"] += 1


@hook
def transaction_changed(transaction: Transaction, register: RegisterFace) -> None:
    counted["changed"] += 1
    if len(transaction.sold_lines) == 10:
        register.publish(Event("plugin", _("Ten lines: the customer gets a stamp more.")))


@hook
def transaction_finished(finished: Finished, register: RegisterFace) -> None:
    if finished.kind == "sale" and finished.receipt_number is not None:
        counted["finished"] += 1
        register.keep_setting(NAME, "last_receipt", finished.receipt_number)
