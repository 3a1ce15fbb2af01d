"""A scan in the middle of a sale, at the moment at which the store server fails.

Refused, reset, answered by something else: offline at once. Frozen or dripping: after the request timeout. Every later
scan of the sale goes to the offline database straight away: it costs what any offline scan costs.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Figure, median, milliseconds, ratio
from benchmarks.tills import TIMEOUT_S, connect, disconnect, shop_with_register, timed
from kassa.register import Register
from kassa.testing.shop import Shop

TITLE = "Fault to answer"
ROUNDS = 10
LATER = 20
LATER_TIMES = 1.5
AT_ONCE_S = 0.050
SLACK_S = 0.050

FAULTS = {
    "refuse": ("the server refuses", AT_ONCE_S, "50 ms"),
    "reset": ("connections are reset", AT_ONCE_S, "50 ms"),
    "status_503": ("something answers 503", AT_ONCE_S, "50 ms"),
    "captive_portal": ("a captive portal answers", AT_ONCE_S, "50 ms"),
    "freeze": ("the server is frozen", TIMEOUT_S + SLACK_S, f"timeout {TIMEOUT_S * 1000:.0f} ms + 50 ms"),
    "drip": ("the server drips bytes", TIMEOUT_S + SLACK_S, f"timeout {TIMEOUT_S * 1000:.0f} ms + 50 ms"),
}


def measure(folder: Path) -> list[Figure]:
    """Each fault, ten times; the slowest counts. Each round ends with as many scans of a register that was disconnected
    by hand, so that both were made on a machine in the same mood."""
    with shop_with_register(folder) as (shop, register):
        figures = []
        for kind, (words, limit, basis) in FAULTS.items():
            rounds = [_round(shop, register, kind) for _number in range(ROUNDS)]
            first = max(round_.first for round_ in rounds)
            later = median([scan for round_ in rounds for scan in round_.later])
            usual = median([scan for round_ in rounds for scan in round_.usual])
            figures.append(milliseconds(f"{words}: that scan (slowest of {ROUNDS})", first, limit, basis))
            basis = f"a scan with no fault at all, offline by hand ({usual * 1000:.2f} ms)"
            figures.append(ratio(f"{words}: every later scan (median)", later, usual, LATER_TIMES, basis))
    return figures


class Round(NamedTuple):
    """The scan that met the fault, those after it, and those of a register that met none. In seconds."""

    first: float
    later: list[float]
    usual: list[float]


def _round(shop: Shop, register: Register, kind: str) -> Round:
    _scan(register)
    assert register.connection.state().online
    getattr(shop.network, kind)()
    first = _scan(register)
    assert not register.connection.state().online
    later = [_scan(register) for _number in range(LATER)]
    register.run(500)
    shop.network.pass_through()
    connect(register)
    _scan(register)
    disconnect(register)
    _scan(register)
    usual = [_scan(register) for _number in range(LATER)]
    register.run(500)
    connect(register)
    return Round(first, later, usual)


def _scan(register: Register) -> float:
    return timed(lambda: register.run(100, code=Shop.barcode("1001")))
