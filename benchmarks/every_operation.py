"""Every operation on a sale of a hundred lines, offline, with 500,000 products and a hundred or a thousand live
discounts: each one's own time, and the slowest of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.live_discounts import ITEMS, LINES, SOLD, put_discounts
from benchmarks.tills import disconnect, fill_up, shop_with_register, timed
from kassa.register import Register
from kassa.testing.store import MANAGER, MANAGER_PIN

TITLE = "Every operation on a 100-line sale, offline, 500,000 items"
LIMITS = {100: 0.010, 1000: 0.025}
ROUNDS = 150


def measure(folder: Path) -> list[Figure]:
    """Each operation 150 times, in turn; the p99 of each, of which the three slowest are told."""
    with shop_with_register(folder) as (shop, register):
        codes = fill_up(register, ITEMS)[:SOLD]
        register.run(701)
        shop.log_on(register, MANAGER, MANAGER_PIN)
        disconnect(register)
        figures = []
        for count, limit in LIMITS.items():
            put_discounts(register, count)
            slowest = sorted(_operations(register, codes, Random(count)).items(), key=lambda one: -one[1])
            figures += [
                milliseconds(f"{count} live discounts: {name} (p99)", p99, limit, f"{limit * 1000:.0f} ms")
                for name, p99 in slowest[:3]
            ]
        return figures


def _operations(register: Register, codes: list[str], random: Random) -> dict[str, float]:
    """The p99 of each operation, by its number."""
    for _line in range(LINES):
        register.run(100, code=random.choice(codes))
    taken: dict[str, list[float]] = {}

    def run(operation: int, **parameters: Any) -> None:
        work: Callable[[], object] = partial(register.run, operation, **parameters)
        taken.setdefault(str(operation), []).append(timed(work))

    for _round in range(ROUNDS):
        _one_round(register, run, random.choice(codes), random)
    register.run(500)
    return {operation: percentile(times, 0.99) for operation, times in taken.items()}


def _one_round(register: Register, run: Callable[..., None], code: str, random: Random) -> None:
    """What may be done to a sale, so that it has as many lines afterwards as before."""
    sale = register.transaction
    assert sale is not None
    line = random.choice(sale.sold_lines).line_id
    run(100, code=code)
    run(101, code=code)
    run(922, code=code)
    run(103, line_id=line, comment="gift")
    run(501, comment="to be fetched")
    run(105, line_id=line, quantity="2")
    run(104, line_id=line, price="19.90")
    run(301, line_id=line, percent="5")
    run(300, line_id=line, amount="1")
    run(303, percent="3")
    run(302, amount="10")
    run(503)
    run(504)
    run(102)
