"""What fails, and when."""

from __future__ import annotations

import pytest

from kassa.replay.cli import OWN_FILE
from kassa.replay.faults import CONNECT, LASTING, RECOVER, SAID, Plan, default_plan, random_plan
from kassa.replay.invoices import Invoice, sort_rows
from kassa.replay.rows import read_rows


@pytest.fixture(scope="module")
def invoices() -> tuple[Invoice, ...]:
    return sort_rows(read_rows(OWN_FILE)).invoices


def test_the_demonstration_shows_every_kind_of_trouble(invoices: tuple[Invoice, ...]) -> None:
    """Each kind happens at least once, and most of them in the middle of a sale."""
    plan = default_plan(invoices)
    assert {event.kind for event in plan} == set(SAID)
    troubles = [event for event in plan if event.kind not in (RECOVER, CONNECT)]
    assert sum(event.after_line > 0 for event in troubles) > len(troubles) * 0.8


@pytest.mark.parametrize("seed", range(30))
def test_a_seed_always_draws_the_same_plan(invoices: tuple[Invoice, ...], seed: int) -> None:
    """Two runs of one seed fail alike; another seed fails otherwise."""
    assert random_plan(invoices, seed) == random_plan(invoices, seed)
    assert random_plan(invoices, seed) != random_plan(invoices, seed + 1)


@pytest.mark.parametrize("count", [1, 2, 7, 60, 297])
def test_a_plan_fits_the_file_and_ends(invoices: tuple[Invoice, ...], count: int) -> None:
    """Every moment lies in the file or at its end, in order, and what lasts recovers."""
    some = invoices[:count]
    for plan in (default_plan(some), *(random_plan(some, seed) for seed in range(20))):
        assert [(event.sale, event.after_line) for event in plan] == sorted((e.sale, e.after_line) for e in plan)
        for event in plan:
            assert 1 <= event.sale <= count + 1
            assert event.sale > count or event.after_line <= len(some[event.sale - 1].rows)
        assert _ends(plan)


def _ends(plan: Plan) -> bool:
    lasting = max((event.sale for event in plan if event.kind in LASTING), default=0)
    return lasting < max((event.sale for event in plan if event.kind == RECOVER), default=1)
