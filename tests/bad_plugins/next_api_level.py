"""A plugin for a Kassa to come."""

from __future__ import annotations

from kassa import API_LEVEL, PluginInfo

PLUGIN = PluginInfo(name="next_api_level", version="2.5", api_level=API_LEVEL + 1, title="Next API level")
