"""Limits on selling offline, and registers without offline support."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest
from tests.plugins.offline_failover.scripted import CONTEXT, Do, Till

from kassa.connection import Reason
from kassa.errors import NotAllowed, NotAvailable, UnknownOutcome

HOUR = 3600.0


def lose(till: Till) -> None:
    till.server.mode = "refuses"
    till.register.where()


def test_too_long_offline_stops_new_sales(make_till: Callable[..., Till]) -> None:
    """After ``max_offline_hours`` a new sale needs a manager; the one in progress goes on."""
    till = make_till(max_offline_hours=8)
    till.log_on()
    till.register.start_sale()
    lose(till)
    till.pass_time(9 * HOUR)
    assert till.register.where() == "here"
    till.register.end_sale()
    with pytest.raises(NotAllowed) as raised:
        till.register.start_sale()
    assert raised.value.override
    till.register.start_sale(approved=True)
    till.register.end_sale()


def test_hours_count_through_a_restart(make_till: Callable[..., Till]) -> None:
    """A restart does not make the hours forgotten; being online does."""
    till = make_till(max_offline_hours=8)
    till.log_on()
    lose(till)
    till.pass_time(5 * HOUR)
    till.restart()
    till.pass_time(4 * HOUR)
    with pytest.raises(NotAllowed):
        till.register.start_sale()
    till.server.mode = "answers"
    till.register.connection.connect(in_transaction=False)
    lose(till)
    till.register.start_sale()


def test_clock_set_back_over_a_restart_is_no_credit(make_till: Callable[..., Till]) -> None:
    """A wall clock set back before a restart counts as no time at all, and nothing breaks."""
    till = make_till(max_offline_hours=8)
    till.log_on()
    lose(till)
    till.clock.set_wall_clock(till.clock.utc().replace(year=2001))
    till.restart()
    till.register.start_sale()
    till.register.end_sale()
    till.pass_time(8 * HOUR)
    with pytest.raises(NotAllowed):
        till.register.start_sale()


def test_too_much_waiting_stops_new_sales(make_till: Callable[..., Till]) -> None:
    """With ``max_offline_amount`` waiting, a new sale offline needs a manager; online it does not."""
    till = make_till(max_offline_amount=Decimal(1000))
    till.log_on()
    till.register.amount_waiting = Decimal(1000)
    till.register.start_sale()
    till.register.end_sale()
    lose(till)
    with pytest.raises(NotAllowed):
        till.register.start_sale()
    till.register.amount_waiting = Decimal("999.99")
    till.register.start_sale()


def test_limit_counts_after_the_attempt(make_till: Callable[..., Till]) -> None:
    """A start that brings the register online needs no manager."""
    till = make_till(max_offline_hours=1)
    till.log_on()
    lose(till)
    till.pass_time(2 * HOUR)
    till.server.mode = "answers"
    till.register.start_sale()
    assert till.register.state.online


# -- no offline support ------------------------------------------------------------------------------------------------


@pytest.fixture
def online_only(till: Till) -> Till:
    """A till without offline support, online."""
    till.register.record = msgspec.structs.replace(till.register.record, support_offline=False)
    return till


def test_without_offline_support_nothing_falls_back(online_only: Till) -> None:
    """A lost server is said; nothing is answered from an offline database that is not there."""
    online_only.server.mode = "refuses"
    with pytest.raises(NotAvailable):
        online_only.register.where()
    state = online_only.register.state
    assert (state.online, state.reason, state.can_switch) == (False, Reason.UNREACHABLE, False)
    assert online_only.register.offline.done == []


def test_without_offline_support_no_sale_starts(online_only: Till) -> None:
    """While the server is away no sale starts; as soon as it answers, one does, whatever the interval."""
    online_only.server.mode = "refuses"
    with pytest.raises(NotAvailable):
        online_only.register.where()
    with pytest.raises(NotAvailable):
        online_only.register.start_sale()
    online_only.server.mode = "answers"
    online_only.register.start_sale()
    assert online_only.register.state.online


def test_without_offline_support_each_request_tries(online_only: Till) -> None:
    """In a sale, whose payment needs nobody, the next request finds the server again."""
    online_only.register.start_sale()
    online_only.server.mode = "refuses"
    with pytest.raises(NotAvailable):
        online_only.register.where()
    online_only.server.mode = "answers"
    assert online_only.register.where() == "server"
    assert online_only.register.state.online


def test_without_offline_support_a_command_may_end_as_unknown(online_only: Till) -> None:
    """A command whose answer was lost is unknown, and asked by its id when the server is back."""
    online_only.server.mode = "acts_and_drops"
    with pytest.raises(UnknownOutcome):
        online_only.register.connection.send(Do(command_id="a"), CONTEXT)
    online_only.server.mode = "answers"
    assert online_only.register.connection.send(Do(command_id="a"), CONTEXT) == "server"
    assert online_only.server.done == ["a"]


def test_without_offline_support_disconnect_is_refused(online_only: Till) -> None:
    """There would be nothing to sell from."""
    with pytest.raises(NotAvailable):
        online_only.register.connection.disconnect()
    assert online_only.register.state.online
