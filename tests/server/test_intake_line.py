"""The line for intake: a few at a time, a few who wait, the rest sent away; tills before all."""

from __future__ import annotations

import asyncio

from kassa.environment import Environment
from kassa_server.intake_line import IntakeLine


class Intakes:
    """Intakes that last until they are let go."""

    def __init__(self, line: IntakeLine) -> None:
        self.begun: list[int] = []
        self.sent_away: list[int] = []
        self._line = line
        self._go_on = asyncio.Semaphore(0)
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self, count: int) -> None:
        for _number in range(count):
            self._tasks.append(asyncio.create_task(self._one(len(self._tasks))))
        await turns()

    async def end(self, count: int = 1) -> None:
        for _number in range(count):
            self._go_on.release()
        await turns()

    async def all_over(self) -> None:
        await asyncio.gather(*self._tasks)

    async def _one(self, number: int) -> None:
        async with self._line.place() as free:
            if not free:
                self.sent_away.append(number)
                return
            self.begun.append(number)
            await self._go_on.acquire()


async def turns() -> None:
    """Let everything run that can."""
    for _turn in range(20):
        await asyncio.sleep(0)


def test_a_few_at_a_time_and_the_rest_is_sent_away() -> None:
    """Two in work, three who wait for their turn and get it in order, and nobody who waits for ever."""

    async def play() -> None:
        line = IntakeLine(Environment(), at_once=2, waiting=3)
        intakes = Intakes(line)
        await intakes.come(8)
        assert (intakes.begun, intakes.sent_away) == ([0, 1], [5, 6, 7])
        await intakes.end()
        assert intakes.begun == [0, 1, 2]
        await intakes.come(2)
        assert intakes.sent_away == [5, 6, 7, 9]
        await intakes.end(9)
        await intakes.all_over()
        assert intakes.begun == [0, 1, 2, 3, 4, 8]

    asyncio.run(play())


def test_tills_go_first() -> None:
    """While somebody at a till waits for an answer no intake begins; it does when the last of them has it."""

    async def play() -> None:
        line = IntakeLine(Environment())
        intakes = Intakes(line)
        with line.before_all():
            with line.before_all():
                await intakes.come(1)
            await turns()
            assert intakes.begun == []
        await turns()
        assert intakes.begun == [0]
        await intakes.end()
        await intakes.all_over()

    asyncio.run(play())


def test_a_busy_store_delivers_all_the_same() -> None:
    """Where somebody always waits an intake lets them pass for a moment, and then goes."""

    async def play() -> None:
        line = IntakeLine(Environment())
        with line.before_all():
            async with asyncio.timeout(30), line.place() as free:
                assert free

    asyncio.run(play())
