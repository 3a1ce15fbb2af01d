"""Scanning and selling: the operations on a sale and its lines (100-109, 300-303, 500-504)."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Operation
from kassa_sale.table import OPERATIONS

PLUGIN = PluginInfo(name="sale", version="0.1.0", api_level=1, title="Scanning and selling")


@hook
def register_operations() -> Sequence[Operation]:
    """The operations on a sale and its lines."""
    return OPERATIONS
