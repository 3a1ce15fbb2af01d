"""The rules of the connection hold whatever happens in whatever order: a state machine over a real connection, with
its threads, on a clock and a store server that do what the machine says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.plugins.offline_failover.scripted import CONTEXT, Do, DoThere, Till, Where

from kassa.connection import Reason
from kassa.errors import KassaError, NotAvailable, Refusal, UnknownOutcome
from kassa.requests.contact import Hello

TIMEOUT_S, BUDGET_S, INTERVAL_S = 10.0, 0.3, 300.0
CLOSE = 1e-6


class ConnectionMachine(RuleBasedStateMachine):
    """Answers, refusals, silence, late answers, presses of 917, sales, log ons, restarts, hours."""

    @initialize(advanced=st.booleans())
    def open(self, advanced: bool) -> None:
        self.till = Till(advanced_switching=advanced)
        self.advanced = advanced
        self.in_sale = False
        self.by_hand = False
        self.noted = False
        self.losses: list[float] = []
        self.commands = 0
        self.unknown: list[str] = []
        self.seen = 0
        self.may_go_online = True
        self.log_on()

    def teardown(self) -> None:
        if hasattr(self, "till"):
            self.till.server.mode = "answers"
            self.till.server.cancel_all()
            self.till.close()

    # -- what the machine keeps track of -----------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return self.till.clock.monotonic()

    def timed(self, function: Callable[[], Any]) -> tuple[Any, float]:
        """What ``function`` returns or raises, and the time it took on the clock."""
        began = self.now
        future = self.till.background(function)
        try:
            result = self.till.run_out(future)
        except KassaError as error:
            result = error
        self.till.settle()
        return result, self.now - began

    def quietly(self, function: Callable[[], Any]) -> tuple[Any, float]:
        """The same, for what must not try the store server."""
        before = self.till.server.hellos
        outcome = self.timed(function)
        if not self.advanced:
            assert self.till.server.hellos == before, "an attempt where none may be"
        return outcome

    # -- the store server and time -----------------------------------------------------------------------------------

    @rule(mode=st.sampled_from(["answers", "refuses", "freezes", "trouble", "acts_and_drops", "not_trusted"]))
    def server(self, mode: str) -> None:
        self.till.server.mode = mode

    @rule()
    def thaw(self) -> None:
        self.till.server.thaw()
        self.till.settle()

    @rule()
    def held_requests_fail(self) -> None:
        self.till.server.fail_held()
        self.till.settle()

    @rule(seconds=st.sampled_from([1.0, 31.0, INTERVAL_S - 1, INTERVAL_S, 3600.0]))
    def pass_time(self, seconds: float) -> None:
        before = self.till.server.hellos
        self.till.pass_time(seconds)
        if self.in_sale or not self.advanced:
            assert self.till.server.hellos == before, "time alone tries nothing"

    # -- the till ----------------------------------------------------------------------------------------------------

    @rule()
    def query(self) -> None:
        online, mode = self.till.register.state.online, self.till.server.mode
        sent = len(self.till.server.sent)
        answer, took = self.quietly(lambda: self.till.register.connection.send(Where(), CONTEXT))
        assert answer in ("server", "here"), "a query always gets an answer"
        if not online:
            assert (answer, took) == ("here", 0)
            assert len(self.till.server.sent) == sent, "nothing is sent while offline"
        else:
            assert took <= TIMEOUT_S + CLOSE
            assert (answer == "server") == (mode == "answers")

    @rule(only_there=st.booleans())
    def command(self, only_there: bool) -> None:
        self.commands += 1
        self._send(f"{self.commands:032}", only_there)

    @precondition(lambda self: self.unknown)
    @rule()
    def command_again(self) -> None:
        self._send(self.unknown.pop(0), True)

    def _send(self, identity: str, only_there: bool) -> None:
        till, kind = self.till, DoThere if only_there else Do
        online, done_before = till.register.state.online, identity in till.server.done
        answer, took = self.quietly(lambda: till.register.connection.send(kind(command_id=identity), CONTEXT))
        note(f"{kind.__name__} {identity[-3:]}: {answer!r}")
        if not online:
            assert took == 0
        if answer == "server":
            assert identity in till.server.done
        elif answer == "here":
            assert not only_there
            assert till.register.offline.done.count(identity) == 1
        elif isinstance(answer, UnknownOutcome):
            assert only_there
            self.unknown.append(identity)
        else:
            assert isinstance(answer, Refusal)
            assert only_there
            assert done_before or identity not in till.server.done, "said to be not done, and done"

    @precondition(lambda self: not self.in_sale)
    @rule()
    def start_sale(self) -> None:
        till, before, began = self.till, self.till.server.hellos, self.now
        was_online, on_its_way = till.register.state.online, till.server.held
        allowed = self._attempt_is_allowed()
        outcome, took = self.timed(till.register.start_sale)
        assert outcome is None
        assert took <= BUDGET_S + CLOSE, "the start of a sale waits longer than the budget"
        tried = till.server.hellos - before
        note(f"start at {began}: tried {tried}, allowed {allowed}")
        assert tried <= 1
        if not self.advanced:
            assert allowed or not tried, "an attempt before its time"
        if tried and till.server.mode == "answers":
            assert till.register.state.online
        if not was_online and not tried and not on_its_way:
            assert not till.register.state.online
        self.in_sale = self.may_go_online = True

    def _attempt_is_allowed(self) -> bool:
        """S3, told once more from what was seen from outside."""
        if self.till.register.state.online or (self.by_hand and not self.noted):
            return False
        if self.noted:
            return True
        hellos = [(at, ok) for at, request, ok in self.till.server.ended if isinstance(request, Hello)]
        failures = self.losses + [at for at, ok in hellos if not ok]
        last_failure = max(failures, default=None)
        answered = [at for at, ok in hellos if ok and (last_failure is None or at > last_failure)]
        if answered and self.now - answered[-1] < INTERVAL_S:
            return True
        return last_failure is None or self.now - last_failure >= INTERVAL_S - CLOSE

    @precondition(lambda self: self.in_sale)
    @rule()
    def end_sale(self) -> None:
        self.quietly(self.till.register.end_sale)
        self.in_sale, self.may_go_online = False, True

    @precondition(lambda self: not self.in_sale)
    @rule()
    def log_on(self) -> None:
        before = self.till.server.hellos
        outcome, took = self.timed(self.till.register.connection.log_on_starting)
        assert outcome is None
        assert took <= TIMEOUT_S + 1 + CLOSE
        if self.by_hand and not self.noted:
            assert self.till.server.hellos == before

    # -- 917 and the plug ----------------------------------------------------------------------------------------------

    @rule()
    def disconnect(self) -> None:
        outcome, took = self.quietly(self.till.register.connection.disconnect)
        assert (outcome, took) == (None, 0), "Disconnect works at once"
        self.by_hand, self.noted = True, False

    @rule()
    def connect(self) -> None:
        was_online = self.till.register.state.online
        self.noted = not was_online
        if self.in_sale:
            outcome, took = self.quietly(lambda: self.till.register.connection.connect(in_transaction=True))
            assert took == 0
            assert was_online or isinstance(outcome, NotAvailable)
            return
        outcome, took = self.timed(lambda: self.till.register.connection.connect(in_transaction=False))
        assert took <= TIMEOUT_S + 1 + CLOSE
        assert (outcome is None) == self.till.register.state.online

    @rule()
    def restart(self) -> None:
        sale = self.till.register.transaction
        self.till.restart()
        self.till.register.transaction = None
        assert sale is None or self.in_sale
        self.in_sale, self.may_go_online, self.noted, self.seen, self.losses = False, True, False, 0, []
        self.till.server.ended.clear()
        assert self.till.register.state.reason is (Reason.MANUAL if self.by_hand else Reason.STARTING)
        if not self.by_hand:
            self.timed(self.till.register.connection.begin)
            self.log_on()

    # -- what always holds ---------------------------------------------------------------------------------------------

    @invariant()
    def all_is_lawful(self) -> None:
        """After each step."""
        if hasattr(self, "till"):
            self.changes_are_lawful()
            self.by_hand_is_kept()
            self.nothing_is_done_twice()
            self.may_go_online = not self.in_sale

    def changes_are_lawful(self) -> None:
        """Online never begins in a sale, nor from by hand without Connect; a loss starts the interval."""
        changes = self.till.register.changes[self.seen :]
        self.seen += len(changes)
        for change in changes:
            if change.after.online:
                assert self.may_go_online, "online in the middle of a sale"
                if change.before.reason is Reason.MANUAL:
                    assert self.noted, "online from by hand without Connect"
                self.by_hand = self.noted = False
            else:
                if change.before.reason is Reason.MANUAL:
                    assert self.noted
                    self.by_hand = self.noted = False
                if change.before.online and change.after.reason is not Reason.MANUAL:
                    self.losses.append(self.now)

    def by_hand_is_kept(self) -> None:
        """The state by hand, and nothing else, is in the journal."""
        state = self.till.register.state
        assert (state.reason is Reason.MANUAL) == self.by_hand
        assert (("offline_failover", "manual") in self.till.settings) == self.by_hand

    def nothing_is_done_twice(self) -> None:
        """No command has happened twice, there or here."""
        assert len(set(self.till.server.done)) == len(self.till.server.done)
        assert len(set(self.till.register.offline.done)) == len(self.till.register.offline.done)


ConnectionMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class TestConnectionRules(ConnectionMachine.TestCase):  # type: ignore[name-defined,misc]
    """Runs the machine."""

    @pytest.mark.timeout(300)
    def runTest(self) -> None:  # noqa: N802 - unittest's name
        """Every rule above, in every order tried."""
        super().runTest()
