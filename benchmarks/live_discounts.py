"""An operation on a sale of a hundred lines while discounts are live: offline, with 500,000 items in the database.

The discounts are of every type and concurrency, each on 20 of the 2,000 items that are sold; a tenth are thresholds. So
with a thousand of them every item has ten.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import delete, insert

from benchmarks.figures import Figure, median, milliseconds, percentile
from benchmarks.tills import disconnect, fill_up, shop_with_register, timed
from kassa.register import Register
from kassa.sale.totals import compute
from kassa.schema.master import discount, discount_product

TITLE = "An operation on a 100-line sale with live discounts, offline, 500,000 items"
ITEMS = 500_000
SOLD = 2_000
LINES = 100
SALES = 8
OPERATIONS = 40
LIMITS = {0: None, 100: 0.010, 1000: 0.025}
_TYPES: tuple[tuple[str, str, str, str], ...] = (
    ("simple", "percent", "10", "[]"),
    ("simple", "amount", "2", "[]"),
    ("simple", "deal_price", "9", "[]"),
    ("quantity", "percent", "0", '[{"minimum": "2", "value": "5"}, {"minimum": "4", "value": "15"}]'),
    ("quantity", "deal_price", "0", '[{"minimum": "3", "value": "12"}]'),
    ("mix_and_match", "least_expensive", "100", '[{"minimum": "3"}]'),
    ("mix_and_match", "deal_price", "40", '[{"minimum": "2"}]'),
    ("simple", "percent", "20", "[]"),
    ("quantity", "amount", "0", '[{"minimum": "2", "value": "1"}]'),
    ("threshold", "amount", "0", '[{"minimum": "200", "value": "20"}]'),
)
_CONCURRENCIES = ("best_price", "best_price", "compound", "best_price", "compound", "exclusive")


def measure(folder: Path) -> list[Figure]:
    """Scans, changed quantities and voided lines, with no, a hundred and a thousand discounts."""
    with shop_with_register(folder) as (_shop, register):
        codes = fill_up(register, ITEMS)[:SOLD]
        disconnect(register)
        figures = []
        for count, limit in LIMITS.items():
            put_discounts(register, count)
            taken, off = _operations(register, codes, Random(count))
            basis = "" if limit is None else f"{limit * 1000:.0f} ms"
            figures.append(milliseconds(f"{count} live discounts (median)", median(taken)))
            figures.append(milliseconds(f"{count} live discounts (p99)", percentile(taken, 0.99), limit, basis))
            assert bool(off) == bool(count)
        return figures


def _operations(register: Register, codes: list[str], random: Random) -> tuple[list[float], Decimal]:
    """How long each took, and what was taken off in all."""
    taken, off = [], Decimal(0)
    for _sale in range(SALES):
        for _line in range(LINES):
            register.run(100, code=random.choice(codes))
        for _operation in range(OPERATIONS):
            taken.append(timed(lambda: register.run(100, code=random.choice(codes))))
            sale = register.transaction
            assert sale is not None
            line = random.choice(sale.sold_lines)
            taken.append(timed(partial(register.run, 105, line_id=line.line_id, quantity=random.randint(1, 4))))
            gone = random.choice(sale.sold_lines)
            taken.append(timed(partial(register.run, 102, line_id=gone.line_id)))
        assert register.transaction is not None
        off += compute(register.transaction).discount
        register.run(500)
    return taken, off


def put_discounts(register: Register, count: int) -> None:
    """Have so many discounts, and no others, in the offline database."""
    random = Random(1)
    with register.offline_database.writing() as connection:
        connection.execute(delete(discount))
        connection.execute(delete(discount_product))
        if count:
            connection.execute(insert(discount), [_discount(place) for place in range(count)])
            connection.execute(
                insert(discount_product), [row for place in range(count) for row in _products(place, random)]
            )


def _discount(place: int) -> dict[str, Any]:
    discount_type, kind, value, levels = _TYPES[place % len(_TYPES)]
    return {
        "discount_id": f"D{place:04}", "name": f"Offer {place}", "store_id": "", "discount_type": discount_type,
        "concurrency": _CONCURRENCIES[place % len(_CONCURRENCIES)], "kind": kind, "value": Decimal(value),
        "levels": levels, "valid_from": "", "valid_to": None, "row_version": 1,
    }  # fmt: skip


def _products(place: int, random: Random) -> list[dict[str, Any]]:
    return [
        {"discount_id": f"D{place:04}", "line_number": number, "store_id": "", "category": "", "line_group": "",
         "item_number": f"B{item:06}", "row_version": 1}
        for number, item in enumerate(random.sample(range(SOLD), 20), 1)
    ]  # fmt: skip
