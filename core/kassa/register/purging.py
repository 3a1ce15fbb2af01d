"""When the journal is purged: at rest, once an hour, by the store server's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from kassa.errors import KassaError

if TYPE_CHECKING:
    from kassa.register.register import Register

EVERY_S = 3600.0


class Purging:
    """Purges a register's journal. Called on the delivery's thread when nothing waits."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._last: float | None = None
        self._log = structlog.get_logger("kassa.purging")

    def at_rest(self) -> None:
        """Purge what is old enough, if the last time is an hour ago. A sale that begins meanwhile ends it.

        Without the store server's time nothing goes: this machine's clock may have been set forward by mistake.
        """
        clock, offset = self._register.environment.clock, self._register.remote.clock_offset()
        if offset is None or (self._last is not None and clock.monotonic() - self._last < EVERY_S):
            return
        days = self._register.record.profile.retention_days
        before = clock.utc() + offset - timedelta(days=days)
        gone = 0
        try:
            while self._register.journal.sale is None and (part := self._purge(before)):
                gone += part
        except KassaError as error:
            self._log.warning("not_purged", error_code=error.code, where=error.where)
            return
        if self._register.journal.sale is None:
            self._last = clock.monotonic()
        if gone:
            self._log.info("purged", entries=gone, before=before.isoformat())

    def _purge(self, before: datetime) -> int:
        """Purge some; how many entries went. A plugin that needs a series from before the register was replaced (a
        shift that was open then) holds back everything until it needs it no more."""
        needed = self._register.hooks.journal_needed(self._register)
        series = self._register.journal.series.series
        if any(place.series != series for place in needed):
            return 0
        keep_from = min((place.sequence for place in needed), default=None)
        return self._register.journal.purge(before, keep_from=keep_from)
