"""When deliveries are tried again: at moments of their own, and not before the store server wants them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.core.journal.book import FIRST, RECORD, sell

from kassa.connection import ConnectionState
from kassa.delivery import FIRST_PAUSE_S, Delivery
from kassa.environment import Environment
from kassa.errors import NoAnswer
from kassa.gateway.answers import LONGEST_WAIT_S, retry_after
from kassa.journal import Journal
from kassa.model import OfflineProfile
from kassa.protocol import JournalBatch
from kassa.testing.clock import TestClock
from kassa.testing.shop import wait_until
from kassa.text import literal
from kassa.upload_line import UploadLine

REGISTERS = 30


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def journal(clock: TestClock, tmp_path: Path) -> Iterator[Journal]:
    """A journal in which one sale waits."""
    with closing(Journal(tmp_path, Environment(clock=clock), create=True)) as made:
        made.open_series(FIRST, 1, RECORD)
        sell(made)
        yield made


class Away:
    """A store server that does not answer; remembers when each register tried."""

    def __init__(self, clock: TestClock, **said: Any) -> None:
        self.tries: dict[int, list[float]] = defaultdict(list)
        self._clock = clock
        self._said = said

    def post_of(self, register: int) -> Any:
        """How a register posts."""

        def post(*_what: Any, **_how: Any) -> Any:
            self.tries[register].append(self._clock.monotonic())
            raise NoAnswer(literal("away"), reason="server_error", **self._said)

        return post


def environment_of(register: int, clock: TestClock) -> Environment:
    """With chances of its own, the same in every run."""
    return Environment(clock=clock, random_bytes=random.Random(register).randbytes)


def test_registers_that_lost_their_server_together_come_back_apart(journal: Journal, clock: TestClock) -> None:
    """After the same failure at the same moment each register tries again at a moment of its own, anywhere in the
    pause, and the pauses grow: no two moments see a crowd."""
    away, online = Away(clock), ConnectionState(True, clock.utc())
    deliveries = [
        Delivery(
            journal, away.post_of(number), environment_of(number, clock), OfflineProfile, lambda: online,
            lambda _text: None,
        )
        for number in range(REGISTERS)
    ]  # fmt: skip
    began = clock.monotonic()
    for delivery in deliveries:
        delivery.start()
    try:
        while min(len(away.tries[number]) for number in range(REGISTERS)) < 3:
            wait_until(lambda: clock.waiting == REGISTERS, "all of them wait")
            clock.advance_to_next_wake()
        wait_until(lambda: clock.waiting == REGISTERS, "all of them wait")
    finally:
        for delivery in deliveries:
            delivery.close()
    seconds = sorted(away.tries[number][1] - began for number in range(REGISTERS))
    assert len(set(seconds)) == REGISTERS
    assert seconds[0] < FIRST_PAUSE_S / 4
    assert FIRST_PAUSE_S * 3 / 4 < seconds[-1] <= FIRST_PAUSE_S
    thirds = [away.tries[number][2] - away.tries[number][1] for number in range(REGISTERS)]
    assert FIRST_PAUSE_S < max(thirds) <= 2 * FIRST_PAUSE_S


def test_who_is_told_to_wait_does_so_each_for_its_own_time(clock: TestClock) -> None:
    """``Retry-After`` is kept to at least, and up to half as long again, no two registers alike; until then nothing is
    sent."""
    away = Away(clock, status=503, retry_after_s=4.0)
    batch = JournalBatch(FIRST, "00" * 32, ())
    waits = []
    for number in range(REGISTERS):
        line = UploadLine(away.post_of(number), environment_of(number, clock))
        for _time in range(3):
            with pytest.raises(NoAnswer):
                line.send(batch, None)
        assert len(away.tries[number]) == 1
        waits.append(line.left())
    assert len(set(waits)) == REGISTERS
    assert 4.0 <= min(waits) < 4.5
    assert 5.5 < max(waits) <= 6.0


def test_new_sales_meanwhile_change_nothing_of_that(journal: Journal, clock: TestClock) -> None:
    """A register that was told to wait sends nothing at its next sales, and tries again once the time is over: not
    later because of them."""
    away, online = Away(clock, status=503, retry_after_s=4.0), ConnectionState(True, clock.utc())
    delivery = Delivery(
        journal, away.post_of(1), environment_of(1, clock), OfflineProfile, lambda: online, lambda _text: None
    )
    began = clock.monotonic()
    delivery.start()
    try:
        for _sale in range(10):
            wait_until(lambda: clock.waiting == 1, "it waits")
            delivery.wake()
        wait_until(lambda: clock.waiting == 1, "it waits")
        assert len(away.tries[1]) == 1
        clock.advance_to_next_wake()
        wait_until(lambda: len(away.tries[1]) == 2, "it tries again")
        assert clock.monotonic() - began <= 6.0
    finally:
        delivery.close()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "999999999"}, LONGEST_WAIT_S),
        ({"retry-after": "Wed, 25 Nov 2026 09:00:30 GMT", "date": "Wed, 25 Nov 2026 09:00:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 25 Nov 2026 08:00:00 GMT", "date": "Wed, 25 Nov 2026 09:00:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 25 Nov 2026 09:00:30 GMT"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_what_retry_after_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds or a date, which is counted from the answer's own; nonsense asks for nothing, nobody waits for days."""
    assert retry_after(headers) == seconds
