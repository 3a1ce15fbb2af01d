"""Paying: cash (200, 206), card (201), and voiding a payment (211)."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Operation
from kassa_payment.table import OPERATIONS

PLUGIN = PluginInfo(name="payment", version="0.1.0", api_level=1, title="Payments in cash and by card")


@hook
def register_operations() -> Sequence[Operation]:
    """The operations that take payments."""
    return OPERATIONS
