"""The one way between the register's threads and Kivy's loop.

The loop is asyncio's, which Kivy draws from: ``call_soon_threadsafe`` reaches the screen within a fraction of a
millisecond. Nothing else in the screens touches a thread, and no task is started but through :meth:`Bridge.task`: one
that fails in silence would take its work with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog

Found = TypeVar("Found")

log = structlog.get_logger("kassa.ui")


class Bridge:
    """Posts calls to the screen's thread, and takes questions off it.

    :param failed: told of every error that nobody else takes care of, on the screen's thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, failed: Callable[[BaseException], None]) -> None:
        self._loop = loop
        self._failed = failed
        self._tasks: set[asyncio.Task[Any]] = set()

    def post(self, call: Callable[[], None]) -> None:
        """Run ``call`` on the screen's thread, soon; from any thread. After the window has closed nothing runs."""
        try:
            self._loop.call_soon_threadsafe(self._guarded, call)
        except RuntimeError:
            log.debug("the window is closed; a call to it was dropped")

    def fetch(self, ask: Callable[[], Found], told: Callable[[Found], None]) -> None:
        """Run ``ask`` on a worker thread and ``told`` with its answer on the screen's; on the screen's thread."""

        async def fetched() -> None:
            told(await asyncio.to_thread(ask))

        self.task(fetched(), name="fetch")

    def task(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Start ``work`` on the loop; an error ends in the log and at ``failed``."""
        task = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(error, task.get_name())

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            self._report(error, "call")

    def _report(self, error: BaseException, where: str) -> None:
        log.error("the screen failed", where=where, exc_info=error)
        self._failed(error)

    def close(self) -> None:
        """Cancel what is still on its way."""
        for task in tuple(self._tasks):
            task.cancel()
