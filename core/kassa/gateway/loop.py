"""One asyncio loop on one thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

CLOSING_S = 5.0


class LoopThread:
    """An event loop that runs on a thread of its own, from the first :meth:`call` until :meth:`close`."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._lock = threading.Lock()
        self._state = "new"
        self._tasks: set[asyncio.Task[None]] = set()

    def call(self, function: Callable[..., object], *arguments: Any) -> bool:
        """Have ``function`` called on the loop, soon. False: the loop has been closed."""
        with self._lock:
            if self._state == "closed":
                return False
            if self._state == "new":
                self._state = "running"
                self._thread.start()
            self.loop.call_soon_threadsafe(function, *arguments)
            return True

    def start(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task for ``coroutine``; on the loop's thread only."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def close(self, last: Callable[[], Awaitable[None]]) -> None:
        """Cancel the tasks, await ``last``, and end the thread. Again: nothing."""
        with self._lock:
            before, self._state = self._state, "closed"
            if before == "running":
                self.loop.call_soon_threadsafe(lambda: self.loop.create_task(self._end(last)))
        if before == "running":
            self._thread.join(CLOSING_S)
        if before != "closed" and not self.loop.is_running():
            self.loop.close()

    async def _end(self, last: Callable[[], Awaitable[None]]) -> None:
        # What these have begun themselves (anyio's task groups) they cancel themselves.
        own = list(self._tasks)
        for task in own:
            task.cancel()
        await asyncio.gather(*own, return_exceptions=True)
        with suppress(Exception):
            await last()
        await asyncio.sleep(0)
        self.loop.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
