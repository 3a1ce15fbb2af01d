"""Customers: search (602), on the sale (600), off it (603), add (612); with requests and handlers of its own."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Operation
from kassa.runtime.request import Handler
from kassa_customer.handlers import HANDLERS
from kassa_customer.table import OPERATIONS

PLUGIN = PluginInfo(name="customer", version="0.1.0", api_level=1, title="Customers")


@hook
def register_operations() -> Sequence[Operation]:
    """The operations on customers."""
    return OPERATIONS


@hook
def register_handlers() -> Sequence[Handler]:
    """Customers found and added, in the store server and in the register alike."""
    return HANDLERS
