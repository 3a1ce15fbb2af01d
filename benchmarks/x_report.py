"""X on a shift of two thousand sales: from the journal, as after a restart, and while the register runs."""

from __future__ import annotations

from pathlib import Path

from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN, SMALL_STORE

TITLE = "X report on a shift of 2,000 sales"
SALES = 2000
RUNS = 5
NUMBERS = ("1001", "1002", "1005", "1007", "1010")
LIMIT_S = 0.3


def measure(folder: Path) -> list[Figure]:
    """Two thousand sales of five lines, offline; then X in a register that has just been opened, five times."""
    registers = [{**one, "plugins": [*one["plugins"], {"name": "shift"}]} for one in SMALL_STORE["registers"]]
    with Shop(folder, process=True, store={**SMALL_STORE, "registers": registers}) as shop:
        register = shop.open_register()
        shop.log_on(register, MANAGER, MANAGER_PIN)
        shop.with_data(register)
        register.run(917, action="disconnect")
        for _sale in range(SALES):
            for number in NUMBERS:
                register.run(100, code=number)
            register.run(200)
        running = [timed(lambda: register.run(1056)) for _run in range(RUNS)]
        register.close()
        fresh = [_after_restart(shop) for _run in range(RUNS)]
    return [
        milliseconds("X, the journal read from the shift's first sale on", median(fresh), LIMIT_S, "said"),
        milliseconds("X, again while the register runs", median(running), LIMIT_S, "said"),
    ]


def _after_restart(shop: Shop) -> float:
    """Reading the shift's entries and making the X, without opening the register's other parts."""
    from kassa_shift.book import ShiftBook, book_of

    register: Register = shop.open_register()
    shop.log_on(register, MANAGER, MANAGER_PIN)
    read = timed(lambda: ShiftBook(register).follow().figures())
    made = timed(lambda: register.run(1056))
    assert book_of(register).figures().receipts == SALES
    register.close()
    return read + made
