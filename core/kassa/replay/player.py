"""The cashier: plays invoices at the register's operations while the plan's events happen."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from kassa.errors import OfflineDatabaseUnavailable
from kassa.replay import faults
from kassa.replay.catalogue import Catalogue
from kassa.replay.faults import Event, Plan
from kassa.replay.invoices import Invoice
from kassa.replay.stage import Stage
from kassa.replay.steps import Step, first_not_done, steps
from kassa.replay.store import PROFILE, SENIOR
from kassa.testing.till import TillKilled, TillRefused

LOG_ON, CONNECTION = 700, 917
PATIENCE_S = 60.0
_LOOK_S = 0.02
_SOONEST_S, _LATEST_S = 0.0005, 0.004
"""When within an operation the power goes."""


class Change(msgspec.Struct, frozen=True):
    """A change of the connection state, as the register told it; ``sale`` is the number of the sale then."""

    at: str
    before: str
    after: str
    sale: int
    request: str | None = None
    cause: str | None = None


class Happened(msgspec.Struct, frozen=True):
    """An event of the plan, as it went. ``remark`` says what came of it."""

    event: Event
    invoice: str
    remark: str = ""


class Noted(msgspec.Struct, frozen=True):
    """Something that was seen in the ``sale``-th sale."""

    sale: int
    words: str


class Played(msgspec.Struct):
    """What was seen while playing. Times in seconds; ``story`` is in the order in which things happened."""

    scans_online: list[float] = []
    scans_offline: list[float] = []
    offline_sales: list[str] = []
    story: list[Change | Happened | Noted] = []
    seconds: float = 0.0

    @property
    def changes(self) -> list[Change]:
        """The changes of the connection state."""
        return [each for each in self.story if isinstance(each, Change)]


class PlayFailed(Exception):
    """The register did what it should not have done; what, and where."""


class Player:
    """Plays ``invoices`` on ``stage``.

    :param plan: what happens meanwhile.
    :param progress: told the number of each sale that is done.
    """

    def __init__(
        self,
        stage: Stage,
        catalogue: Catalogue,
        invoices: Sequence[Invoice],
        plan: Plan = (),
        progress: Callable[[int], None] = lambda _sale: None,
    ) -> None:
        self._stage = stage
        self._catalogue = catalogue
        self._invoices = invoices
        self._events = deque(plan)
        self._progress = progress
        self._sale = 0
        self._receipts = 0
        self._state = "starting"
        self._power_goes = False
        self._spread = _seconds_of_power_losses()
        self.played = Played()

    def play(self) -> Played:
        """Log on, play everything, and wait until the store server has it all.

        :raises PlayFailed: the register refused, lost or doubled something on the way.
        """
        began = time.perf_counter()
        self._log_on()
        self._until(lambda facts: facts["ready"], "the register is ready to sell offline")
        for sale, invoice in enumerate(self._invoices, 1):
            self._sale = sale
            self._between_sales()
            self._play(invoice)
            self._progress(sale)
        self._sale = len(self._invoices) + 1
        self._finish()
        self.played.seconds = time.perf_counter() - began
        return self.played

    # -- one sale ---------------------------------------------------------------------------------------------------

    def _play(self, invoice: Invoice) -> None:
        to_do = steps(invoice, self._catalogue)
        index = 0
        while index < len(to_do):
            try:
                self._do(to_do[index], invoice)
                index += 1
                self._within_sale(to_do[index - 1].lines, last=index == len(to_do))
            except TillKilled:
                index = self._come_back(to_do)
        self._look()
        self._note_unnoticed()
        if self._state != "online":
            self.played.offline_sales.append(invoice.number)

    def _do(self, step: Step, invoice: Invoice) -> None:
        timer = None
        if self._power_goes:
            self._power_goes = False
            timer = self._stage.cut_power_soon(next(self._spread))
        began = time.perf_counter()
        try:
            self._stage.till.run(step.operation, **step.parameters)
        except TillRefused as refused:
            raise PlayFailed(
                f"invoice {invoice.number}: operation {step.operation} {step.parameters} was refused: {refused}"
            ) from refused
        finally:
            if timer is not None:
                timer.join()
        if step.scan:
            self._note_scan(time.perf_counter() - began)
        if timer is not None:
            self._stage.till.kill()
            raise TillKilled

    def _note_scan(self, seconds: float) -> None:
        scans = self.played.scans_online if self._state == "online" else self.played.scans_offline
        scans.append(seconds)

    def _note_unnoticed(self) -> None:
        """A trouble that a second try on a fresh connection has overcome changes nothing."""
        last = self.played.story[-1] if self.played.story else None
        once = (faults.DROP_ANSWER, faults.SERVER_BOUNCED)
        here = isinstance(last, Happened) and last.event.sale == self._sale and last.event.kind in once
        if here and self._state == "online":
            self.played.story.append(Noted(self._sale, "asked again on a fresh connection, and answered"))

    def _come_back(self, to_do: tuple[Step, ...]) -> int:
        """After a power loss: start, log on, look at the screen; where to go on."""
        self._stage.till.come_back()
        self._log_on()
        facts = self._look()
        sale = facts["sale"]
        if sale is not None:
            index = first_not_done(to_do, sale)
            came_back = f"came back with {len(sale['lines'])} lines; goes on with operation {to_do[index].operation}"
        else:
            index = 0 if facts["receipts"] == self._receipts else len(to_do)
            came_back = "came back before the sale" if index == 0 else "came back with the sale finished"
        self.played.story.append(Noted(self._sale, came_back))
        return index

    # -- events -----------------------------------------------------------------------------------------------------

    def _between_sales(self) -> None:
        if any(event.kind in faults.OF_THE_SERVER for event in self._coming()):
            self._let_it_come_online()
        self._receipts = self._look()["receipts"]
        for event in self._take(0):
            self._happens(event)

    def _within_sale(self, lines: int, *, last: bool) -> None:
        if last or not lines:
            return
        for event in self._take(lines):
            self._happens(event)

    def _coming(self) -> list[Event]:
        """What happens within this sale, or before the next begins."""
        return [event for event in self._events if (event.sale, event.after_line) <= (self._sale + 1, 0)]

    def _take(self, lines: int) -> Iterator[Event]:
        while self._events and (self._events[0].sale, self._events[0].after_line) <= (self._sale, lines):
            yield self._events.popleft()

    def _happens(self, event: Event) -> None:
        self._look()
        story = self.played.story
        place = len(story)
        number = self._invoices[self._sale - 1].number if self._sale <= len(self._invoices) else ""
        story.insert(place, Happened(event, number, self._make_happen(event)))

    def _make_happen(self, event: Event) -> str:
        stage = self._stage
        match event.kind:
            case faults.RECOVER:
                stage.recover()
            case faults.DROP_ANSWER:
                stage.drop_answer()
            case faults.POWER_LOSS:
                return self._lose_power()
            case faults.POWER_LOSS_INSIDE:
                self._power_goes = True
            case faults.DISCONNECT:
                stage.till.run(CONNECTION, action="disconnect")
                self._expect("manual", "Disconnect was pressed")
            case faults.CONNECT | faults.CONNECT_IN_SALE:
                return self._connect()
            case _:
                stage.fail(event.kind)
        return ""

    def _lose_power(self) -> str:
        before = self._look()
        self._stage.cut_power()
        self._log_on()
        after = self._look()
        if before["sale"] != after["sale"]:
            raise PlayFailed(f"the sale was {before['sale']}, and after the power loss {after['sale']}")
        if before["state"] == "manual":
            self._expect("manual", "the register, disconnected by hand, lost its power")
        sale = after["sale"]
        return "came back between two sales" if sale is None else f"came back with its {len(sale['lines'])} lines"

    def _connect(self) -> str:
        """Refused in the middle of a sale, which changes nothing, and when the store server does not answer, which is
        then why the register is offline."""
        before = self._look()["state"]
        try:
            said = self._stage.till.run(CONNECTION, action="connect")
        except TillRefused as refused:
            if refused.code == "not_available":
                self._expect(before, "Connect was refused")
            elif self._look()["state"] == "online":
                raise PlayFailed(f"Connect failed and the register is online: {refused}") from refused
            return f"refused: {refused.what}"
        self._expect("online", "Connect was pressed")
        return said or ""

    def _expect(self, state: str, after: str) -> None:
        found = self._look()["state"]
        if found != state:
            raise PlayFailed(f"{after}; the register is {found} instead of {state}")

    # -- looking ----------------------------------------------------------------------------------------------------

    def _log_on(self) -> None:
        """A new register's first log on needs the store server: where that was too slow, it is pressed again."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._stage.till.run(LOG_ON, staff_id=SENIOR.staff_id, pin=SENIOR.pin)
                return
            except TillRefused as refused:
                if refused.code != OfflineDatabaseUnavailable.code or time.monotonic() > end:
                    raise

    def _look(self) -> dict[str, Any]:
        facts = self._stage.till.facts()
        self.played.story += [Change(sale=self._sale, **change) for change in facts["changes"]]
        self._state = facts["state"]
        return facts

    def _let_it_come_online(self) -> None:
        """What is to fail must be in use: a quiet moment before this sale, so that it begins online."""
        self._look()
        if self._state not in ("online", "manual") and self._stage.in_order:
            time.sleep(PROFILE["reconnect_interval_min"] * 60)

    def _finish(self) -> None:
        """What the plan still holds happens; the register is connected; everything is delivered."""
        for event in self._take(0):
            self._happens(event)
        if not self._stage.in_order:
            self._happens(Event(self._sale, 0, faults.RECOVER))
        self._look()
        if self._state == "manual":
            self._happens(Event(self._sale, 0, faults.CONNECT))
        self._until(lambda facts: facts["waiting"] == 0, "everything is delivered")

    def _until(self, condition: Callable[[dict[str, Any]], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition(self._look()):
            if time.monotonic() > end:
                raise PlayFailed(f"not within {PATIENCE_S:.0f} s: {what}")
            time.sleep(_LOOK_S)


def _seconds_of_power_losses() -> Iterator[float]:
    """Early and late within an operation, in turn."""
    step = 0
    while True:
        yield _SOONEST_S + (_LATEST_S - _SOONEST_S) * (step % 8) / 7
        step += 3
