"""The one way between threads and the screen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

from kassa_ui.bridge import Bridge


def run(test: Callable[[Bridge, list[BaseException]], Awaitable[None]]) -> list[BaseException]:
    """Run ``test`` on a loop of its own; the errors that the bridge reported."""
    errors: list[BaseException] = []

    async def main() -> None:
        bridge = Bridge(asyncio.get_running_loop(), errors.append)
        await test(bridge, errors)
        bridge.close()

    asyncio.run(main())
    return errors


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (what is waited for is the bridge's own doing)
            await asyncio.sleep(0.001)


def test_calls_arrive_in_order_on_the_loops_thread() -> None:
    """Calls posted from a thread run on the screen's thread, in the order they were posted."""
    seen: list[tuple[int, int]] = []

    async def test(bridge: Bridge, _errors: list[BaseException]) -> None:
        def post_all() -> None:
            for number in range(100):
                bridge.post(lambda number=number: seen.append((number, threading.get_ident())))

        threading.Thread(target=post_all).start()
        await eventually(lambda: len(seen) == 100)

    assert run(test) == []
    assert [number for number, _ in seen] == list(range(100))
    assert {thread for _, thread in seen} == {threading.get_ident()}


def test_a_call_that_fails_is_reported() -> None:
    """A call that raises is told, and the next one runs."""
    seen: list[str] = []

    async def test(bridge: Bridge, errors: list[BaseException]) -> None:
        bridge.post(lambda: 1 // 0)  # type: ignore[arg-type,return-value]
        bridge.post(lambda: seen.append("next"))
        await eventually(lambda: bool(seen and errors))

    assert [type(error) for error in run(test)] == [ZeroDivisionError]


def test_fetch_leaves_the_thread() -> None:
    """What may wait runs on another thread, and its answer arrives on the screen's; a failure is told."""
    threads: list[int] = []

    async def test(bridge: Bridge, errors: list[BaseException]) -> None:
        bridge.fetch(threading.get_ident, threads.append)
        bridge.fetch(lambda: 1 // 0, threads.append)  # type: ignore[arg-type]
        await eventually(lambda: bool(threads and errors))

    assert [type(error) for error in run(test)] == [ZeroDivisionError]
    assert threads[0] != threading.get_ident()


def test_after_the_window_has_closed() -> None:
    """A register that goes on talking after the window has closed disturbs nobody."""
    kept: list[Bridge] = []

    async def test(bridge: Bridge, _errors: list[BaseException]) -> None:
        kept.append(bridge)

    run(test)
    kept[0].post(lambda: None)
