"""The line for intake: registers that deliver, one behind the other, while people at tills are served before them.

After a long outage a whole chain delivers its backlog at once, and each batch takes the database's one writing place
for a while. A few at a time make progress, a few more wait for a moment, and the rest are told when to come again
instead of waiting until they give up. Whatever a cashier waits for (a log on, a scan) goes before all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from starlette.responses import PlainTextResponse, Response

from kassa.environment import Environment

AT_ONCE = 2
WAITING = 16
"""At most a second or two of work."""
SPREAD_S = 8
"""Those who are sent away come again within so many seconds, each at another moment."""
PATIENCE_S = 0.25
"""How long an intake lets requests of tills pass; then it goes all the same, or a busy store would never deliver."""


class IntakeLine:
    """Counts what is in work. On the server's event loop alone.

    :param at_once: intakes in work at one time; ``waiting``: behind them, before anybody is sent away.
    """

    def __init__(self, environment: Environment, *, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self.at_once, self.waiting = at_once, waiting
        self._environment = environment
        self._places = asyncio.Semaphore(at_once)
        self._inside = 0
        self._people = 0
        self._nobody = asyncio.Event()
        self._nobody.set()

    @contextmanager
    def before_all(self) -> Iterator[None]:
        """Something that a person at a till waits for is in work."""
        self._people += 1
        self._nobody.clear()
        try:
            yield
        finally:
            self._people -= 1
            if self._people == 0:
                self._nobody.set()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[bool]:
        """A place for an intake, waited for, while this lasts; False: the line is full, see :meth:`later`."""
        if self._inside >= self.at_once + self.waiting:
            yield False
            return
        self._inside += 1
        try:
            async with self._places:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._nobody.wait(), PATIENCE_S)
                yield True
        finally:
            self._inside -= 1

    def later(self) -> Response:
        """No answer, but when to come again."""
        seconds = 1 + self._environment.random_bytes(1)[0] % SPREAD_S
        return PlainTextResponse("busy", 503, {"Retry-After": str(seconds)})
