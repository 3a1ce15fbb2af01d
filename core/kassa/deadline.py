"""Calls with a deadline: made on a thread of their own, which is left to itself when it does not come back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

Answer = TypeVar("Answer")
IDLE_S = 10.0
"""After so long without a call a thread ends."""


class Late(Exception):
    """The call has not returned in time; it goes on, and nobody waits for it."""


@dataclass(eq=False)
class _Call:
    work: Callable[[], Any]
    done: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer = self.work()
        except BaseException as error:
            self.error = error
        self.done.set()


class Deadline:
    """Runs calls on threads that are kept for the next one.

    :param name: of the threads.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._idle: list[queue.SimpleQueue[_Call]] = []

    def run(self, work: Callable[[], Answer], seconds: float) -> Answer:
        """What ``work`` returns or raises.

        :raises Late: it did neither within ``seconds``.
        """
        call = _Call(work)
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = self._start()
        worker.put(call)
        if not call.done.wait(seconds):
            raise Late
        self._idle.append(worker)
        if call.error is not None:
            raise call.error
        answer: Answer = call.answer
        return answer

    def _start(self) -> queue.SimpleQueue[_Call]:
        calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()

        def serve() -> None:
            while True:
                try:
                    calls.get(timeout=IDLE_S).run()
                except queue.Empty:
                    with suppress(ValueError):  # taken for a call just now
                        self._idle.remove(calls)
                        return

        threading.Thread(target=serve, name=self._name, daemon=True).start()
        return calls
