"""A day at the till, as operations in order, and what the sale looks like after each: what a kill is measured by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kassa.testing.shop import wait_until
from kassa.testing.store import MANAGER, MANAGER_PIN
from kassa.testing.till import Till, TillKilled

LOG_ON, LOG_OFF, STATUS = 700, 701, 917


@dataclass(frozen=True)
class Step:
    """One operation. ``ends`` tells that it finishes a sale, ``manual`` that the register is disconnected by hand
    afterwards."""

    operation: int
    parameters: dict[str, Any] = field(default_factory=dict)
    ends: bool = False
    manual: bool | None = None


def _scan(number: str) -> Step:
    return Step(100, {"code": number})


DAY: tuple[Step, ...] = (
    # online: quantity, discount, a voided line, cash with change
    _scan("1001"),
    _scan("1002"),
    Step(105, {"quantity": "3"}),
    Step(301, {"percent": "10"}),
    _scan("1003"),
    Step(102),
    Step(200, {"amount": "500"}, ends=True),
    # by card
    _scan("1004"),
    Step(201, ends=True),
    # put aside for another customer, and taken up again, with a new customer on it
    _scan("1005"),
    Step(503),
    _scan("1006"),
    Step(200, ends=True),
    Step(504),
    Step(612, {"name": "Anna Ek"}),
    Step(303, {"percent": "5"}),
    Step(200, ends=True),
    # a return, and a sale that comes to nothing
    Step(109, {"code": "1005", "receipt": "S1-R1-1-000001"}),
    Step(200, ends=True),
    _scan("1007"),
    Step(500),
    # the same without the store server
    Step(STATUS, {"action": "disconnect"}, manual=True),
    _scan("1008"),
    Step(104, {"price": "20"}),
    Step(200, {"amount": "5"}),
    Step(201, ends=True),
    _scan("1009"),
    Step(503),
    Step(504),
    Step(612, {"name": "Bo Sten"}),
    Step(200, {"amount": "100"}, ends=True),
    Step(109, {"code": "1009"}),
    Step(201, ends=True),
    # and back
    Step(STATUS, {"action": "connect"}, manual=False),
    _scan("1010"),
    Step(200, ends=True),
)
SALES = sum(step.ends for step in DAY)
"""Finished sales and returns of one day."""


def seen(sale: dict[str, Any] | None) -> Any:
    """What a cashier sees of a sale: everything but the ids and times that are new each day."""
    if sale is None:
        return None
    customer = sale.get("customer")
    return {
        "lines": [_without_ids(line, "line_id") for line in sale.get("lines", [])],
        "payments": [_without_ids(payment, "payment_id", "reference") for payment in sale.get("payments", [])],
        "discount": sale.get("discount"),
        "customer": None if customer is None else customer["name"],
    }


def _without_ids(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


class Player:
    """Plays days on a till that may be killed at any moment, and comes back.

    :param next_kill: where to be killed next, asked at each coming back (see :class:`Till`); None: not any more.
    """

    def __init__(self, till: Till, next_kill: Callable[[], str | None] = lambda: None) -> None:
        self.till = till
        self.kills = 0
        self._next_kill = next_kill

    def play(self, expected: Sequence[Any] | None = None) -> list[Any]:
        """One day; the sale as seen after each step, which is held against ``expected`` after every kill."""
        after: list[Any] = []
        try:
            self._log_on()
        except TillKilled:
            self._back_at_work()
        for number, step in enumerate(DAY):
            if not self._run(step):
                before = after[-1] if after else None
                assert expected is not None
                self._again(number, step, (before, expected[number]))
            after.append(seen(self._facts()["sale"]))
        return after

    def close_the_day(self) -> dict[str, Any]:
        """Everything delivered and nobody logged on; the last facts."""
        wait_until(lambda: self._facts()["waiting"] == 0 and not self._facts()["pending"], "everything is in")
        try:
            self.till.run(LOG_OFF)
        except TillKilled:
            self._come_back()
        wait_until(lambda: self._facts()["waiting"] == 0, "the log off is in")
        return self._facts()

    def _run(self, step: Step) -> bool:
        try:
            self.till.run(step.operation, **step.parameters)
        except TillKilled:
            return False
        return True

    def _again(self, number: int, step: Step, whole: tuple[Any, Any]) -> None:
        """After a kill in a step: the sale is as before it or as after it, nothing between; then it is done if it was
        not."""
        while True:
            try:
                self._come_back()
                facts = self._facts()
                wanted = [manual for manual in (step.manual, self._manual_before(number)) if manual is not None]
                assert (facts["state"] == "manual") in wanted, (number, facts["state"])
                self._log_on()
                wait_until(lambda: not self._facts()["pending"], "no command waits for its outcome")
                found = seen(self._facts()["sale"])
                assert found in whole, (number, step, found, whole)
                if whole[0] != whole[1] and found == whole[1]:
                    return
                self.till.run(step.operation, **step.parameters)
            except TillKilled:
                continue
            return

    @staticmethod
    def _manual_before(number: int) -> bool:
        return next((step.manual for step in reversed(DAY[:number]) if step.manual is not None), False)

    def _come_back(self) -> None:
        while True:
            self.kills += 1
            try:
                self.till.come_back(kill_at=self._next_kill())
            except TillKilled:
                continue
            return

    def _back_at_work(self) -> None:
        """Back, with somebody at the till, however often it is killed on the way."""
        while True:
            self._come_back()
            try:
                self._log_on()
            except TillKilled:
                continue
            return

    def _log_on(self) -> None:
        if self.till.facts()["place"] == "logged_off":
            self.till.run(LOG_ON, staff_id=MANAGER, pin=MANAGER_PIN)
        wait_until(lambda: bool(self.till.facts()["ready"]), "it can sell offline")

    def _facts(self) -> dict[str, Any]:
        while True:
            try:
                return self.till.facts()
            except TillKilled:
                self._back_at_work()
