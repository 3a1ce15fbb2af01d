"""What the register has done by itself goes to the store server before it is asked about it.

A sale that was put aside, or a customer that was added, while the store server was away waits for delivery when the
register is back online. A request that may see such rows would miss them until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from kassa.errors import KassaError
from kassa.runtime.request import Request

if TYPE_CHECKING:
    from kassa.register.register import Register

SHARE = 0.5
"""Of a request's time that delivery may take before it."""


class OwnRowsFirst:
    """Delivers what the till's next request may see."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._log = structlog.get_logger("kassa.exchange")

    def time_left(self, request: Request[Any]) -> float | None:
        """Deliver first, if that is needed; seconds that are left of the request's time, None: all of it.

        If delivery does not get through, the request goes out all the same and finds out by itself.
        """
        register = self._register
        if not (request.SEES_OWN_ROWS and register.connection.state().online and register.journal.overlay.waits()):
            return None
        clock, total = register.environment.clock, register.record.profile.request_timeout_s
        began = clock.monotonic()
        self._deliver(until=began + total * SHARE)
        return max(total * (1 - SHARE), total - (clock.monotonic() - began))

    def _deliver(self, *, until: float) -> None:
        register = self._register
        clock, batch = register.environment.clock, register.record.profile.upload_batch_kb
        try:
            while register.journal.overlay.waits() and clock.monotonic() < until:
                if not register.delivery.deliver(max_kb=batch, timeout_s=until - clock.monotonic()):
                    return
        except KassaError as error:
            self._log.info("own_rows_wait", error_code=error.code, where=error.where)
