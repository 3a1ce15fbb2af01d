"""Purging takes nothing of an open shift, and no grand total."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from tests.plugins.shift.conftest import ShiftTill, store_with_shifts

from kassa.journal.entry import raw
from kassa.journal.purging import ALWAYS_KEPT
from kassa.journal.records import NewEntry
from kassa.register.purging import Purging
from kassa.testing.shop import Shop
from kassa_shift.book import book_of


def fill(till: ShiftTill) -> None:
    """More entries than always stay, all of them delivered and older than they must be."""
    journal = till.register.journal
    for _time in range(ALWAYS_KEPT + 5):
        journal.append(NewEntry("audit", raw({})), generation=journal.generation)
    till.shop.delivered(till.register)


def purged_up_to(till: ShiftTill) -> int:
    Purging(till.register).at_rest()
    return till.register.journal.anchor().sequence


def test_nothing_of_an_open_shift_is_purged(tmp_path: Path) -> None:
    """With retention over, what was before the last Z goes, and what the open shift has sold stays: after purging and
    a restart X and grand totals are what they were."""
    with Shop(tmp_path, store=store_with_shifts(), profile={"retention_days": 0, "request_timeout_s": 5}) as shop:
        till = ShiftTill(shop, shop.open_register())
        till.log_on()
        till.sell("1004", pay=201)
        fill(till)
        assert purged_up_to(till) == 0, "the first shift is open still"
        closed = till.z()
        till.log_on()
        till.sell("1005", pay=201)
        fill(till)
        (z,) = till.register.journal_entries(kinds=("z_report",))
        assert purged_up_to(till) == z.sequence
        x = till.x()
        till.register.close()
        again = ShiftTill(shop, shop.open_register())
        again.log_on()
        assert again.x().figures == x.figures
        assert again.x().figures.total == 69
        last = again.z()
        assert last.number == (closed.number or 0) + 1
        assert last.grand_totals.sales == closed.grand_totals.sales + 69 == 968


def test_a_register_that_never_makes_a_z_purges_too(tmp_path: Path) -> None:
    """Of a shift that is older than what is kept of the journal, and than a week, entries go that the store server has;
    after a restart X and Z say what they would have said, and the Z agrees with the sales."""
    with Shop(tmp_path, store=store_with_shifts(), profile={"retention_days": 0, "request_timeout_s": 5}) as shop:
        till = ShiftTill(shop, shop.open_register())
        till.log_on()
        till.sell("1004", pay=201)
        till.run(1201, amount=Decimal(100))
        fill(till)
        x = till.x()
        book, now = book_of(till.register).follow(), till.register.environment.clock.utc()
        book.carry_old(now + timedelta(days=6), 0)
        assert purged_up_to(till) == 0, "it is not a week old"
        book.carry_old(now + timedelta(days=8), 9)
        assert purged_up_to(till) == 0, "so much is kept of the journal"
        book.carry_old(now + timedelta(days=8), 0)
        assert purged_up_to(till) > 0
        till.register.close()
        again = ShiftTill(shop, shop.open_register())
        again.log_on()
        assert again.x().figures == x.figures
        again.sell("1005")
        z = again.z()
        assert (z.figures.receipts, z.figures.total, z.figures.expected("cash")) == (2, 968, 169)
        shop.delivered(again.register)
        (row,) = shop.server.query("SELECT agrees, receipts, total FROM shift_report")
        assert (row["agrees"], row["receipts"], row["total"]) == (True, 2, 96800)
