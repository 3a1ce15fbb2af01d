"""What fails, and when: a plan that is made and printed before anything is played.

Each event stands at a moment: before the n-th sale begins, or within it after so many of its lines. The plan for the
demonstration covers every kind at moments spread over the file; :func:`random_plan` draws one from a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import msgspec

from kassa.replay.invoices import Invoice

STOP, RECOVER = "server_killed", "recovers"
DISCONNECT, CONNECT, CONNECT_IN_SALE = "disconnect", "connect", "connect_in_sale"
POWER_LOSS, POWER_LOSS_INSIDE = "power_loss", "power_loss_inside"
DROP_ANSWER, SERVER_BOUNCED = "drop_answer", "server_bounced"

LASTING = {
    STOP: "the store server is killed (SIGKILL)",
    "freeze": "the store server freezes: it accepts and never answers",
    "drip": "the store server answers a byte at a time",
    "status_503": "something in between answers 503",
    "captive_portal": "a captive portal answers: 200 with a page of HTML",
    "reset": "every connection is reset",
}
"""What lasts until the server or network recovers."""

OF_THE_SERVER = frozenset({*LASTING, DROP_ANSWER, SERVER_BOUNCED})
"""What befalls store server or network, and shows only while they are in use."""

SAID = {
    **LASTING,
    RECOVER: "store server and network are in order again",
    DROP_ANSWER: "the store server acts, and its answer is lost on the way",
    SERVER_BOUNCED: "the store server is killed and started again at once",
    DISCONNECT: "917 Disconnect is pressed",
    CONNECT: "917 Connect is pressed",
    CONNECT_IN_SALE: "917 Connect is pressed in the middle of a sale",
    POWER_LOSS: "the register loses its power (SIGKILL) and comes back",
    POWER_LOSS_INSIDE: "the register loses its power in the middle of an operation and comes back",
}


class Event(msgspec.Struct, frozen=True, order=True):
    """Something that happens.

    :param sale: the number of the sale, from 1.
    :param after_line: within it, after so many of its lines; 0: before it begins.
    :param kind: a key of :data:`SAID`.
    """

    sale: int
    after_line: int
    kind: str


Plan = tuple[Event, ...]


def no_faults() -> Plan:
    """Nothing fails."""
    return ()


def default_plan(invoices: Sequence[Invoice]) -> Plan:
    """Every kind of failure, most of them in the middle of a sale, at moments spread over the file."""
    spread = _Spread(invoices)
    events = [
        *spread.lasting(0.04, 0.07, STOP),
        *spread.lasting(0.12, 0.15, "freeze"),
        *spread.lasting(0.20, 0.23, "status_503", between_sales=True),
        *spread.lasting(0.28, 0.31, "drip"),
        spread.within(0.36, DROP_ANSWER),
        spread.within(0.40, POWER_LOSS),
        spread.within(0.43, DISCONNECT),
        spread.within(0.45, POWER_LOSS),
        spread.between(0.47, CONNECT),
        spread.within(0.50, DISCONNECT),
        spread.within(0.53, CONNECT_IN_SALE),
        *spread.lasting(0.58, 0.64, STOP),
        spread.within(0.61, POWER_LOSS_INSIDE),
        *spread.lasting(0.70, 0.73, "captive_portal"),
        spread.within(0.78, SERVER_BOUNCED),
        *spread.lasting(0.83, 0.86, "reset"),
        *spread.lasting(0.93, 2.0, STOP),
    ]
    return _in_order(events)


def random_plan(invoices: Sequence[Invoice], seed: int) -> Plan:
    """A plan drawn from ``seed``: troubles one after another, and power losses and 917 at any moment."""
    random = Random(seed)
    count = len(invoices)
    events: list[Event] = []
    sale = 1 + random.randrange(max(1, count // 20))
    while sale <= count:
        length = random.randint(1, max(2, count // 12))
        kind = random.choice([*LASTING, DROP_ANSWER, SERVER_BOUNCED])
        events.append(_anywhere(random, invoices, sale, kind))
        if kind in LASTING:
            events.append(Event(min(sale + length, count + 1), 0, RECOVER))
        sale += length + random.randint(1, max(2, count // 15))
    for kind in (POWER_LOSS, POWER_LOSS_INSIDE):
        moments = range(max(1, count // 60))
        events += [_anywhere(random, invoices, random.randint(1, count), kind) for _again in moments]
    for _again in range(max(1, count // 120)):
        events += _by_hand(random, invoices)
    return _in_order(events)


def _by_hand(random: Random, invoices: Sequence[Invoice]) -> list[Event]:
    count = len(invoices)
    first = random.randint(1, count)
    last = random.randint(first, count) + 1
    pressed = [_anywhere(random, invoices, first, DISCONNECT), Event(last, 0, CONNECT)]
    if last - first > 1:
        refused = random.randint(first + 1, last - 1)
        lines = len(invoices[refused - 1].rows)
        pressed.append(Event(refused, random.randint(1, lines), CONNECT_IN_SALE))
    return pressed


def _anywhere(random: Random, invoices: Sequence[Invoice], sale: int, kind: str) -> Event:
    """Within the sale after any line, or before it begins."""
    return Event(sale, random.randint(0, len(invoices[sale - 1].rows)), kind)


def _in_order(events: Sequence[Event]) -> Plan:
    """In the order in which they happen. Of those at one moment, what ends goes before what begins."""
    return tuple(sorted(events, key=lambda event: (event.sale, event.after_line, event.kind not in (RECOVER, CONNECT))))


class _Spread:
    """Moments as fractions of the file."""

    def __init__(self, invoices: Sequence[Invoice]) -> None:
        self._invoices = invoices

    def lasting(self, begin: float, end: float, kind: str, *, between_sales: bool = False) -> tuple[Event, Event]:
        """A trouble from ``begin`` to ``end``; after the end of the file it ends with the last sale."""
        begins = self.between(begin, kind) if between_sales else self.within(begin, kind)
        last = len(self._invoices) + 1
        return begins, Event(max(begins.sale + 1, self._sale(end) if end <= 1 else last), 0, RECOVER)

    def between(self, at: float, kind: str) -> Event:
        """Before a sale."""
        return Event(self._sale(at), 0, kind)

    def within(self, at: float, kind: str) -> Event:
        """In the middle of the next sale that has three lines or more, if there is one."""
        first = self._sale(at)
        for sale in range(first, len(self._invoices) + 1):
            lines = len(self._invoices[sale - 1].rows)
            if lines >= 3:
                return Event(sale, lines // 2, kind)
        return Event(first, 1, kind)

    def _sale(self, at: float) -> int:
        return min(len(self._invoices), 1 + int(at * len(self._invoices)))
