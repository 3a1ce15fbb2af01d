"""The sale in progress: on the disk at every change, and only its own worker changes it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.core.journal.book import sale, transaction
from tests.core.journal.conftest import Shelf

from kassa.errors import StaleGeneration
from kassa.journal import Journal
from kassa.testing.clock import START


def test_sale_in_progress_survives(shelf: Shelf) -> None:
    """A register that comes back has the sale it had, to the last detail of its last change."""
    before = transaction(1, 3)
    shelf.journal.save_sale(transaction(1, 2), generation=0)
    shelf.journal.save_sale(before, generation=0)
    after = shelf.reopen().sale
    assert after == before
    assert after is not None
    assert after.lines[0].item.unit_price == Decimal("49.90")
    assert after.started_at == START


def test_there_is_one_sale_or_none(shelf: Shelf) -> None:
    """Saving None ends the sale in progress; events journalled meanwhile do not touch it."""
    shelf.journal.save_sale(transaction(), generation=0)
    shelf.journal.append(sale(), generation=0)
    assert shelf.reopen().sale == transaction()
    shelf.journal.save_sale(None, generation=0)
    assert shelf.reopen().sale is None


def test_sale_of_the_worker_that_was_replaced_is_refused(journal: Journal) -> None:
    """After a worker was given up, whatever it still tries to write is refused and changes nothing."""
    journal.save_sale(transaction(1), generation=0)
    journal.generation = 1
    with pytest.raises(StaleGeneration):
        journal.save_sale(transaction(2), generation=0)
    with pytest.raises(StaleGeneration):
        journal.append(sale(), generation=0, ends_sale=True)
    assert journal.sale == transaction(1)
    assert journal.entries() == []
    journal.save_sale(transaction(3), generation=1)
    assert journal.sale == transaction(3)


def test_failed_write_leaves_the_sale(shelf: Shelf) -> None:
    """A change that could not be written is not in memory either: screen and disk say the same."""

    class PowerCutError(Exception):
        pass

    def cut(when: str, label: str) -> None:
        if (when, label) == ("before", "save_sale") and cutting:
            raise PowerCutError

    cutting = False
    journal = shelf.reopen(on_write=cut)
    journal.save_sale(transaction(1), generation=0)
    cutting = True
    with pytest.raises(PowerCutError):
        journal.save_sale(transaction(2), generation=0)
    assert journal.sale == transaction(1)
    assert shelf.reopen().sale == transaction(1)
