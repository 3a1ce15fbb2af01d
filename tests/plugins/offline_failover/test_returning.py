"""Coming back to the store server: only at the start of a transaction, after the interval, within the budget (S3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.plugins.offline_failover.scripted import Till

from kassa.connection import Reason

INTERVAL = 5 * 60.0


@pytest.fixture
def offline(till: Till) -> Till:
    """A till that has just lost its server, in the middle of a sale."""
    till.register.start_sale()
    till.server.mode = "refuses"
    till.register.where()
    till.server.mode = "answers"
    till.server.sent.clear()
    return till


def test_nothing_is_tried_before_the_interval(offline: Till) -> None:
    """A sale that starts before the interval has passed does not ask the server, though it would answer."""
    offline.register.end_sale()
    offline.pass_time(INTERVAL - 1)
    offline.register.start_sale()
    assert not offline.register.state.online
    assert offline.server.sent == []


def test_next_start_after_the_interval_is_online(offline: Till) -> None:
    """The first sale that starts after the interval tries the real first request, and is online."""
    offline.register.end_sale()
    offline.pass_time(INTERVAL)
    offline.register.start_sale()
    assert offline.register.state.online
    assert offline.server.hellos == 1
    assert offline.register.where() == "server"
    offline.settle()
    assert len(offline.register.accepted) == 2


def test_never_in_the_middle_of_a_sale(offline: Till) -> None:
    """However long a sale lasts, nothing is tried before the next one starts."""
    for _hour in range(3):
        offline.pass_time(3600)
        assert offline.register.where() == "here"
    assert offline.server.sent == []


def test_interval_starts_again_after_a_failed_attempt(offline: Till) -> None:
    """A failed attempt costs an interval, counted from the failure."""
    offline.register.end_sale()
    offline.pass_time(INTERVAL)
    offline.server.mode = "trouble"
    offline.register.start_sale()
    assert offline.register.state.reason is Reason.SERVER_ERROR
    offline.register.end_sale()
    offline.server.mode = "answers"
    offline.pass_time(INTERVAL - 1)
    offline.register.start_sale()
    assert offline.server.hellos == 1
    offline.register.end_sale()
    offline.pass_time(1)
    offline.register.start_sale()
    assert offline.register.state.online


def test_start_waits_at_most_the_budget(offline: Till) -> None:
    """A server that says nothing costs the start of a sale the budget, no more."""
    offline.register.end_sale()
    offline.pass_time(INTERVAL)
    offline.server.mode = "freezes"
    began = offline.clock.monotonic()
    start = offline.background(offline.register.start_sale)
    offline.run_out(start)
    assert offline.clock.monotonic() - began == pytest.approx(0.3)
    assert not offline.register.state.online


def late(till: Till) -> None:
    """A start whose attempt is answered a second later, in the middle of its sale; then the sale ends."""
    till.register.end_sale()
    till.pass_time(INTERVAL)
    till.server.mode = "freezes"
    till.run_out(till.background(till.register.start_sale))
    till.pass_time(1)
    till.server.thaw()
    till.settle()
    assert not till.register.state.online
    till.register.end_sale()
    till.server.mode = "answers"


def test_late_answer_is_used_at_the_next_start_after_a_quick_check(offline: Till) -> None:
    """An answer that came too late for its sale is remembered: the next start checks once more, and is online."""
    late(offline)
    offline.pass_time(10)
    offline.register.start_sale()
    assert offline.register.state.online
    assert offline.server.hellos == 2


def test_late_answer_is_checked_within_the_same_budget(offline: Till) -> None:
    """The quick check waits no longer than the budget either."""
    late(offline)
    offline.server.mode = "freezes"
    began = offline.clock.monotonic()
    offline.run_out(offline.background(offline.register.start_sale))
    assert offline.clock.monotonic() - began == pytest.approx(0.3)
    assert not offline.register.state.online


def test_late_answer_followed_by_a_failed_check(offline: Till) -> None:
    """If the quick check fails, the interval starts again from there."""
    late(offline)
    offline.server.mode = "refuses"
    offline.register.start_sale()
    offline.register.end_sale()
    offline.server.mode = "answers"
    offline.pass_time(INTERVAL - 1)
    offline.register.start_sale()
    assert not offline.register.state.online
    assert offline.server.hellos == 2


def test_late_failure_starts_the_interval_again(offline: Till) -> None:
    """An attempt that fails in the middle of a sale counts from its failure, not from the start of the sale."""
    offline.register.end_sale()
    offline.pass_time(INTERVAL)
    offline.server.mode = "freezes"
    offline.run_out(offline.background(offline.register.start_sale))
    offline.pass_time(9.7)
    assert offline.register.state.reason is Reason.TIMEOUT
    offline.server.mode = "answers"
    offline.register.end_sale()
    offline.pass_time(INTERVAL - 1)
    offline.register.start_sale()
    assert not offline.register.state.online
    offline.register.end_sale()
    offline.pass_time(1)
    offline.register.start_sale()
    assert offline.register.state.online


def test_next_start_joins_an_attempt_still_on_its_way(offline: Till) -> None:
    """There is one attempt at a time: a second start waits its own budget for the first one's answer."""
    offline.register.end_sale()
    offline.pass_time(INTERVAL)
    offline.server.mode = "freezes"
    offline.run_out(offline.background(offline.register.start_sale))
    offline.register.end_sale()
    start = offline.background(offline.register.start_sale)
    assert offline.server.hellos == 1
    offline.server.thaw()
    offline.settle()
    assert start.done()
    assert offline.register.state.online


@pytest.mark.parametrize(("mode", "says"), [("not_trusted", "This device"), ("staff_refused", "Elin Berg")])
def test_server_must_accept_device_and_staff(offline: Till, mode: str, says: str) -> None:
    """A server that does not accept device or staff leaves the register offline, which says why."""
    offline.register.end_sale()
    offline.pass_time(INTERVAL)
    offline.server.mode = mode
    offline.register.start_sale()
    state = offline.register.state
    assert state.reason is Reason.NOT_TRUSTED
    assert str(state.cause).startswith(says)


def test_since_is_when_the_connection_was_lost(offline: Till) -> None:
    """Failed attempts change the reason, not since when."""
    since = offline.register.state.since
    offline.register.end_sale()
    offline.pass_time(INTERVAL)
    offline.server.mode = "trouble"
    offline.register.start_sale()
    assert offline.register.state.since == since


def test_settings_take_effect_at_once(offline: Till) -> None:
    """A shorter interval in the profile counts for the wait that is going on."""
    offline.register.end_sale()
    offline.pass_time(61)
    offline.register.profile(reconnect_interval_min=1)
    offline.register.start_sale()
    assert offline.register.state.online


def test_plan(offline: Till) -> None:
    """The plan says when the next attempt is due, and that it is made at the next sale."""
    plan = offline.register.connection.plan()
    assert plan is not None
    assert plan.at_next_sale
    assert plan.earliest == offline.register.state.since + timedelta(seconds=INTERVAL)
    offline.pass_time(INTERVAL)
    plan = offline.register.connection.plan()
    assert plan is not None
    assert plan.earliest is None
    offline.register.end_sale()
    offline.register.start_sale()
    assert offline.register.connection.plan() is None


# -- advanced switching ------------------------------------------------------------------------------------------------


@pytest.fixture
def advanced(make_till: Callable[..., Till]) -> Till:
    """A till with advanced switching that has just lost its server, between two sales."""
    till = make_till(advanced_switching=True)
    till.log_on()
    till.register.start_sale()
    till.server.mode = "refuses"
    till.register.where()
    till.register.end_sale()
    till.settle()
    till.server.sent.clear()
    return till


def test_advanced_switching_returns_after_two_good_checks(advanced: Till) -> None:
    """With advanced switching, two good health checks in a row bring the register back between sales."""
    advanced.server.mode = "answers"
    advanced.pass_time(30)
    assert not advanced.register.state.online
    advanced.pass_time(30)
    assert advanced.register.state.online
    assert advanced.server.hellos == 2


def test_advanced_switching_wants_them_in_a_row(advanced: Till) -> None:
    """A failed check between two good ones starts the count anew."""
    for mode in ("answers", "refuses", "answers"):
        advanced.server.mode = mode
        advanced.pass_time(30)
    assert not advanced.register.state.online


def test_advanced_switching_does_nothing_in_a_sale(advanced: Till) -> None:
    """Nothing is checked in the middle of a sale; what fell due is made when it has ended."""
    advanced.server.mode = "answers"
    advanced.pass_time(30)
    advanced.register.start_sale()
    sent = advanced.server.hellos
    advanced.pass_time(300)
    assert (advanced.server.hellos, advanced.register.state.online) == (sent, False)
    advanced.register.end_sale()
    advanced.settle()
    assert advanced.register.state.online


def test_check_answered_in_a_sale_waits_for_the_next_start(advanced: Till) -> None:
    """A check that is answered after a sale has started is remembered for the next start."""
    advanced.server.mode = "answers"
    advanced.pass_time(30)
    advanced.server.mode = "freezes"
    advanced.pass_time(30)
    advanced.run_out(advanced.background(advanced.register.start_sale))
    advanced.server.mode = "answers"
    advanced.server.thaw()
    advanced.settle()
    assert not advanced.register.state.online
    advanced.register.end_sale()
    advanced.register.start_sale()
    assert advanced.register.state.online


def test_advanced_switching_notices_a_loss_between_sales(make_till: Callable[..., Till]) -> None:
    """While online and idle, a failed check switches before a cashier has to wait."""
    till = make_till(advanced_switching=True)
    till.log_on()
    till.server.mode = "trouble"
    till.pass_time(31)
    assert till.register.state.reason is Reason.SERVER_ERROR


def test_without_advanced_switching_nothing_runs_in_the_background(offline: Till) -> None:
    """Nothing is sent between sales by itself."""
    offline.register.end_sale()
    offline.pass_time(3600)
    assert offline.server.sent == []
