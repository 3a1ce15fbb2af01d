"""Where operations run: the sale lane (in order, one worker), the control lane and the search lane beside it.

A job that passes its budget loses its lane. The sale lane goes on with a fresh worker of the next generation, and the
journal refuses what the old one may still try to write (architecture, the register).
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from kassa.environment import Clock
from kassa.errors import PluginFailure
from kassa.text import literal, texts

_, n_ = texts("kassa")
WATCH_EVERY_S = 1.0
CONTROLS, SEARCHES = 16, 4
"""How many jobs run at a time beside the sale; more of them wait."""


@dataclass(eq=False)
class Job:
    """Something to run on a lane; ``work`` is called with the worker's generation.

    :param plugin: on whose behalf; of a job that was given up: the plugin that hangs.
    """

    work: Callable[[int], Any]
    plugin: str
    budget_s: float
    future: Future[Any] = field(default_factory=Future)
    started: float | None = None
    thread: int | None = None


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
        self.generation = 0
        self._worker = self._start_worker()

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

    def look(self, now: float) -> None:
        """Give up the job that runs if it has passed its budget."""
        job = self._current
        if job is not None and _is_over(job, now):
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
        job.future.set_exception(_too_long(job))

    def close(self) -> None:
        """Stop after the jobs that are queued."""
        self._jobs.put(None)
        self._worker.join(timeout=5)


class SideLane:
    """Jobs beside the sale, in no order: each at once on a thread of its own, as long as there are not too many.

    One that passes its budget does not count any more: it cannot keep the others from running, nor the process from
    ending.

    :param width: how many run at a time.
    :param on_given_up: told of a job that passed its budget.
    """

    def __init__(self, name: str, width: int, clock: Clock, on_given_up: Callable[[Job], None]) -> None:
        self._name = name
        self._width = width
        self._clock = clock
        self._on_given_up = on_given_up
        self._mutex = threading.Lock()
        self._waiting: deque[tuple[Job, int]] = deque()
        self._running: set[Job] = set()

    def submit(self, job: Job, generation: int) -> Future[Any]:
        """Run a job as soon as may be."""
        with self._mutex:
            self._waiting.append((job, generation))
            self._start_next()
        return job.future

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits to; one that was given up does not count."""
        return bool(self._running or self._waiting)

    def _start_next(self) -> None:
        """With the mutex held."""
        while self._waiting and len(self._running) < self._width:
            job, generation = self._waiting.popleft()
            if not job.future.set_running_or_notify_cancel():
                continue
            job.started = self._clock.monotonic()
            self._running.add(job)
            name = f"kassa-{self._name}"
            threading.Thread(target=self._work, args=(job, generation), name=name, daemon=True).start()

    def _work(self, job: Job, generation: int) -> None:
        outcome = _run(job, generation)
        if self._ended(job):
            outcome()

    def _ended(self, job: Job) -> bool:
        """Whether the job ran until now; False for everybody after the first."""
        with self._mutex:
            if job not in self._running:
                return False
            self._running.discard(job)
            self._start_next()
        return True

    def look(self, now: float) -> None:
        """Give up the jobs that have passed their budget."""
        with self._mutex:
            over = [job for job in self._running if _is_over(job, now)]
        for job in over:
            if self._ended(job):
                self._on_given_up(job)
                job.future.set_exception(_too_long(job))

    def close(self) -> None:
        """Start nothing more; what runs is left to itself."""
        with self._mutex:
            waiting, self._waiting = self._waiting, deque()
        for job, _generation in waiting:
            job.future.cancel()


def _is_over(job: Job, now: float) -> bool:
    return job.started is not None and now - job.started > job.budget_s


def _too_long(job: Job) -> PluginFailure:
    what = _("{plugin} took too long and was stopped.", plugin=literal(job.plugin))
    return PluginFailure(what, plugin=job.plugin, where="budget")


def _run(job: Job, generation: int) -> Callable[[], None]:
    job.thread = threading.get_ident()
    try:
        result = job.work(generation)
    except BaseException as error:
        failure = error
        return lambda: job.future.set_exception(failure)
    return lambda: job.future.set_result(result)


class Lanes:
    """The sale lane with the control and search lanes beside it, and a thread that watches their budgets."""

    def __init__(
        self, clock: Clock, on_replaced: Callable[[int, Job], None], on_given_up: Callable[[Job], None]
    ) -> None:
        self._clock = clock
        self._stopping = threading.Event()
        self.sale = SaleLane(clock, on_replaced)
        self.control = SideLane("control", CONTROLS, clock, on_given_up)
        self.search = SideLane("search", SEARCHES, clock, on_given_up)
        self._watch = threading.Thread(target=self._watch_budgets, name="kassa-watch", daemon=True)
        self._watch.start()

    def _watch_budgets(self) -> None:
        while not self._clock.wait(self._stopping, WATCH_EVERY_S):
            now = self._clock.monotonic()
            for lane in (self.sale, self.control, self.search):
                lane.look(now)

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits to."""
        return self.sale.busy or self.control.busy or self.search.busy

    def close(self) -> None:
        """Stop all lanes."""
        self._stopping.set()
        self.sale.close()
        self.control.close()
        self.search.close()
        self._watch.join(timeout=5)
