"""The channel database's own tables. Master data (:mod:`kassa.schema`) stands beside them in the same database."""

from kassa_server.schema.base import channel, row_counter
from kassa_server.schema.devices import activation_code, audit, device, head, series
from kassa_server.schema.journal import (
    PARKED,
    POSTED,
    WAITING,
    command_answer,
    journal_conflict,
    journal_entry,
    parked_entry,
)
from kassa_server.schema.organisation import (
    layout_button,
    offline_profile,
    register,
    register_plugin,
    staff_credential,
    store,
    store_staff,
    tender,
)
from kassa_server.schema.sales import sales_line, sales_tax, sales_tender, sales_transaction

__all__ = [
    "PARKED",
    "POSTED",
    "WAITING",
    "activation_code",
    "audit",
    "channel",
    "command_answer",
    "device",
    "head",
    "journal_conflict",
    "journal_entry",
    "layout_button",
    "offline_profile",
    "parked_entry",
    "register",
    "register_plugin",
    "row_counter",
    "sales_line",
    "sales_tax",
    "sales_tender",
    "sales_transaction",
    "series",
    "staff_credential",
    "store",
    "store_staff",
    "tender",
]
