"""Where operations run: the sale lane (in order, one worker), the control lane and the search lane beside it.

A job that passes its budget loses the sale lane: the register goes on with a fresh worker of the next generation, and
the journal refuses what the old one may still try to write (architecture, the register).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from kassa.environment import Clock
from kassa.errors import PluginFailure
from kassa.text import literal, texts

_, n_ = texts("kassa")
WATCH_EVERY_S = 1.0


@dataclass
class Job:
    """Something to run on the sale lane; ``work`` is called with the worker's generation."""

    work: Callable[[int], Any]
    plugin: str
    budget_s: float
    future: Future[Any] = field(default_factory=Future)
    started: float | None = None


class SaleLane:
    """One worker at a time, replaced when its job passes the budget.

    :param on_replaced: told of the new generation and the job that was given up, before the next job runs.
    """

    def __init__(self, clock: Clock, on_replaced: Callable[[int, Job], None]) -> None:
        self._clock = clock
        self._on_replaced = on_replaced
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._mutex = threading.Lock()
        self._current: Job | None = None
        self._stopping = threading.Event()
        self.generation = 0
        self._worker = self._start_worker()
        self._watch = threading.Thread(target=self._watch_budget, name="kassa-sale-watch", daemon=True)
        self._watch.start()

    def submit(self, job: Job) -> Future[Any]:
        """Queue a job."""
        self._jobs.put(job)
        return job.future

    @property
    def busy(self) -> bool:
        """Whether a job is running or waiting."""
        return self._current is not None or not self._jobs.empty()

    @property
    def on_worker(self) -> bool:
        """Whether the calling thread is the worker."""
        return threading.current_thread() is self._worker

    def _start_worker(self) -> threading.Thread:
        worker = threading.Thread(
            target=self._work, args=(self.generation,), name=f"kassa-sale-{self.generation}", daemon=True
        )
        worker.start()
        return worker

    def _work(self, generation: int) -> None:
        while generation == self.generation:
            job = self._jobs.get()
            if job is None:
                return
            if generation != self.generation:
                self._jobs.put(job)
                return
            if not job.future.set_running_or_notify_cancel():
                continue
            job.started = self._clock.monotonic()
            self._current = job
            outcome = _run(job, generation)
            with self._mutex:
                if generation != self.generation:
                    return
                self._current = None
            outcome()

    def _watch_budget(self) -> None:
        while not self._clock.wait(self._stopping, WATCH_EVERY_S):
            job = self._current
            if job is None or job.started is None:
                continue
            if self._clock.monotonic() - job.started > job.budget_s:
                self.give_up(job)

    def give_up(self, job: Job) -> None:
        """Take the lane from the worker that runs ``job``."""
        with self._mutex:
            if self._current is not job:
                return
            self._current = None
            self.generation += 1
            self._on_replaced(self.generation, job)
            self._worker = self._start_worker()
        what = _("{plugin} took too long and was stopped.", plugin=literal(job.plugin))
        job.future.set_exception(PluginFailure(what, plugin=job.plugin, where="budget"))

    def close(self) -> None:
        """Stop after the jobs that are queued."""
        self._stopping.set()
        self._jobs.put(None)
        self._worker.join(timeout=5)
        self._watch.join(timeout=5)


def _run(job: Job, generation: int) -> Callable[[], None]:
    try:
        result = job.work(generation)
    except BaseException as error:
        failure = error
        return lambda: job.future.set_exception(failure)
    return lambda: job.future.set_result(result)


class Lanes:
    """The sale lane with the control and search lanes beside it."""

    def __init__(self, clock: Clock, on_replaced: Callable[[int, Job], None]) -> None:
        self.sale = SaleLane(clock, on_replaced)
        self.control = ThreadPoolExecutor(4, thread_name_prefix="kassa-control")
        self.search = ThreadPoolExecutor(2, thread_name_prefix="kassa-search")

    def close(self) -> None:
        """Stop all lanes."""
        self.sale.close()
        self.control.shutdown(wait=False, cancel_futures=True)
        self.search.shutdown(wait=False, cancel_futures=True)
