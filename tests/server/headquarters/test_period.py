"""Closing a period: refused while a register may hold sales of it; late ones are taken in and shown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import select, update
from tests.server.conftest import Shop
from tests.server.device import Device

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.requests.contact import Hello
from kassa_server.headquarters.late_sales import late_sales
from kassa_server.headquarters.period import PeriodNotComplete, close_period, closed_periods
from kassa_server.schema import audit, closed_period, journal_entry

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
AFTER = timedelta(days=40).total_seconds()


@pytest.fixture
def tills(shop: Shop) -> tuple[Device, Device]:
    """Both registers have sold in March and delivered; it is April, and nobody has spoken since."""
    tills = shop.device("R1"), shop.device("R2")
    for till in tills:
        till.sell()
        till.deliver()
    shop.clock.advance(AFTER)
    return tills


def close(shop: Shop, **more: object) -> None:
    close_period(shop.channel, "S1", FIRST, LAST, author="anna", **more)  # type: ignore[arg-type]


def late(shop: Shop) -> list[tuple[str | None, Decimal | None, bool]]:
    with shop.channel.reading() as connection:
        (closed,) = closed_periods(connection, "S1")
        return [(one.receipt_number, one.amount, one.posted) for one in late_sales(connection, closed)]


def test_closed_when_every_register_has_spoken(shop: Shop, tills: tuple[Device, Device]) -> None:
    """Each register is named with its cause until it has said that March is over and delivered what it had."""
    with pytest.raises(PeriodNotComplete) as caught:
        close(shop)
    assert [(one.register_id, one.kind) for one in caught.value.obstacles] == [("R1", "unknown"), ("R2", "unknown")]
    tills[0].ask(Hello())
    with pytest.raises(PeriodNotComplete) as caught:
        close(shop)
    assert [one.register_id for one in caught.value.obstacles] == ["R2"]
    assert shop.rows(closed_period) == []
    tills[1].ask(Hello())
    close(shop)
    (row,) = shop.rows(closed_period)
    assert (row["author"], row["complete"], row["reason"]) == ("anna", True, "")
    told = msgspec.json.decode(row["certificates"])
    assert [one["figures"][0]["sales"]["amount"] for one in told] == ["54.90", "54.90"]
    (noted,) = shop.rows(audit, kind="period_closed")
    assert msgspec.json.decode(noted["detail"])["author"] == "anna"


def test_closed_anyway_with_a_reason(shop: Shop, tills: tuple[Device, Device]) -> None:
    """A person may close it all the same; the reason stays, in the audit too, with what was missing."""
    tills[0].ask(Hello())
    with pytest.raises(InvalidInput):
        close(shop, anyway=True, reason="  ")
    close(shop, anyway=True, reason="R2 is at the repair shop")
    (row,) = shop.rows(closed_period)
    assert (row["complete"], row["reason"]) == (False, "R2 is at the repair shop")
    (noted,) = shop.rows(audit, kind="period_closed")
    detail = msgspec.json.decode(noted["detail"])
    assert (detail["reason"], detail["obstacles"]) == ("R2 is at the repair shop", ["unknown-R2-1"])


def test_late_sales_come_in_and_are_shown(shop: Shop, tills: tuple[Device, Device]) -> None:
    """A sale of the closed period is taken in and posted like any other, and listed by receipt number; one that cannot
    be posted too. Sales of other days are not late."""
    close(shop, anyway=True, reason="R2 is at the repair shop")
    assert late(shop) == []
    till = tills[1]
    now = till.clock
    till.clock = type(shop.clock)(shop.clock.utc() - timedelta(seconds=AFTER))
    till.sell("2")
    till.sell("3", receipt_number="S1-R2-1-000002")
    till.clock = now
    till.sell("7")
    assert till.deliver().sequence == 4
    assert late(shop) == [
        ("S1-R2-1-000002", Decimal("109.80"), True),
        ("S1-R2-1-000002", Decimal("164.70"), False),
    ]


def test_late_sale_of_a_new_device(shop: Shop, tills: tuple[Device, Device]) -> None:
    """A series that was opened after the close is late from its first entry on."""
    close(shop, anyway=True, reason="R2 is broken")
    new = shop.device("R2")
    new.clock = type(shop.clock)(shop.clock.utc() - timedelta(seconds=AFTER))
    new.sell()
    new.deliver()
    assert late(shop) == [("S1-R2-2-000001", Decimal("54.90"), True)]
    assert tills[1].series_number == 1


def test_what_was_closed_cannot_be_rewritten_unseen(shop: Shop, tills: tuple[Device, Device]) -> None:
    """The hash of each series' last entry is noted at the close; a chain that was altered since is named."""
    for till in tills:
        till.ask(Hello())
    close(shop)
    own = journal_entry.c.series_id == tills[0].series
    with shop.channel.writing() as connection:
        connection.execute(update(journal_entry).where(own).values(hash=bytes(32)))
    with shop.channel.reading() as connection:
        (closed,) = closed_periods(connection)
    assert closed.rewritten == ("R1 1",)


def test_periods_do_not_overlap(shop: Shop, tills: tuple[Device, Device]) -> None:
    """A day is closed once; the next month is another period."""
    for till in tills:
        till.ask(Hello())
    close(shop)
    with pytest.raises(NotAllowed):
        close_period(shop.channel, "S1", LAST, LAST + timedelta(days=1), author="anna")
    close_period(shop.channel, "S1", LAST + timedelta(days=1), LAST + timedelta(days=2), author="anna")
    with shop.channel.reading() as connection:
        assert len(connection.execute(select(closed_period)).all()) == 2


def test_period_that_cannot_be_closed(shop: Shop) -> None:
    """One that is not over, one that ends before it begins, and one of no store; a store without devices holds none."""
    with pytest.raises(InvalidInput):
        close(shop)
    with pytest.raises(InvalidInput):
        close_period(shop.channel, "S1", LAST, FIRST, author="anna")
    shop.clock.advance(AFTER)
    with pytest.raises(NotFound):
        close_period(shop.channel, "S9", FIRST, LAST, author="anna")
    close(shop)
    assert shop.rows(closed_period)[0]["complete"]
