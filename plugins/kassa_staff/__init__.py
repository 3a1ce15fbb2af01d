"""Staff at the till: log on (700), log off (701), lock and unlock (703)."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Operation
from kassa_staff.table import OPERATIONS

PLUGIN = PluginInfo(name="staff", version="0.1.0", api_level=1, title="Log on, log off, lock")


@hook
def register_operations() -> Sequence[Operation]:
    """Log on, log off, lock."""
    return OPERATIONS
