"""A module that needs what is not installed."""

from __future__ import annotations

import acme_that_is_not_installed  # type: ignore[import-not-found]

from kassa import PluginInfo

PLUGIN = PluginInfo(name="import_error", version="2.5", api_level=1, title=acme_that_is_not_installed.TITLE)
