"""Sales offline while 100,000 products arrive and are put into the register's offline database, by another thread of
the same process: as a whole database, and as batches. Beside them the same sales while nothing arrives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from benchmarks.catalogue import download, shop_with_catalogue
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.load_catalogue import as_batches, swapped
from benchmarks.tills import timed
from kassa.register import Register
from kassa.testing.shop import Shop

TITLE = "A sale while A arrives"
RUNS = 3
IDLE = 100
LINES = 5
TIMES = 10.0
LIMIT_S = 0.050


def measure(folder: Path) -> list[Figure]:
    """Three loads each; the slowest sale of all of them counts, and the median one of a quiet register."""
    with shop_with_catalogue(folder) as shop, shop.open_register() as register:
        shop.log_on(register)
        shop.with_data(register)
        download(register)
        shop.network.refuse()
        register.run(100, code=Shop.barcode("1001"))
        assert not register.connection.state().online
        register.run(200)
        shop.network.pass_through()
        idle = [_sale(register) for _number in range(IDLE)]
        whole = [slow for _run in range(RUNS) for slow in _sales_while(register, swapped)]
        batches = [slow for _run in range(RUNS) for slow in _sales_while(register, as_batches)]
    basis = "the median sale of a quiet register"
    figures = [milliseconds("a sale of 5 lines while nothing arrives (median)", median(idle))]
    for words, sales in (("as a whole database", whole), ("as batches", batches)):
        figures.append(milliseconds(f"{words}: slowest of {len(sales)} sales", max(sales), LIMIT_S, "50 ms"))
        figures.append(Figure(f"{words}: slowest compared", max(sales) / median(idle), "×", TIMES, basis))
    return figures


def _sales_while(register: Register, load: Callable[[Register], object]) -> list[float]:
    loading = threading.Thread(target=load, args=(register,))
    loading.start()
    sales = []
    while loading.is_alive():
        sales.append(_sale(register))
    loading.join()
    return sales


def _sale(register: Register) -> float:
    return timed(lambda: _sell(register))


def _sell(register: Register) -> None:
    for _line in range(LINES):
        register.run(100, code=Shop.barcode("1001"))
    register.run(200)
