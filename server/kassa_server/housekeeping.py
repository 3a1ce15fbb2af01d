"""Housekeeping: what is kept for a stated time goes when that is over, once an hour.

=====================  ===================================================================================
download sessions      those before the current one after 30 days; current ones of which nothing was heard
                       for 360 days (:mod:`kassa_server.headquarters.sessions`)
orders to registers    30 days (:mod:`kassa_server.headquarters.session_orders`)
runs of jobs           90 days (:mod:`kassa_server.headquarters.runs`)
customers' numbers     sales that were posted under a number in the very moment in which it became a former one
                       follow (:mod:`kassa_server.customer_numbers`)
=====================  ===================================================================================

Several server processes on one database may all do it.
"""

from __future__ import annotations

import threading

import structlog

from kassa_server.channel import Channel
from kassa_server.customer_numbers import follow_numbers
from kassa_server.headquarters.runs import purge_runs
from kassa_server.headquarters.session_orders import purge_orders
from kassa_server.headquarters.sessions import purge_sessions
from kassa_server.intake_parts import purge_parts

EVERY_S = 3600.0


class Housekeeping:
    """Does it at the start and then each hour, on a thread of its own."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._stopping = threading.Event()
        self._log = structlog.get_logger("kassa.server")
        self._thread = threading.Thread(target=self._run, name="kassa-housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is being forgotten is waited for."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def once(self) -> dict[str, int]:
        """Do it now; how many rows of what."""
        now = self._channel.environment.clock.utc()
        with self._channel.writing() as connection:
            return {
                "sessions": purge_sessions(connection, now),
                "orders": purge_orders(connection, now),
                "runs": purge_runs(connection, now),
                "parts": purge_parts(connection, now),
                "numbers": follow_numbers(connection),
            }

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                gone = self.once()
            except Exception:
                self._log.exception("housekeeping_failed")
            else:
                if any(gone.values()):
                    self._log.info("housekeeping", **gone)
            self._channel.environment.clock.wait(self._stopping, EVERY_S)
