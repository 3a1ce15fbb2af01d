"""The batch after the one that is on its way, made ready while the store server works: read, encoded, compressed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from kassa.journal.records import Series, StoredEntry
from kassa.protocol import JournalBatch
from kassa.upload_line import Packed


@dataclass(frozen=True)
class Upload:
    """A batch that is ready to be sent.

    :param after: the sequence number before its first entry.
    :param max_bytes: of entries that it was made with.
    """

    after: int
    max_bytes: int
    entries: tuple[StoredEntry, ...]
    batch: JournalBatch
    packed: Packed

    @property
    def last(self) -> int:
        """The sequence number of its last entry."""
        return self.entries[-1].sequence

    @property
    def size(self) -> int:
        """Bytes of its entries."""
        return sum(len(entry.data) for entry in self.entries)

    def continues(self, series: Series, max_bytes: int) -> bool:
        """Whether it is what comes next of a series as it stands now. Entries never change once they are written."""
        mine = (self.batch.series, self.after, self.batch.beside, self.max_bytes)
        return mine == (series.series, series.acknowledged, series.stopped is not None, max_bytes)


Make = Callable[[Series, int, bytes, int], Upload]
"""Makes the upload of a series after a sequence number whose entry has that hash, of at most so many bytes."""


class UploadAhead:
    """Keeps one upload ready. For one thread at a time; its own thread begins with the first that has a next one."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._worker: ThreadPoolExecutor | None = None
        self._next: Future[Upload] | None = None
        self._closed = False

    def begin(self, series: Series, upload: Upload) -> None:
        """``upload`` is about to be sent: make ready what comes after it, if anything does."""
        if self._closed or upload.last >= series.sequence:
            return
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, "kassa-delivery-ahead")
        last = upload.entries[-1]
        self._next = self._worker.submit(self._make, series, last.sequence, last.hash, upload.max_bytes)

    def take(self, series: Series, max_bytes: int) -> Upload | None:
        """What was made ready, if that is what comes next; it is forgotten either way."""
        following, self._next = self._next, None
        if following is None or following.exception() is not None:
            return None
        upload = following.result()
        return upload if upload.continues(series, max_bytes) else None

    def close(self) -> None:
        """End the thread; nothing is made ready any more."""
        self._closed = True
        if self._worker is not None:
            self._worker.shutdown(wait=False, cancel_futures=True)
