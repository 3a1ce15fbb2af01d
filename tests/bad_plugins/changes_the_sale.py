"""A plugin that writes into what it is told of."""

from __future__ import annotations

from kassa import PluginInfo, hook
from kassa.model import Transaction

PLUGIN = PluginInfo(name="changes_the_sale", version="2.5", api_level=1, title="Changes the sale")


@hook
def transaction_changed(transaction: Transaction) -> None:
    """A field that no operation has saved."""
    transaction.extra["changes_the_sale"] = "smuggled"
