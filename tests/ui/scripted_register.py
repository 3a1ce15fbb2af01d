"""A register that plays a part: it has the face of one, a few items and simple sums, and no database or network.

The screens are tested against it where the real one would only add time. What it is asked to do is in ``submitted``,
in the order in which it came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from tests.ui import pseudo
from tests.ui.scripted_shop import BUTTONS, ENTRIES, ITEMS, NEEDS_SERVER, totals
from tests.ui.scripted_window import connection_status

from kassa.connection import ConnectionState, Reason
from kassa.environment import Environment
from kassa.errors import InvalidInput, LoggedOnWrong, NotAllowed, NotAvailable, NotFound
from kassa.model import Discount, LayoutButton, Line, Payment, RegisterRecord, Staff, Store, Tender, Transaction
from kassa.money import round_to
from kassa.operations import ButtonFace, Entry, Finished, ManagerApproval, OperationResult, Place, Question
from kassa.register.face import Event, GridButton, RegisterView, SyncStatus, Waiting
from kassa.requests.catalogue import ItemsFound
from kassa.text import Text, literal
from kassa.windows import StatusItem, Window

NOW = datetime(2026, 3, 9, 13, 7, tzinfo=UTC)
D = Decimal
ONE = D(1)


class FixedClock:
    """Wall clock that stands; interval clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOW
        self.seconds = 1000.0

    def utc(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        return event.wait(seconds)


class ScriptedRegister:
    """Staff 100 (PIN 1234) may sell; manager 900 (PIN 654321) may approve a discount over 20 %.

    :param language: of the texts.
    """

    def __init__(self, language: str = "sv") -> None:
        self.clock = FixedClock()
        self.environment = Environment(clock=self.clock)
        self.language = language
        self.record = RegisterRecord(
            "r3",
            "Kassa 0042-3" if language == "sv" else "Register 0042-3",
            Store("0042", "Butik 0042", "SEK", "Europe/Stockholm", language, country="SE"),
            tenders=(Tender("1", "cash", "Kontant", D(1)), Tender("2", "card", "Kort")),
            buttons=tuple(LayoutButton(operation) for operation, _sv, _en in BUTTONS),
        )
        self.staff: Staff | None = None
        self.locked = False
        self.transaction: Transaction | None = None
        self.connection_state = ConnectionState(online=True, since=NOW - timedelta(hours=5))
        self.question: Question | None = None
        self.answers: list[str] = []
        self.problems: tuple[Text, ...] = ()
        self.has_offline_data = True
        self.training = False
        self.submitted: list[tuple[int, dict[str, Any]]] = []
        self.failures: dict[int, BaseException] = {}
        self.windows_described = 0
        self.kept: dict[tuple[str, str], str | None] = {}
        self._gate = threading.Event()
        self._gate.set()
        self._worker = ThreadPoolExecutor(1, "scripted register")
        self._searcher = ThreadPoolExecutor(1, "scripted search")
        self._listeners: list[Callable[[Event], None]] = []
        self._receipts = 0

    # What a test does

    def close(self) -> None:
        """Stop the workers."""
        self.release()
        self._worker.shutdown(wait=True)
        self._searcher.shutdown(wait=True)

    def hold(self) -> None:
        """From now on an operation takes until :meth:`release`."""
        self._gate.clear()

    def release(self) -> None:
        """Let operations go on."""
        self._gate.set()

    def go_offline(self, reason: Reason = Reason.TIMEOUT) -> None:
        """The store server is gone since 14:02."""
        self.connection_state = ConnectionState(online=False, since=NOW - timedelta(minutes=5), reason=reason)
        self.publish(Event("connection"))

    def go_online(self) -> None:
        """The store server is back."""
        self.connection_state = ConnectionState(online=True, since=NOW)
        self.publish(Event("connection"))

    def log_on(self) -> None:
        """Elin is at the register."""
        self.staff = Staff("100", "Elin Berg", frozenset({"sell"}))
        self.publish(Event("staff"))

    def sell_example(self) -> None:
        """The four lines of the pictures."""
        items = list(ITEMS.values())
        lines = (
            Line("l1", items[0], D(2)),
            Line("l2", items[1], D(1)),
            Line("l3", items[2], D("0.482")),
            Line("l4", items[3], D(1), discount=Discount("percent", D(20))),
        )
        self._keep(msgspec.structs.replace(self._started(), lines=lines))

    def sell_many(self, count: int) -> None:
        """A sale of ``count`` lines."""
        item = next(iter(ITEMS.values()))
        lines = tuple(Line(f"m{number}", item, D(1)) for number in range(count))
        self._keep(msgspec.structs.replace(self._started(), lines=lines))

    # The face

    def submit(
        self, operation_id: int, *, approval: ManagerApproval | None = None, **parameters: Any
    ) -> Future[OperationResult]:
        self.submitted.append((operation_id, parameters))
        lane = self._searcher if operation_id in (108, 917) else self._worker
        return lane.submit(self._run, operation_id, approval, parameters)

    def view(self) -> RegisterView:
        place = Place.LOGGED_OFF if self.staff is None else Place.SALE if self.transaction else Place.WELCOME
        return RegisterView(
            record=self.record,
            place=place,
            staff=self.staff,
            locked=self.locked,
            transaction=self.transaction,
            totals=totals(self.transaction) if self.transaction else None,
            connection=self.connection_state,
            waiting=Waiting(0, D(0), None, 0),
            sync=SyncStatus(),
            status_items=self._status_items(),
            buttons=tuple(self._button(*button) for button in BUTTONS),
            problems=self.problems,
            now=self.clock.at,
            language=self.language,
            question=self.question,
            has_offline_data=self.has_offline_data,
            training=self.training,
        )

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def answer(self, choice: str) -> None:
        self.answers.append(choice)
        self.question = None

    def setting(self, plugin: str, name: str) -> str | None:
        return self.kept.get((plugin, name))

    def keep_setting(self, plugin: str, name: str, value: str | None) -> None:
        self.kept[plugin, name] = value

    def describe_window(self, name: str) -> Window | None:
        self.windows_described += 1
        return self._window() if name == "connection_status" else None

    # What it plays

    def say(self, swedish: str, english: str) -> Text:
        """The words of the register's language."""
        if self.language == pseudo.LANGUAGE:
            return literal(pseudo.pseudo(english))
        return literal(swedish if self.language == "sv" else english)

    def _status_items(self) -> tuple[StatusItem, ...]:
        synced = StatusItem("data", self.say("Synk 14:01", "Synced 14:01"), icon="check")
        if self.connection_state.online:
            text = self.say("Ansluten · Butiksserver", "Connected · Store server")
            return StatusItem("pill", text, "connected", "dot", 917), synced
        text = self.say("Frånkopplad · sedan 14:02", "Disconnected · since 14:02")
        waiting = self.say("3 köp väntar på överföring", "3 sales wait for upload")
        return StatusItem("pill", text, "offline", "dot", 917), StatusItem("waiting", waiting), synced

    def _button(self, operation: int, swedish: str, english: str) -> GridButton:
        if operation == 917:
            online = self.connection_state.online
            label = self.say("Koppla från", "Disconnect") if online else self.say("Anslut", "Connect")
            detail = self.say("917 · Databasanslutning", "917 · Database connection")
            return GridButton(operation, {}, ButtonFace(label, detail))
        away = operation in NEEDS_SERVER and not self.connection_state.online
        reason = self.say("Kräver anslutning", "Needs connection") if away else None
        face = ButtonFace(self.say(swedish, english), reason, not away)
        entries = tuple(
            msgspec.convert({"parameter": name, "kind": kind, "prompt": self.say(sv, en)}, Entry)
            for name, kind, sv, en in ENTRIES.get(operation, ())
        )
        return GridButton(operation, {}, face, operation == 104, entries)

    def _window(self) -> Window:
        return connection_status(self.say, online=self.connection_state.online)

    def _run(self, operation: int, approval: ManagerApproval | None, parameters: dict[str, Any]) -> OperationResult:
        if operation not in (108, 917):
            self._gate.wait(30)
        if operation in self.failures:
            raise self.failures[operation]
        play = getattr(self, f"_run_{operation}", None)
        result: OperationResult = play(approval, **parameters) if play else OperationResult(message=literal("OK"))
        return result

    def _run_100(self, _approval: object, code: str, quantity: Decimal = ONE) -> OperationResult:
        item = ITEMS.get(code) or next((item for item in ITEMS.values() if item.number == code), None)
        if item is None:
            what = self.say(f"Ingen vara har koden {code}.", f"No item has the code {code}.")
            raise NotFound(what, hint=self.say("Skanna igen eller sök på namnet.", "Scan again or search by name."))
        transaction = self.transaction or self._started()
        line = Line(f"l{len(transaction.lines) + 1}", item, quantity)
        self._keep(msgspec.structs.replace(transaction, lines=(*transaction.lines, line)))
        return OperationResult()

    def _run_102(self, _approval: object, line_id: str) -> OperationResult:
        return self._change(line_id, voided=True)

    def _run_105(self, _approval: object, line_id: str, quantity: Decimal) -> OperationResult:
        return self._change(line_id, quantity=quantity)

    def _run_301(self, approval: ManagerApproval | None, line_id: str, percent: Decimal) -> OperationResult:
        if percent > 20 and approval is None:
            raise NotAllowed(
                self.say("Rabatten är högre än dina 20 %.", "The discount is above your 20 %."), override=True
            )
        if approval is not None and approval.pin != "654321":
            raise LoggedOnWrong(self.say("Fel id eller PIN.", "Wrong staff id or PIN."))
        return self._change(line_id, discount=Discount("percent", percent))

    def _run_108(self, _approval: object, words: str) -> OperationResult:
        wanted = words.lower().split()
        found = tuple(item for item in ITEMS.values() if all(word in item.description.lower() for word in wanted))
        return OperationResult(data=ItemsFound(found))

    def _run_200(self, _approval: object, amount: Decimal | None = None) -> OperationResult:
        assert self.transaction is not None
        exact = totals(self.transaction).due
        due = round_to(exact, D(1))
        tendered = due if amount is None else amount
        settled = min(tendered, due)
        payment = Payment(
            "p1", "1", "cash", "Kontant", settled, tendered, tendered - settled, due - exact if settled == due else D(0)
        )
        return self._pay(payment, done=settled == due)

    def _run_201(self, _approval: object, amount: Decimal | None = None) -> OperationResult:
        assert self.transaction is not None
        due = totals(self.transaction).due
        paid = due if amount is None else min(amount, due)
        return self._pay(Payment("p2", "2", "card", "Kort", paid, paid), done=paid == due)

    def _run_211(self, _approval: object, payment_id: str) -> OperationResult:
        assert self.transaction is not None
        payments = tuple(
            msgspec.structs.replace(payment, voided=True) if payment.payment_id == payment_id else payment
            for payment in self.transaction.payments
        )
        self._keep(msgspec.structs.replace(self.transaction, payments=payments))
        return OperationResult(message=self.say("Betalningen är makulerad.", "The payment is void."))

    def _run_701(self, _approval: object) -> OperationResult:
        if self.transaction is not None:
            raise NotAvailable(self.say("Ett köp pågår.", "A sale is in progress."))
        self.staff = None
        self.publish(Event("staff"))
        return OperationResult()

    def _run_703(self, _approval: object) -> OperationResult:
        self.locked = True
        self.publish(Event("staff"))
        return OperationResult()

    def _run_700(self, _approval: object, staff_id: str, pin: str) -> OperationResult:
        if (staff_id, pin) != ("100", "1234"):
            raise LoggedOnWrong(
                self.say("Fel id eller PIN.", "Wrong staff id or PIN."), hint=self.say("Försök igen.", "Try again.")
            )
        self.locked = False
        self.log_on()
        return OperationResult(data=self.staff)

    def _run_917(self, _approval: object, action: str = "") -> OperationResult:
        if action == "disconnect":
            self.go_offline(Reason.MANUAL)
        if action == "switch":
            if self.connection_state.online:
                self.go_offline(Reason.MANUAL)
            else:
                self.go_online()
        return OperationResult(window=self._window())

    def _started(self) -> Transaction:
        return Transaction(f"t{self._receipts}", "0042", "r3", "100", "SEK", True, NOW)

    def _keep(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.publish(Event("sale"))

    def _change(self, line_id: str, **changes: Any) -> OperationResult:
        if self.transaction is None:
            raise InvalidInput(literal("no sale"))
        lines = tuple(
            msgspec.structs.replace(line, **changes) if line.line_id == line_id else line
            for line in self.transaction.lines
        )
        self._keep(msgspec.structs.replace(self.transaction, lines=lines))
        return OperationResult()

    def _pay(self, payment: Payment, *, done: bool) -> OperationResult:
        assert self.transaction is not None
        paid = msgspec.structs.replace(self.transaction, payments=(*self.transaction.payments, payment))
        if not done:
            self._keep(paid)
            return OperationResult()
        self._receipts += 1
        finished = Finished(f"e{self._receipts}", "sale", self._receipts, f"0042-3-1-{self._receipts:06}", paid)
        self.transaction = None
        self.publish(Event("finished", detail=finished))
        return OperationResult(data=finished)
