"""The operations that this plugin declares. All of them work without the store server, on this register's shifts."""

from __future__ import annotations

from kassa.operations import Entry, Offline, Operation, Place
from kassa.shift_report_words import MOVEMENTS
from kassa.text import texts
from kassa_shift import cash, declaring, managing, reports
from kassa_shift.window import MANAGE_SHIFTS

_, n_ = texts("kassa_shift")

BETWEEN = frozenset({Place.WELCOME})
MANAGE = "manage"
_AMOUNT = (Entry("amount", "amount", _("Amount")),)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        MANAGE_SHIFTS, _("Manage shifts"), managing.manage, managing.Asked, offline=Offline.LIMITED,
        offline_reason=_("Other registers' shifts are seen and taken over with the store server only."),
    ),
    Operation(1052, _("Tender declaration"), declaring.declare, declaring.Declared, BETWEEN),
    Operation(1053, _("Blind close shift"), managing.blind_close, places=BETWEEN),
    Operation(1054, _("Suspend shift"), managing.suspend, places=BETWEEN),
    Operation(1055, _("Close shift"), reports.close_with_z, reports.Which, BETWEEN, permission=MANAGE, override=True),
    Operation(1056, _("Print X"), reports.print_x, places=BETWEEN, permission=MANAGE, override=True),
    Operation(
        1057, _("Reprint Z"), reports.print_z_again, reports.Number, BETWEEN, permission=MANAGE, override=True
    ),
    Operation(
        1200, MOVEMENTS["start_amount"], cash.moving("start_amount"), cash.Amount, BETWEEN, entries=_AMOUNT
    ),
    Operation(1201, MOVEMENTS["float_entry"], cash.moving("float_entry"), cash.Amount, BETWEEN, entries=_AMOUNT),
    Operation(
        1210, MOVEMENTS["tender_removal"], cash.moving("tender_removal"), cash.Amount, BETWEEN,
        permission=MANAGE, override=True, entries=_AMOUNT,
    ),
    Operation(1211, MOVEMENTS["safe_drop"], cash.moving("safe_drop"), cash.Amount, BETWEEN, entries=_AMOUNT),
    Operation(
        1212, MOVEMENTS["bank_drop"], cash.moving("bank_drop"), cash.Amount, BETWEEN,
        permission=MANAGE, override=True,
        entries=(*_AMOUNT, Entry("reference", "text", _("Number of the bag"))),
    ),
)  # fmt: skip
