"""The test kit's clock."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kassa.testing.clock import START, TestClock


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def test_time_stands_still_until_it_is_advanced(clock: TestClock) -> None:
    """Both clocks move together, and by nothing else."""
    before = clock.monotonic()
    assert clock.utc() == START
    clock.advance(90)
    assert clock.utc() - START == timedelta(seconds=90)
    assert clock.monotonic() - before == 90


def test_waiting_ends_when_the_time_has_passed(clock: TestClock) -> None:
    """Whoever waits wakes when enough has been advanced, not before."""
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(clock.wait, threading.Event(), 10)
        clock.until_waiting()
        clock.advance(9)
        assert (waiting.done(), clock.waiting) == (False, 1)
        clock.advance_to_next_wake()
        assert waiting.result(5) is False
    assert (clock.waiting, clock.next_wake) == (0, None)


def test_waiting_ends_when_the_event_is_set(clock: TestClock) -> None:
    """And at once when its event is set, whatever the time."""
    event = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(clock.wait, event, None)
        clock.until_waiting()
        event.set()
        assert waiting.result(5) is True


def test_wall_clock_set_back_leaves_intervals_alone(clock: TestClock) -> None:
    """Somebody sets the wall clock; deadlines do not notice."""
    before = clock.monotonic()
    clock.set_wall_clock(START - timedelta(days=1))
    assert clock.monotonic() == before
