"""The discounts in force on the items of a sale: each item is asked for once a sale, and what was answered is kept with
it in memory. So a sale keeps the discounts that it began with, and a scan of something known asks for nothing."""

from __future__ import annotations

import threading

from kassa.discounting import DiscountRequest
from kassa_discounts.requests import Discounts, FindDiscounts

KEPT = 8
"""So many sales are remembered: the one in progress, and price checks beside it."""


class InForce:
    """What is known of the sales at work. Thread-safe."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[frozenset[str], Discounts]] = {}
        self._lock = threading.Lock()

    def on(self, request: DiscountRequest) -> Discounts:
        """The discounts on the items of a sale.

        :raises kassa.errors.KassaError: something new in it could not be asked for.
        """
        sale = request.transaction
        numbers = frozenset(line.item.number for line in sale.lines if not line.voided and line.quantity > 0)
        with self._lock:
            asked, known = self._known.get(sale.transaction_id, (frozenset(), Discounts()))
        new = numbers - asked
        if new:
            known = _together(known, request.ask(FindDiscounts(tuple(sorted(new)))))
            with self._lock:
                self._known.pop(sale.transaction_id, None)
                self._known[sale.transaction_id] = (asked | new, known)
                while len(self._known) > KEPT:
                    del self._known[next(iter(self._known))]
        return known

    def known(self, transaction_id: str) -> Discounts:
        """What is known without asking."""
        with self._lock:
            return self._known.get(transaction_id, (frozenset(), Discounts()))[1]

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
