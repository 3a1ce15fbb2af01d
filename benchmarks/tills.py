"""Registers to measure: a shop with few items, and an offline database filled up to a hundred thousand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from kassa.register import Register
from kassa.schema.master import barcode, item
from kassa.testing.shop import Shop
from kassa.testing.store import ean13

TIMEOUT_S = 0.5
PROFILE = {
    "request_timeout_s": TIMEOUT_S,
    "reconnect_interval_min": 60,
    "reconnect_budget_ms": 300,
    "sync_interval_s": 3600,
}
"""No reconnect attempt and no synchronisation falls into what is measured."""
MANY = 100_000


@contextmanager
def shop_with_register(folder: Path) -> Iterator[tuple[Shop, Register]]:
    """A store server in a process of its own and a register with the cashier at it, ready to sell offline."""
    with Shop(folder, process=True, profile=PROFILE) as shop:
        register = shop.open_register()
        shop.log_on(register)
        shop.with_data(register)
        yield shop, register


def disconnect(register: Register) -> None:
    """Offline, by hand."""
    register.run(917, action="disconnect")


def connect(register: Register) -> None:
    """Online again."""
    register.run(917, action="connect")


def fill_up(register: Register, many: int = MANY) -> list[str]:
    """Put items into the offline database until it holds so many; the barcodes of the new ones."""
    numbers = [f"B{place:06}" for place in range(many - register.offline_database.items())]
    codes = [ean13(f"28{place:010}") for place in range(len(numbers))]
    with register.offline_database.writing() as connection:
        connection.execute(insert(item), [_item(number, place) for place, number in enumerate(numbers)])
        rows = [
            {"barcode": code, "item_number": number, "quantity": Decimal(1), "row_version": 1_000_000 + place}
            for place, (code, number) in enumerate(zip(codes, numbers, strict=True))
        ]
        connection.execute(insert(barcode), rows)
    return codes


def _item(number: str, place: int) -> dict[str, Any]:
    return {
        "item_number": number,
        "description": f"Article {place} of the range",
        "search_text": f"article {place} of the range {number.lower()}",
        "unit": "pcs",
        "tax_code": ("25", "12", "6")[place % 3],
        "unit_price": Decimal(100 + place % 90_000).scaleb(-2),
        "blocked": False,
        "row_version": 1_000_000 + place,
    }


def timed(work: Callable[[], object]) -> float:
    """How long ``work`` takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
