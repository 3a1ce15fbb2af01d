"""A hook whose name is nearly one."""

from __future__ import annotations

from kassa import PluginInfo, hook

PLUGIN = PluginInfo(name="misspelt_hook", version="2.5", api_level=1, title="Misspelt hook")


@hook
def transaction_finish() -> None:
    """Nobody would call it."""
