"""A plugin that waits for something when the register starts."""

from __future__ import annotations

import threading

from kassa import PluginInfo, hook

PLUGIN = PluginInfo(name="never_returns", version="2.5", api_level=1, title="Never returns")
released = threading.Event()


@hook
def register_ready() -> None:
    """It does not come back before the test ends."""
    released.wait(300)
