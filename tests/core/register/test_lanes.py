"""The register's lanes: order, and what happens to a job that does not end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kassa.environment import SystemClock
from kassa.errors import PluginFailure
from kassa.register.lanes import SEARCHES, Job, Lanes, SaleLane


@pytest.fixture
def replaced() -> list[int]:
    return []


@pytest.fixture
def given_up() -> list[str]:
    return []


@pytest.fixture
def lanes(replaced: list[int], given_up: list[str]) -> Iterator[Lanes]:
    lanes = Lanes(
        SystemClock(),
        on_replaced=lambda generation, _job: replaced.append(generation),
        on_given_up=lambda job: given_up.append(job.plugin),
    )
    yield lanes
    lanes.close()


@pytest.fixture
def lane(lanes: Lanes) -> SaleLane:
    return lanes.sale


def test_jobs_run_one_at_a_time_in_the_order_they_came(lane: SaleLane) -> None:
    """Operations of a till never overlap and never change places."""
    ran: list[int] = []
    futures = [lane.submit(Job(lambda _generation, n=n: ran.append(n), "sale", 10)) for n in range(200)]
    for future in futures:
        future.result(timeout=5)
    assert ran == list(range(200))


def test_a_job_past_its_budget_loses_the_lane_and_the_next_job_runs(lane: SaleLane, replaced: list[int]) -> None:
    """A plugin that hangs is given up: its caller gets an error that names it, and the till goes on."""
    release = threading.Event()
    hanging = Job(lambda _generation: release.wait(20), "slow_plugin", 0.01)
    stuck = lane.submit(hanging)
    after = lane.submit(Job(lambda generation: generation, "sale", 10))
    with pytest.raises(PluginFailure) as failure:
        stuck.result(timeout=5)
    assert failure.value.plugin == "slow_plugin"
    assert after.result(timeout=5) == 1
    assert replaced == [1]
    release.set()


def test_a_job_that_raises_leaves_the_lane_in_order(lane: SaleLane) -> None:
    """An exception belongs to the job that raised it and to nobody else."""

    def fail(_generation: int) -> None:
        raise ValueError("mine")

    failed = lane.submit(Job(fail, "sale", 10))
    after = lane.submit(Job(lambda _generation: "well", "sale", 10))
    with pytest.raises(ValueError, match="mine"):
        failed.result(timeout=5)
    assert after.result(timeout=5) == "well"


def test_jobs_that_hang_beside_the_sale_do_not_keep_others_out(lanes: Lanes, given_up: list[str]) -> None:
    """As many searches as may run hang: each is given up and named when its time is over, and the next one runs."""
    release = threading.Event()
    stuck = [lanes.search.submit(Job(lambda _: release.wait(20), "slow", 0.01), 0) for _ in range(SEARCHES)]
    after = lanes.search.submit(Job(lambda _: "found", "sale", 10), 0)
    for future in stuck:
        with pytest.raises(PluginFailure):
            future.result(timeout=5)
    assert after.result(timeout=5) == "found"
    assert given_up == ["slow"] * SEARCHES
    release.set()


def test_a_job_beside_the_sale_does_not_wait_for_it(lanes: Lanes) -> None:
    """Control runs at once while the sale lane is held up."""
    release = threading.Event()
    held = lanes.sale.submit(Job(lambda _: release.wait(20), "sale", 30))
    assert lanes.control.submit(Job(lambda _: "at once", "op917", 10), 0).result(timeout=5) == "at once"
    assert not held.done()
    release.set()
    assert held.result(timeout=5)
