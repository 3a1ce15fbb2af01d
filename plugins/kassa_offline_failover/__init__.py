"""The connection state, and the gateway that falls back to the offline database (S1-S3, S5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.connection import Connection
from kassa.hookspecs import ConnectionParts, PluginInfo, hook
from kassa_offline_failover.connection import SwitchingConnection

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

PLUGIN = PluginInfo("offline_failover", "0.1.0", 1, "Offline failover")


@hook
def provide_connection(parts: ConnectionParts) -> Connection:
    """The connection that switches by itself."""
    return SwitchingConnection(parts)


@hook
def register_ready(register: RegisterFace) -> None:
    """Make the first contact, in the background."""
    if isinstance(register.connection, SwitchingConnection):
        register.connection.begin()


@hook
def register_stopping(register: RegisterFace) -> None:
    """End what runs in the background."""
    if isinstance(register.connection, SwitchingConnection):
        register.connection.close()
