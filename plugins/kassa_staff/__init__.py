"""Staff at the till: log on (700), log off (701), lock (703), by itself after a while too, change PIN (1215)."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Operation
from kassa.register.face import RegisterFace
from kassa_staff.settings import NAME, Settings
from kassa_staff.table import OPERATIONS
from kassa_staff.time_out import TimeOutLock

PLUGIN = PluginInfo(name=NAME, version="0.1.0", api_level=1, title="Log on, log off, lock, PIN", settings=Settings)

_locks: dict[int, TimeOutLock] = {}


@hook
def register_operations() -> Sequence[Operation]:
    """Log on, log off, lock, change PIN."""
    return OPERATIONS


@hook
def register_ready(register: RegisterFace) -> None:
    """Watch for a till that nobody uses."""
    lock = _locks[id(register)] = TimeOutLock(register)
    lock.start()


@hook
def register_stopping(register: RegisterFace) -> None:
    """Watch no more."""
    lock = _locks.pop(id(register), None)
    if lock is not None:
        lock.close()
