"""Delivery: the journal's entries to the store server, in sequence, batched, each once in effect.

It is the core's own, works for every register, and is neither paused nor removed with the synchronisation plugin.
Finishing a sale never waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from kassa.connection import ConnectionState, Reason
from kassa.environment import Environment
from kassa.errors import KassaError, NoAnswer, Refusal, TooLarge
from kassa.journal import Journal
from kassa.journal.records import Series, StoredEntry
from kassa.model import OfflineProfile
from kassa.protocol import JournalAcknowledgement, JournalBatch, WireEntry
from kassa.stuck_entry import stuck
from kassa.text import Text, texts
from kassa.upload_ahead import Upload, UploadAhead
from kassa.upload_line import Post, UploadLine, part

_, n_ = texts("kassa")
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 3600.0
"""The offline profile's interval is the pause if it is shorter."""
COPIED = _("This register was copied or restored from a backup. It gives no further number; nothing is overwritten.")

LOST = _("The store server has lost sales that this register no longer holds. Call support before you sell on.")


class Delivery:
    """Sends what waits, on a thread of its own.

    :param post: sends a body and decodes the answer.
    :param state: the connection state now.
    :param on_change: told after entries were acknowledged, or with a text when something needs a person.
    :param at_rest: called when everything is delivered.
    :param on_attempt: told how many entries each batch brought in, 0 when none is left, or why it could not.
    """

    def __init__(
        self,
        journal: Journal,
        post: Post,
        environment: Environment,
        profile: Callable[[], OfflineProfile],
        state: Callable[[], ConnectionState],
        on_change: Callable[[Text | None], None],
        on_attempt: Callable[[int, Text | None], None] = lambda _entries, _error: None,
        at_rest: Callable[[], None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._line = UploadLine(post, environment)
        self._ahead = UploadAhead(self._make_upload)
        self._environment = environment
        self._profile = profile
        self._state = state
        self._on_change = on_change
        self._at_rest = at_rest
        self._on_attempt = on_attempt
        self._one_at_a_time = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._log = structlog.get_logger("kassa.delivery")
        self._thread = threading.Thread(target=self._run, name="kassa-delivery", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def wake(self) -> None:
        """Something new waits, or the store server is back. Offline the timetable alone counts: nobody is woken."""
        if self._state().online:
            self._wake.set()

    def close(self) -> None:
        """Stop; what waits stays in the journal."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._ahead.close()

    def deliver(self, *, max_kb: int, timeout_s: float | None = None) -> int:
        """Deliver one batch now; how many entries were acknowledged.

        Series go in their order. One that the store server does not take lets the next ones pass, and is tried again.

        :param timeout_s: in all, to wait for a delivery that is under way and for every answer, however often
            something is sent; None: each answer within the time of any request.
        :raises kassa.errors.NoAnswer: no answer came; everything still waits.
        :raises kassa.errors.Refusal: the store server does not take them.
        """
        until = None if timeout_s is None else self._environment.clock.monotonic() + timeout_s
        if not self._one_at_a_time.acquire(timeout=-1 if timeout_s is None else max(0.0, timeout_s)):
            return 0
        try:
            done = self._next_batch(max_kb, until)
            self._on_attempt(done, None)
            return done
        except KassaError as error:
            self._on_attempt(0, error.what)
            raise
        finally:
            self._one_at_a_time.release()

    def _next_batch(self, max_kb: int, until: float | None) -> int:
        passed: dict[str, Refusal | None] = {}
        while series := self._journal.next_series(without=passed):
            upload = self._next_upload(series, self._line.size.at_most(max_kb * 1000))
            try:
                done = self._hand_over(series, upload, until)
            except TooLarge as refusal:
                if len(upload.entries) == 1:
                    passed[series.series] = refusal
                self._line.size.did_not_fit(upload.size)
                continue
            except Refusal as refusal:
                passed[series.series] = refusal
                continue
            if done:
                return done
            if done is not None:
                passed[series.series] = None
        for refused in passed.values():
            if refused is not None:
                raise refused
        return 0

    def _next_upload(self, series: Series, max_bytes: int) -> Upload:
        return self._ahead.take(series, max_bytes) or self._make_upload(
            series, series.acknowledged, self._journal.hash_of(series.series, series.acknowledged), max_bytes
        )

    def _make_upload(self, series: Series, after: int, previous: bytes, max_bytes: int) -> Upload:
        entries = tuple(self._journal.entries_after(series.series, after, max_bytes=max_bytes))
        wired = tuple(_wire(entry) for entry in entries)
        batch = JournalBatch(series.series, previous.hex(), wired, beside=series.stopped is not None)
        return Upload(after, max_bytes, entries, batch, self._line.pack(batch))

    def _hand_over(self, series: Series, upload: Upload, until: float | None) -> int | None:
        """How many were acknowledged; None: where the series stands has changed, look again."""
        last = upload.last
        self._ahead.begin(series, upload)
        answer = self._send(upload, until)
        if upload.batch.beside:
            return self._acknowledge(series, min(answer.kept, last))
        if answer.conflict is not None or answer.head_is_behind or answer.sequence > last:
            self._stop(series, answer)
            return None
        if answer.sequence < series.acknowledged:
            self._go_back(series, answer)
            return None
        return self._acknowledge(series, answer.sequence)

    def _send(self, upload: Upload, until: float | None) -> JournalAcknowledgement:
        """Send a batch, or, where a single entry does not get through whole, that in parts.

        :raises TooLarge: a batch does not get through; of a single entry: it is named, and does not in parts either.
        """
        try:
            answer, in_parts = self._line.send_whole_or_in_parts(upload.batch, until, upload.packed)
        except TooLarge as refusal:
            if len(upload.entries) != 1:
                raise
            raise stuck(upload.entries[0], refusal) from refusal
        if in_parts:
            entry = upload.entries[0]
            self._log.warning("delivered_in_parts", sequence=entry.sequence, bytes=len(entry.data))
        return answer

    def _acknowledge(self, series: Series, sequence: int) -> int:
        done = max(0, sequence - series.acknowledged)
        if done:
            self._journal.acknowledge(series.series, sequence)
            self._on_change(None)
        return done

    def _go_back(self, series: Series, answer: JournalAcknowledgement) -> None:
        """The store server has lost what it had acknowledged, as a database restored from a backup has."""
        self._log.error("store_server_is_behind", series=series.series, known=answer.sequence)
        if answer.sequence < self._journal.anchor(series.series).sequence:
            self._journal.stop_series(series.series, f"the store server has lost what was purged: {answer.sequence}")
            self._on_change(LOST)
        elif not self._journal.go_back(series.series, answer.sequence, bytes.fromhex(answer.hash)):
            self._stop(series, answer)

    def _stop(self, series: Series, answer: JournalAcknowledgement) -> None:
        """Contradicted: no further number, and what is here is handed over to be kept beside the chain."""
        why = f"the store server has entry {answer.sequence}; conflict: {answer.conflict}"
        self._log.error("journal_behind", series=series.series, sequence=series.sequence, why=why)
        self._journal.stop_series(series.series, why)
        self._on_change(COPIED)

    def _run(self) -> None:
        clock = self._environment.clock
        pause: float | None = None
        due = clock.monotonic()
        while not self._stopping:
            clock.wait(self._wake, max(0.0, due - clock.monotonic()))
            self._wake.clear()
            on_time = clock.monotonic() >= due
            if self._may(on_time) and not self._line.left():
                pause = self._drain(pause)
            elif not on_time:
                continue
            due = clock.monotonic() + self._wait_s(pause)

    def _wait_s(self, pause: float | None) -> float:
        """Until the next try. After a failure any part of the pause (full jitter): registers that lost their store
        server at one moment must not all come back to it at one moment."""
        interval = self._profile().sync_interval_s
        wait = interval if pause is None else min(pause, interval) * part(self._environment)
        return max(wait, self._line.left())

    def _may(self, due: bool) -> bool:
        """Online at every wake, offline by the timetable only, and never while disconnected by hand."""
        state = self._state()
        if self._stopping or (not state.online and state.reason is Reason.MANUAL):
            return False
        return state.online or due

    def _drain(self, pause: float | None) -> float | None:
        """Deliver until nothing waits; the pause before the next try, None for the timetable's own."""
        try:
            while not self._stopping and self.deliver(max_kb=self._profile().upload_batch_kb):
                pass
            if not self._stopping:
                self._at_rest()
        except NoAnswer as error:
            self._log.info("delivery_waits", reason=error.reason)
        except KassaError as error:
            self._log.warning("delivery_refused", error_code=error.code, where=error.where)
        except Exception:
            self._log.exception("delivery_failed")
        else:
            return None
        return FIRST_PAUSE_S if pause is None else min(pause * 2, LONGEST_PAUSE_S)


def _wire(entry: StoredEntry) -> WireEntry:
    return WireEntry(entry.sequence, entry.entry_id, entry.kind, entry.hash.hex(), entry.data)
