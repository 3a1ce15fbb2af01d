"""The discounts in force on the items of a sale: each item is asked for once a sale, and what was answered is kept with
it in memory. So a sale keeps the discounts that it began with, and a scan of something known asks for nothing. Where a
store has no discount at all, a sale asks once. Nothing is remembered from one sale to the next, and a discount that has
come since is given; only that an offline database has none is true until something is written to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import NamedTuple

from kassa.discounting import DiscountRequest
from kassa_discounts.positions import Live
from kassa_discounts.requests import Discounts, FindDiscounts

KEPT = 8
"""So many sales are remembered: the one in progress, and price checks beside it."""


class _Known(NamedTuple):
    asked: frozenset[str]
    discounts: Discounts
    live: Live
    none_at_all: bool = False


_NOTHING = _Known(frozenset(), Discounts(), Live(Discounts()))


class InForce:
    """What is known of the sales at work. Thread-safe.

    :param standing: what stays equal for as long as the same question has the same answer; None: that is not known.
    """

    def __init__(self, standing: Callable[[], Hashable | None]) -> None:
        self._standing = standing
        self._none_while: Hashable | None = None
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def on(self, request: DiscountRequest) -> Live:
        """The discounts on the items of a sale.

        :raises kassa.errors.KassaError: something new in it could not be asked for.
        """
        sale = request.transaction
        numbers = frozenset(line.item.number for line in sale.lines if not line.voided and line.quantity > 0)
        with self._lock:
            known = self._known.get(sale.transaction_id, _NOTHING)
        new = numbers - known.asked
        if new and not known.none_at_all:
            answer = self._ask(request, new)
            discounts = _together(known.discounts, answer)
            known = _Known(known.asked | new, discounts, Live(discounts), answer.none_at_all and not known.asked)
            with self._lock:
                self._known.pop(sale.transaction_id, None)
                self._known[sale.transaction_id] = known
                while len(self._known) > KEPT:
                    del self._known[next(iter(self._known))]
        return known.live

    def _ask(self, request: DiscountRequest, numbers: frozenset[str]) -> Discounts:
        standing = self._standing()
        if standing is not None and standing == self._none_while:
            return Discounts(none_at_all=True)
        answer = request.ask(FindDiscounts(tuple(sorted(numbers))))
        if answer.none_at_all and standing == self._standing():
            self._none_while = standing
        return answer

    def known(self, transaction_id: str) -> Live:
        """What is known without asking."""
        with self._lock:
            return self._known.get(transaction_id, _NOTHING).live

    def forget(self, transaction_id: str) -> None:
        """That sale is over."""
        with self._lock:
            self._known.pop(transaction_id, None)


def _together(known: Discounts, new: Discounts) -> Discounts:
    """What was known first stays: a discount does not change in the middle of a sale."""
    discounts = {each.discount_id: each for each in (*new.discounts, *known.discounts)}
    return Discounts(
        tuple(discounts[key] for key in sorted(discounts)), tuple(dict.fromkeys((*known.items, *new.items)))
    )
