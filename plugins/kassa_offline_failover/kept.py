"""What survives a restart: that the register was disconnected by hand, and since when it is offline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kassa.connection import Reason
from kassa_offline_failover.rules import Link, Now

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

PLUGIN, MANUAL, OFFLINE = "offline_failover", "manual", "offline_since"


class Kept:
    """Settings in the journal, as they were written last."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        self._lock = threading.Lock()
        self._values = {name: register.setting(PLUGIN, name) for name in (MANUAL, OFFLINE)}

    def manual_since(self) -> datetime | None:
        """Since when it is disconnected by hand."""
        return _read(self._values[MANUAL])

    def offline_since(self) -> datetime | None:
        """Since when it was offline at the end of the last run, if an offline limit asked for it."""
        return _read(self._values[OFFLINE])

    def keep(self, current: Callable[[], Link], now: Callable[[], Now]) -> None:
        """Keep what follows from the link in force, durably; asked for here, so that the last one is what stays.

        :raises kassa.errors.JournalError: the journal cannot be written; the link is in force all the same.
        """
        with self._lock:
            link = current()
            self._write(MANUAL, link.since if link.reason is Reason.MANUAL else None)
            if link.online:
                self._write(OFFLINE, None)
            elif self._values[OFFLINE] is None and self._register.record.profile.max_offline_hours is not None:
                moment = now()
                self._write(OFFLINE, moment.utc - timedelta(seconds=moment.mono - link.offline_from))

    def _write(self, name: str, at: datetime | None) -> None:
        value = None if at is None else at.isoformat()
        if value != self._values[name]:
            self._register.keep_setting(PLUGIN, name, value)
            self._values[name] = value


def _read(kept: str | None) -> datetime | None:
    try:
        return None if kept is None else datetime.fromisoformat(kept)
    except ValueError:
        return None
