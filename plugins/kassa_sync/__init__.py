"""The Async library: master data down into the offline database, the backlog of sales up (S9, S10, S11).

It starts after the first log on of each run and runs while the register runs.
"""

from __future__ import annotations

from kassa.hookspecs import PluginInfo, hook
from kassa.register.face import RegisterFace, SyncStatus
from kassa_sync.synchroniser import Synchroniser

PLUGIN = PluginInfo("sync", "0.1.0", 1, "Offline synchronisation")

_running: dict[int, Synchroniser] = {}


@hook
def register_ready(register: RegisterFace) -> None:
    """Make ready; nothing is fetched before the first log on."""
    _running[id(register)] = Synchroniser(register)


@hook
def logged_on(register: RegisterFace) -> None:
    """Start at the first log on of this run (S9)."""
    _running[id(register)].start()


@hook
def register_stopping(register: RegisterFace) -> None:
    """Stop with the register; what was applied stays."""
    synchroniser = _running.pop(id(register), None)
    if synchroniser is not None:
        synchroniser.stop()


@hook
def synchronisation_status(register: RegisterFace) -> SyncStatus | None:
    """What the header and the connection status window show (S4)."""
    synchroniser = _running.get(id(register))
    return None if synchroniser is None else synchroniser.status


@hook
def synchronise_now(register: RegisterFace) -> bool | None:
    """Begin a round at once."""
    synchroniser = _running.get(id(register))
    return None if synchroniser is None else synchroniser.now()
