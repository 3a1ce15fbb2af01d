"""Losing the store server: S1, S2, the circuit breaker, and the question before a switch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.plugins.offline_failover.scripted import CONTEXT, Do, DoThere, OnlyThere, Till, Where

from kassa.connection import Reason
from kassa.errors import NotAvailable, NotFound, UnknownOutcome
from kassa.text import Text

MINUTE = 60.0


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("refuses", Reason.UNREACHABLE),
        ("trouble", Reason.SERVER_ERROR),
        ("acts_and_drops", Reason.UNREACHABLE),
        ("not_trusted", Reason.NOT_TRUSTED),
    ],
)
def test_no_answer_switches_and_the_query_is_answered_here(till: Till, mode: str, reason: Reason) -> None:
    """What is no answer switches at once, with its reason, and the same query is answered offline (S1)."""
    till.clock.advance(100)
    till.server.mode = mode
    assert till.register.where() == "here"
    state = till.register.state
    assert (state.online, state.reason, state.since) == (False, reason, till.clock.utc())
    assert state.cause is not None
    change = till.register.changes[-1]
    assert (change.before.name, change.after.name, change.request) == ("online", reason.value, "test.where")


def test_online_queries_go_to_the_store_server(till: Till) -> None:
    """While online the store server answers."""
    assert till.register.where() == "server"


def test_refusal_never_switches(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typed no is an answer."""

    def refuse(_request: object) -> None:
        raise NotFound(Text("No such item."))

    monkeypatch.setattr(till.server, "_act", refuse)
    with pytest.raises(NotFound):
        till.register.where()
    assert till.register.state.online


def test_silence_switches_at_the_timeout(till: Till) -> None:
    """A server that says nothing is given up at the profile's timeout, and the query is answered here (S2)."""
    till.server.mode = "freezes"
    began = till.clock.monotonic()
    assert till.run_out(till.background(till.register.where)) == "here"
    assert till.clock.monotonic() - began == pytest.approx(10)
    assert till.register.state.reason is Reason.TIMEOUT


def test_only_the_first_request_pays(till: Till) -> None:
    """Once offline, nothing is sent and nobody waits."""
    till.server.mode = "refuses"
    till.register.where()
    sent = len(till.server.sent)
    for _time in range(5):
        assert till.register.where() == "here"
    assert len(till.server.sent) == sent


def test_others_in_flight_are_cut_off_when_one_switches(till: Till) -> None:
    """When one request switches, the others in flight are answered offline without waiting for their own timeouts."""
    till.server.mode = "freezes"
    first = till.background(till.register.where)
    till.pass_time(6)
    others = [till.background(till.register.where) for _lane in range(3)]
    till.pass_time(4)
    assert first.result(5) == "here"
    assert [other.result(5) for other in others] == ["here"] * 3
    assert till.server.held == 0
    assert len(till.register.changes) == 2


def test_a_request_that_leaves_while_another_switches_is_cut_off_too(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that found the register online, and is sent just after another one has switched, waits for nothing."""
    submit, first = till.server.submit, [True]

    def submit_late(*arguments: Any, **named: Any) -> Any:
        if first:
            first.clear()
            till.server.mode = "refuses"
            assert till.register.where() == "here"
            till.server.mode = "freezes"
        return submit(*arguments, **named)

    monkeypatch.setattr(till.server, "submit", submit_late)
    request = till.background(till.register.where)
    assert request.result(5) == "here"
    assert till.server.held == 0


def test_a_late_answer_of_a_request_changes_nothing(till: Till) -> None:
    """The answer to a request that was given up brings nobody online."""
    till.server.mode = "freezes"
    till.run_out(till.background(till.register.where))
    till.server.thaw()
    assert not till.register.state.online


def test_what_only_the_store_server_knows_is_not_available(till: Till) -> None:
    """A query without a handler here says that it needs the store server."""
    till.server.mode = "refuses"
    for _time in range(2):
        with pytest.raises(NotAvailable):
            till.register.connection.send(OnlyThere(), CONTEXT)


# -- commands ----------------------------------------------------------------------------------------------------------


def test_command_goes_on_offline_under_its_own_id(till: Till) -> None:
    """A command whose answer was lost is taken here with the same id: delivered later, it is done once."""
    till.server.mode = "acts_and_drops"
    assert till.register.connection.send(Do(command_id="a"), CONTEXT) == "here"
    assert till.server.done == till.register.offline.done == ["a"]


def test_online_only_command_that_was_not_sent_is_not_available(till: Till) -> None:
    """A command that never left is simply not available; nothing happened."""
    till.server.mode = "refuses"
    with pytest.raises(NotAvailable):
        till.register.connection.send(DoThere(command_id="a"), CONTEXT)
    with pytest.raises(NotAvailable):
        till.register.connection.send(DoThere(command_id="a"), CONTEXT)
    assert till.register.offline.done == []


@pytest.mark.parametrize("arrived", [True, False])
def test_online_only_command_without_an_answer_is_asked_by_id_first(till: Till, arrived: bool) -> None:
    """Its outcome is unknown; when the server is back, it is asked by its id, and sent again only if it never came."""
    till.server.mode = "acts_and_drops" if arrived else "trouble"
    with pytest.raises(UnknownOutcome):
        till.register.connection.send(DoThere(command_id="a"), CONTEXT)
    with pytest.raises(UnknownOutcome):
        till.register.connection.send(DoThere(command_id="a"), CONTEXT)
    till.server.mode = "answers"
    till.register.connection.connect(in_transaction=False)
    till.server.sent.clear()
    assert till.register.connection.send(DoThere(command_id="a"), CONTEXT) == "server"
    names = [request.NAME for request in till.server.sent]
    assert names == ["kassa.ask_command"] if arrived else ["kassa.ask_command", "test.do_there"]
    assert till.server.done == ["a"]
    assert till.register.offline.done == []


def test_asking_without_an_answer_leaves_it_unknown(till: Till) -> None:
    """If the question itself gets no answer, the outcome is as unknown as before."""
    till.server.mode = "acts_and_drops"
    with pytest.raises(UnknownOutcome):
        till.register.connection.send(DoThere(command_id="a"), CONTEXT)
    till.server.mode = "answers"
    till.register.connection.connect(in_transaction=False)
    till.server.mode = "refuses"
    with pytest.raises(UnknownOutcome):
        till.register.connection.send(DoThere(command_id="a"), CONTEXT)


# -- prompt before switch ----------------------------------------------------------------------------------------------


def test_go_offline(make_till: Callable[..., Till]) -> None:
    """With *prompt before switch* the cashier is asked; *Go offline* switches."""
    till = make_till(prompt_before_switch=True)
    till.log_on()
    till.server.mode = "refuses"
    till.register.choices = ["go_offline"]
    assert till.register.where() == "here"
    (question,) = till.register.questions
    assert (question.default, question.timeout_s) == ("go_offline", 10)
    assert not till.register.state.online


def test_nobody_answers_the_question(make_till: Callable[..., Till]) -> None:
    """Without a choice the register goes offline by itself."""
    till = make_till(prompt_before_switch=True)
    till.log_on()
    till.server.mode = "trouble"
    assert till.register.where() == "here"
    assert not till.register.state.online


def test_try_again(make_till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch) -> None:
    """*Try again* sends the same request again; its answer counts, and the register stays online."""
    till = make_till(prompt_before_switch=True)
    till.log_on()
    till.server.mode = "refuses"
    asked = []

    def ask(question: object) -> str:
        asked.append(question)
        till.server.mode = "refuses" if len(asked) < 2 else "answers"
        return "try_again"

    monkeypatch.setattr(till.register, "ask", ask)
    assert till.register.where() == "server"
    assert len(asked) == 2
    assert till.register.state.online


def test_other_requests_queue_behind_the_question(
    make_till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the question is open, other requests wait for its outcome, and ask nothing of their own."""
    till = make_till(prompt_before_switch=True)
    till.log_on()
    till.server.mode = "refuses"
    asked, decided = threading.Event(), threading.Event()

    def ask(_question: object) -> str:
        assert not asked.is_set()
        asked.set()
        assert decided.wait(5)
        return "go_offline"

    monkeypatch.setattr(till.register, "ask", ask)
    threads = till.threads
    first = threads.submit(till.register.where)
    assert asked.wait(5)
    sent = len(till.server.sent)
    others = [threads.submit(till.register.where) for _lane in range(3)]
    assert not any(other.done() for other in others)
    decided.set()
    assert first.result(5) == "here"
    assert [other.result(5) for other in others] == ["here"] * 3
    assert len(till.server.sent) == sent


def test_disconnect_settles_the_question(make_till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch) -> None:
    """Disconnect does not wait for the question, and closes it."""
    till = make_till(prompt_before_switch=True)
    till.log_on()
    till.server.mode = "refuses"
    asked, closed = threading.Event(), threading.Event()

    def ask(_question: object) -> str:
        asked.set()
        assert closed.wait(5)
        return "go_offline"

    monkeypatch.setattr(till.register, "ask", ask)
    monkeypatch.setattr(till.register, "answer", lambda _choice: closed.set())
    first = till.threads.submit(till.register.where)
    assert asked.wait(5)
    till.register.connection.disconnect()
    assert till.register.state.reason is Reason.MANUAL
    assert first.result(5) == "here"
    assert till.register.state.reason is Reason.MANUAL


# -- degraded ----------------------------------------------------------------------------------------------------------


def slowly(till: Till, seconds: float) -> str:
    till.server.mode, till.server.slow_s = "slow", seconds
    answer: str = till.run_out(till.background(till.register.where))
    return answer


def test_degraded_after_several_slow_answers_in_a_row(make_till: Callable[..., Till]) -> None:
    """Three answers in a row over the latency threshold make the state degraded; a quick one between starts anew."""
    till = make_till(latency_threshold_ms=500, reconnect_budget_ms=2000)
    till.log_on()
    slowly(till, 0.6)
    slowly(till, 0.6)
    slowly(till, 0.4)
    slowly(till, 0.6)
    assert slowly(till, 0.6) == "server"
    assert till.register.state.online
    assert slowly(till, 0.6) == "server"
    assert till.register.state.reason is Reason.DEGRADED
    assert till.register.where() == "here"


def test_degraded_ends_with_a_quick_attempt(make_till: Callable[..., Till]) -> None:
    """A slow attempt leaves it degraded; a quick one, after the interval, brings the register back."""
    till = make_till(latency_threshold_ms=500, reconnect_budget_ms=2000)
    till.log_on()
    for _time in range(3):
        slowly(till, 0.6)
    till.clock.advance(5 * MINUTE)
    till.run_out(till.background(till.register.start_sale))
    assert till.register.state.reason is Reason.DEGRADED
    till.register.end_sale()
    till.clock.advance(5 * MINUTE)
    till.server.mode = "answers"
    till.register.start_sale()
    assert till.register.state.online


def test_slow_answers_without_a_threshold_are_answers(till: Till) -> None:
    """Without a threshold no latency degrades."""
    for _time in range(6):
        assert slowly(till, 9) == "server"
    assert till.register.state.online


def test_query_type_is_what_decides(till: Till) -> None:
    """A query falls back; the same till's requests keep their own timeouts."""
    till.server.mode = "freezes"
    began = till.clock.monotonic()
    future = till.background(lambda: till.register.connection.send(Where(), CONTEXT, timeout_s=2))
    assert till.run_out(future) == "here"
    assert till.clock.monotonic() - began == pytest.approx(2)
