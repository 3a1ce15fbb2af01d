"""Any interleaving of sales, contacts, deliveries, lost answers and repeats: a certificate is given exactly when a head
made after the period has come whose entries are all stored, and then it counts every sale of the period."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.server.conftest import Shop, open_shop
from tests.server.device import Device

from kassa.environment import Clock
from kassa.requests.contact import Hello
from kassa_server.headquarters.proof.period_certificate import certify_period

STOCKHOLM = ZoneInfo("Europe/Stockholm")
PRICE = Decimal("54.90")


class SkewedClock:
    """A register's clock that is off by a fixed time."""

    def __init__(self, right: Clock, skew: timedelta) -> None:
        self._right = right
        self._skew = skew

    def utc(self) -> datetime:
        """What the register believes."""
        return self._right.utc() + self._skew

    def __getattr__(self, name: str) -> object:
        return getattr(self._right, name)


@dataclass(frozen=True)
class Contact:
    """What a register said at a contact, and what was stored when the contact was over."""

    made: datetime
    length: int
    stored: int


class Deliveries(RuleBasedStateMachine):
    """One register and its store server; the model is what the register did."""

    open_shops: Callable[[], Iterator[Shop]]

    def __init__(self) -> None:
        super().__init__()
        self.shops = self.open_shops()
        self.shop = next(self.shops)
        self.contacts: list[Contact] = []
        self.sales: list[tuple[date, int]] = []
        self.stored = 0
        self.till: Device

    @initialize(skew_h=st.sampled_from([0, 0, 30, -30]))
    def activated(self, skew_h: int) -> None:
        """A device, with a clock that may be more than a day off."""
        self.till = self.shop.device()
        self.till.clock = SkewedClock(self.shop.clock, timedelta(hours=skew_h))  # type: ignore[assignment]

    @rule(quantity=st.integers(1, 9))
    def sell(self, quantity: int) -> None:
        """A sale that stays in the register for now."""
        self.shop.clock.advance(60)
        self.sales.append((self.till.clock.utc().astimezone(STOCKHOLM).date(), quantity))
        number = f"S1-R1-1-{len(self.sales):06}"
        self.till.sell(str(quantity), receipt_number=number)

    @rule(hours=st.sampled_from([1, 7, 25]))
    def wait(self, hours: int) -> None:
        """Time goes by."""
        self.shop.clock.advance(hours * 3600)

    @rule()
    def ask(self) -> None:
        """A query: the head comes, and nothing is stored."""
        self.shop.clock.advance(60)
        self.till.ask(Hello())
        self._note()

    @rule(count=st.integers(0, 4), answer_is_lost=st.booleans(), repeat=st.booleans())
    def deliver(self, count: int, answer_is_lost: bool, repeat: bool) -> None:
        """Some of what waits; perhaps its answer is lost, perhaps what is known comes again."""
        self.shop.clock.advance(60)
        begin = 0 if repeat else self.till.acknowledged
        known = self.till.acknowledged
        part = self.till.chain[begin : begin + count]
        answer = self.till.deliver(part)
        self.stored = max(self.stored, begin + len(part)) if begin <= self.stored else self.stored
        assert answer.sequence <= self.stored
        if answer_is_lost:
            self.till.acknowledged = known
        self._note()

    def _note(self) -> None:
        made = min(self.till.clock.utc(), self.shop.clock.utc())
        self.contacts.append(Contact(made, len(self.till.chain), self.stored))

    @invariant()
    def certified_exactly_when_it_is_in(self) -> None:
        """For each day so far, and the one that is not over."""
        now = self.shop.clock.utc()
        for back in (0, 1, 2, 3):
            day = (now - timedelta(days=back)).astimezone(STOCKHOLM).date()
            end = datetime.combine(day + timedelta(days=1), datetime.min.time(), STOCKHOLM)
            with self.shop.channel.reading() as connection:
                told = certify_period(connection, "R1", None, day, now)
            covered = any(one.made >= end and one.stored >= one.length for one in self.contacts)
            # Before the first contact nothing can have been sold here yet: the series was opened after that day.
            opened_after = (
                not any(one.stored >= one.length for one in self.contacts) and told.series[0].opened_at >= end
            )
            assert told.complete == (covered or opened_after), (day, told.obstacles)
            total = sum((figures.total for figures in told.figures), Decimal(0))
            made = sum(quantity for on, quantity in self.sales if on <= day)
            if covered:
                assert total == made * PRICE
            else:
                assert total <= made * PRICE

    def teardown(self) -> None:
        """The shop closes."""
        self.shops.close()  # type: ignore[attr-defined]


def check(open_shops: Callable[[], Iterator[Shop]], examples: int) -> None:
    machine = type("Machine", (Deliveries,), {"open_shops": staticmethod(open_shops)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def sqlite_shops(small_store: Path) -> Callable[[], Iterator[Shop]]:
    """A shop on a new SQLite database, each time."""

    def make() -> Iterator[Shop]:
        with tempfile.TemporaryDirectory(prefix="kassa-channel-") as folder:
            shutil.copy(small_store, Path(folder) / "channel.db")
            yield from open_shop(f"sqlite:///{folder}/channel.db")

    return make


def test_any_interleaving(sqlite_shops: Callable[[], Iterator[Shop]]) -> None:
    """On SQLite."""
    check(sqlite_shops, 8)


def test_any_interleaving_on_postgresql(shared_postgresql: Callable[[], str]) -> None:
    """On PostgreSQL."""
    check(lambda: open_shop(shared_postgresql()), 3)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_many_interleavings(sqlite_shops: Callable[[], Iterator[Shop]]) -> None:
    """Longer."""
    check(sqlite_shops, 300)
