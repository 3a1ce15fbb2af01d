"""A plugin whose table is not named after it, and has a column that there cannot be."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kassa import PluginInfo, hook
from kassa.plugin_tables import PluginColumn, PluginTable


class Settings(msgspec.Struct):
    """It has none."""


PLUGIN = PluginInfo(
    name="table_of_nobody", version="2.5", api_level=1, title="Table of nobody", settings=Settings
)  # fmt: skip


@hook
def declare_tables() -> Sequence[PluginTable]:
    return [PluginTable("stamps", "number", (PluginColumn("number", "code", 20), PluginColumn("name", "words")))]
