"""What is asked for while a sale is made: as little as the same discounts allow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.plugins.discounts.promotions import discount, line, on

from kassa.discounting import DiscountRequest
from kassa.model import Transaction
from kassa_discounts.in_force import InForce
from kassa_discounts.requests import Discounts, FindDiscounts


class Store:
    """Answers with the discounts that it has, and counts."""

    def __init__(self, answer: Discounts) -> None:
        self.answer = answer
        self.asked: list[tuple[str, ...]] = []

    def ask(self, request: FindDiscounts) -> Any:
        self.asked.append(request.item_numbers)
        return self.answer

    def sale(self, name: str, *items: str) -> DiscountRequest:
        lines = tuple(line(f"l{place}", item) for place, item in enumerate(items))
        sold = Transaction(name, "S1", "R1", "1001", "SEK", True, datetime(2026, 1, 2, tzinfo=UTC), lines=lines)
        return DiscountRequest(sold, self.ask)


def test_without_any_discount_a_scan_asks_for_nothing() -> None:
    """A store without discounts is asked once a sale; the next sale has a discount that has come since."""
    store = Store(Discounts(none_at_all=True))
    in_force = InForce(lambda: None)
    for items in (("a",), ("a", "b"), ("a", "b", "c")):
        assert not in_force.on(store.sale("first", *items)).discounts
    assert store.asked == [("a",)]
    store.answer = on(discount("three for two", "simple", "percent", "10"), "d")
    assert in_force.on(store.sale("second", "d")).discounts
    assert store.asked == [("a",), ("d",)]


def test_a_discount_on_something_else_is_no_store_without() -> None:
    """Where the store has discounts, each item is asked for once a sale, though the first has none."""
    store = Store(Discounts())
    in_force = InForce(lambda: None)
    in_force.on(store.sale("first", "a"))
    store.answer = on(discount("ten", "simple", "percent", "10"), "b")
    assert in_force.on(store.sale("first", "a", "b")).discounts.keys() == {"ten"}
    in_force.on(store.sale("first", "a", "b"))
    assert store.asked == [("a",), ("b",)]


def test_an_offline_database_without_discounts_is_asked_again_once_it_has_changed() -> None:
    """What stands still is asked once for all sales, again when it has moved; nothing is believed while it moves."""
    store = Store(Discounts(none_at_all=True))
    changes = [1]
    in_force = InForce(lambda: changes[0])
    for name in ("first", "second"):
        assert not in_force.on(store.sale(name, "a")).discounts
    assert store.asked == [("a",)]
    store.answer = on(discount("ten", "simple", "percent", "10"), "a")
    changes[0] = 2
    assert in_force.on(store.sale("third", "a")).discounts.keys() == {"ten"}
    store.answer = Discounts(none_at_all=True)
    moving = InForce(lambda: len(store.asked))
    for name in ("fourth", "fifth"):
        moving.on(store.sale(name, "a"))
    assert len(store.asked) == 4
