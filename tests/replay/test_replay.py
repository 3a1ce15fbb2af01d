"""The main job: real trading days, played while everything fails, and nothing lost."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from kassa.replay.cli import OWN_FILE
from kassa.replay.faults import CONNECT_IN_SALE, SAID, default_plan, random_plan
from kassa.replay.invoices import Invoice, sort_rows
from kassa.replay.player import Happened
from kassa.replay.rows import read_rows
from kassa.replay.run import Outcome, run


@pytest.fixture(scope="module")
def invoices() -> tuple[Invoice, ...]:
    return sort_rows(read_rows(OWN_FILE)).invoices


@pytest.fixture(scope="module")
def two_days(invoices: tuple[Invoice, ...], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The demonstration, as ``kassa demo --headless`` plays it."""
    return run(tmp_path_factory.mktemp("two-days"), invoices, default_plan(invoices))


@pytest.mark.timeout(240)
def test_two_real_days_are_in_every_book_to_the_penny(two_days: Outcome) -> None:
    """Lost 0, doubled 0, off by nothing, receipt numbers gapless, whatever failed meanwhile."""
    outcome = two_days.reconciliation
    assert outcome.problems == ()
    assert outcome.receipts == 297
    assert all(one.exact and one.total == outcome.file_total for one in outcome.compared)
    assert outcome.file_total.amount == Decimal("104827.84")


def test_every_kind_of_trouble_happened_and_the_register_switched(two_days: Outcome) -> None:
    """The register went offline for each reason that a trouble gives, came back each time, and sold in both states."""
    played = two_days.played
    assert {each.event.kind for each in played.story if isinstance(each, Happened)} == set(SAID)
    reached = Counter(change.after for change in played.changes)
    assert set(reached) >= {"online", "unreachable", "timeout", "server_error", "manual"}
    assert 0 < len(played.offline_sales) < 297
    assert len(played.scans_online) + len(played.scans_offline) >= 5204 - 5


def test_connect_in_the_middle_of_a_sale_is_refused_with_its_reason(two_days: Outcome) -> None:
    """Nothing but the cashier's own decision brings a register back that was disconnected by hand."""
    (pressed,) = [
        each for each in two_days.played.story if isinstance(each, Happened) and each.event.kind == CONNECT_IN_SALE
    ]
    assert pressed.remark.startswith("refused: A sale is in progress")


def test_faults_drawn_from_a_seed_lose_nothing(invoices: tuple[Invoice, ...], tmp_path: Path) -> None:
    """Wherever the store server fails and the register loses its power, every penny is there afterwards."""
    some = invoices[:12]
    assert run(tmp_path, some, random_plan(some, seed=1)).reconciliation.problems == ()


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 120))
def test_faults_drawn_from_many_seeds_lose_nothing(invoices: tuple[Invoice, ...], tmp_path: Path, seed: int) -> None:
    """Both days, whatever fails."""
    assert run(tmp_path, invoices, random_plan(invoices, seed)).reconciliation.problems == ()
