"""The first contact of a run, and log on while the server is away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.plugins.offline_failover.scripted import Till

from kassa.connection import Reason
from kassa.errors import NotAvailable


def test_state_is_starting_before_the_first_contact(make_till: Callable[..., Till]) -> None:
    """A register that has just started is offline, starting, and answers from its offline database."""
    till = make_till()
    assert till.register.state.reason is Reason.STARTING
    assert till.register.where() == "here"


def test_first_contact_is_made_in_the_background(make_till: Callable[..., Till]) -> None:
    """The start of the register waits for nothing; its first contact brings it online."""
    till = make_till()
    till.server.mode = "freezes"
    till.register.connection.begin()
    assert till.register.state.reason is Reason.STARTING
    till.server.thaw()
    till.settle()
    assert till.register.state.online


def test_log_on_waits_for_the_first_contact(make_till: Callable[..., Till]) -> None:
    """A log on while the first contact is on its way waits for it, at most the timeout."""
    till = make_till()
    till.server.mode, till.server.slow_s = "slow", 4
    till.run_out(till.background(till.log_on))
    assert till.register.state.online
    assert till.server.hellos == 1


def test_log_on_with_a_dead_server_waits_at_most_the_timeout_once(make_till: Callable[..., Till]) -> None:
    """The first log on waits for a silent server until the timeout; the next one no more than the budget."""
    till = make_till()
    till.server.mode = "freezes"
    began = till.clock.monotonic()
    till.run_out(till.background(till.log_on))
    assert till.clock.monotonic() - began == pytest.approx(10)
    assert till.register.state.reason is Reason.TIMEOUT
    again = till.clock.monotonic()
    till.run_out(till.background(till.register.connection.log_on_starting))
    assert till.clock.monotonic() - again == pytest.approx(0.3)


def test_log_on_after_a_failed_first_contact_tries_again(make_till: Callable[..., Till]) -> None:
    """Until the server has answered once in a run, each log on is a moment for it: it may have started meanwhile."""
    till = make_till()
    till.server.mode = "refuses"
    till.log_on()
    till.server.mode = "answers"
    till.register.connection.log_on_starting()
    assert till.register.state.online


def test_log_on_after_a_loss_does_not_reconnect(till: Till) -> None:
    """Once the server has answered in a run, only the start of a transaction tries it again (S3)."""
    till.server.mode = "refuses"
    till.register.where()
    till.server.mode = "answers"
    till.server.sent.clear()
    till.pass_time(3600)
    till.register.connection.log_on_starting()
    assert till.server.sent == []


def test_log_on_may_need_the_server(make_till: Callable[..., Till]) -> None:
    """Without *allow offline before log on*, nobody logs on while the server is away."""
    till = make_till(allow_offline_before_log_on=False)
    till.server.mode = "refuses"
    with pytest.raises(NotAvailable):
        till.log_on()
    till.server.mode = "answers"
    till.register.connection.log_on_starting()
    assert till.register.state.online


def test_first_answer_that_comes_in_a_sale_waits_for_the_next(make_till: Callable[..., Till]) -> None:
    """A sale that has started before the first contact was answered ends offline."""
    till = make_till()
    till.server.mode = "freezes"
    till.register.connection.begin()
    till.run_out(till.background(till.register.start_sale))
    till.server.thaw()
    till.settle()
    assert not till.register.state.online
    till.server.mode = "answers"
    till.register.end_sale()
    till.register.start_sale()
    assert till.register.state.online


def test_attempt_that_breaks_is_a_failed_attempt(
    make_till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something unforeseen in an attempt leaves the register offline, and nobody waiting."""
    till = make_till()

    def broken() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(till.register, "hello", broken)
    till.log_on()
    assert till.register.state.reason is Reason.UNREACHABLE
