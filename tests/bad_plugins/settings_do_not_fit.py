"""A plugin whose settings are checked, on a register that gives it others."""

from __future__ import annotations

import msgspec

from kassa import PluginInfo


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """One number."""

    points: int


PLUGIN = PluginInfo(name="settings_do_not_fit", version="2.5", api_level=1, title="Settings", settings=Settings)
