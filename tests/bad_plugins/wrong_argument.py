"""A hook that wants something which nobody hands over."""

from __future__ import annotations

from kassa import PluginInfo, hook

PLUGIN = PluginInfo(name="wrong_argument", version="2.5", api_level=1, title="Wrong argument")


@hook
def transaction_finished(receipt: object) -> None:
    """There is no receipt."""
