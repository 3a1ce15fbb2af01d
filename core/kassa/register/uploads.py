"""The last attempt to upload and the last success (S4), whoever asked for it: the core after a sale, or a plugin."""

from __future__ import annotations

import threading

from kassa.environment import Environment
from kassa.errors import JournalError
from kassa.journal import Journal
from kassa.register.face import Attempt
from kassa.register.kept_attempt import read_success, write_success
from kassa.text import Text

SETTING = ("kassa", "last_upload")
KEEP_EVERY_S = 60.0
"""A success is written down so often at the most, and at the end of the run: a sale waits for no second commit."""


class Uploads:
    """What delivery has to tell. Batches that follow one another are one attempt."""

    def __init__(self, journal: Journal, environment: Environment) -> None:
        self._journal = journal
        self._clock = environment.clock
        self._lock = threading.Lock()
        self._batches = self._entries = 0
        self._kept_at = self._clock.monotonic() - KEEP_EVERY_S
        self.success = read_success(journal.setting(*SETTING))
        self.last: Attempt | None = None

    def told(self, entries: int, error: Text | None) -> None:
        """A batch of ``entries`` was acknowledged; none: nothing waits any more; or there was no way."""
        with self._lock:
            if error is None and entries == 0:
                if self._batches:
                    self._batches = self._entries = 0
                    self._keep(KEEP_EVERY_S)
                return
            if error is None:
                self._batches, self._entries = self._batches + 1, self._entries + entries
            self.last = Attempt(self._clock.utc(), error is None, self._batches, self._entries, error)
            if error is None:
                self.success = self.last
            else:
                self._batches = self._entries = 0

    def close(self) -> None:
        """Write the last success down."""
        with self._lock:
            self._keep(0)

    def _keep(self, every_s: float) -> None:
        if self.success is None or self._clock.monotonic() - self._kept_at < every_s:
            return
        try:
            self._journal.keep_setting(*SETTING, write_success(self.success))
        except JournalError:
            return
        self._kept_at = self._clock.monotonic()
