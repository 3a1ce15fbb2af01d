"""Operation 917: the connection status window, and the button that switches by hand (S4, S5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Operation
from kassa.windows import Window
from kassa_operation_917.operation import OPERATION
from kassa_operation_917.window import NAME, connection_status

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

PLUGIN = PluginInfo("operation_917", "0.1.0", 1, "Database connection status")


@hook
def register_operations() -> Sequence[Operation]:
    """917."""
    return [OPERATION]


@hook
def describe_window(name: str, register: RegisterFace) -> Window | None:
    """The connection status window as it is now."""
    return connection_status(register) if name == NAME else None
