"""Operation 917's switch: disconnected by hand, and connected again (S5)."""

from __future__ import annotations

import pytest
from tests.plugins.offline_failover.scripted import Till

from kassa.connection import Reason
from kassa.errors import DeviceNotTrusted, JournalNotWritten, NoAnswer, NotAvailable
from kassa.text import Text

INTERVAL = 5 * 60.0


def disconnect(till: Till) -> None:
    till.register.connection.disconnect()
    till.settle()


def connect(till: Till, *, in_transaction: bool = False) -> None:
    till.register.connection.connect(in_transaction=in_transaction)


def test_disconnect_works_at_once_with_a_request_in_flight(till: Till) -> None:
    """A request that hangs is cut off and answered offline; no time passes."""
    till.server.mode = "freezes"
    request = till.background(till.register.where)
    disconnect(till)
    assert request.result(5) == "here"
    assert till.register.state.reason is Reason.MANUAL
    assert [change.after.name for change in till.register.changes] == ["online", "manual"]


def test_disconnect_works_in_a_sale(till: Till) -> None:
    """A sale in progress goes on offline."""
    till.register.start_sale()
    disconnect(till)
    assert till.register.where() == "here"


def test_disconnected_by_hand_stays_so(till: Till) -> None:
    """Sales, log ons, a whole day: nothing is sent until Connect."""
    disconnect(till)
    till.server.sent.clear()
    for _sale in range(3):
        till.register.connection.log_on_starting()
        till.register.start_sale()
        till.register.where()
        till.pass_time(INTERVAL * 2)
        till.register.end_sale()
    assert till.server.sent == []
    assert till.register.connection.plan() is None


def test_disconnected_by_hand_survives_a_restart(till: Till) -> None:
    """The state by hand is in the journal: a restart, after a power loss too, comes back to it."""
    disconnect(till)
    since = till.register.state.since
    till.pass_time(100)
    till.restart()
    assert (till.register.state.reason, till.register.state.since) == (Reason.MANUAL, since)
    till.server.sent.clear()
    till.log_on()
    till.register.start_sale()
    assert till.server.sent == []
    till.register.end_sale()
    connect(till)
    assert till.register.state.online
    till.restart()
    assert till.register.state.reason is Reason.STARTING


def test_disconnect_on_a_full_disk(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the journal cannot be written, the register is disconnected all the same, and the cashier hears of it."""

    def full(_plugin: str, _name: str, _value: str | None) -> None:
        raise JournalNotWritten(Text("The disk is full."))

    monkeypatch.setattr(till.register, "keep_setting", full)
    with pytest.raises(JournalNotWritten):
        disconnect(till)
    assert till.register.state.reason is Reason.MANUAL
    assert till.register.changes[-1].after.reason is Reason.MANUAL


def test_connect_between_sales(till: Till) -> None:
    """Connect tries at once, whatever the interval, and the register is online."""
    disconnect(till)
    connect(till)
    assert till.register.state.online
    assert till.register.where() == "server"
    connect(till)


def test_connect_in_a_sale_is_refused_and_done_at_the_next_start(till: Till) -> None:
    """Connect with a sale in progress says no, nothing is sent, and the next sale that starts is online."""
    till.register.start_sale()
    disconnect(till)
    till.server.sent.clear()
    with pytest.raises(NotAvailable) as raised:
        connect(till, in_transaction=True)
    assert raised.value.hint is not None
    assert till.register.state.reason is Reason.MANUAL
    assert till.server.sent == []
    plan = till.register.connection.plan()
    assert plan is not None
    assert (plan.at_next_sale, plan.earliest) == (True, None)
    till.register.end_sale()
    till.register.start_sale()
    assert till.register.state.online


def test_disconnect_takes_back_a_noted_connect(till: Till) -> None:
    """Disconnect after a Connect that waits for the next sale: it stays disconnected."""
    till.register.start_sale()
    disconnect(till)
    with pytest.raises(NotAvailable):
        connect(till, in_transaction=True)
    disconnect(till)
    till.register.end_sale()
    till.server.sent.clear()
    till.register.start_sale()
    assert till.server.sent == []


def test_noted_connect_is_gone_after_a_restart(till: Till) -> None:
    """Power loss before the next sale: still disconnected by hand."""
    till.register.start_sale()
    disconnect(till)
    with pytest.raises(NotAvailable):
        connect(till, in_transaction=True)
    till.restart()
    till.server.sent.clear()
    till.log_on()
    assert till.server.sent == []
    assert till.register.state.reason is Reason.MANUAL


def test_connect_without_an_answer(till: Till) -> None:
    """If the server does not answer, the register stays offline for that reason, and goes on trying by itself."""
    disconnect(till)
    till.server.mode = "refuses"
    with pytest.raises(NoAnswer):
        connect(till)
    assert till.register.state.reason is Reason.UNREACHABLE
    till.server.mode = "answers"
    till.pass_time(INTERVAL)
    till.register.start_sale()
    assert till.register.state.online


def test_connect_waits_as_long_as_a_request_may_take(till: Till) -> None:
    """Connect is asked for: it waits the whole timeout, not the budget."""
    disconnect(till)
    till.server.mode, till.server.slow_s = "slow", 3
    till.run_out(till.background(connect, till))
    assert till.register.state.online


def test_connect_refused_by_the_server(till: Till) -> None:
    """The server's refusal is the answer; the register says why it stays offline."""
    disconnect(till)
    till.server.mode = "not_trusted"
    with pytest.raises(DeviceNotTrusted):
        connect(till)
    assert till.register.state.reason is Reason.NOT_TRUSTED


def test_disconnect_cuts_a_connect_short(till: Till) -> None:
    """Disconnect while Connect waits for the server: disconnected, and the late answer changes nothing."""
    disconnect(till)
    till.server.mode = "freezes"
    connecting = till.background(connect, till)
    disconnect(till)
    assert isinstance(connecting.exception(5), NoAnswer)
    till.server.thaw()
    till.settle()
    assert till.register.state.reason is Reason.MANUAL
    assert ("offline_failover", "manual") in till.settings


def test_disconnect_while_a_start_waits_for_an_attempt(till: Till) -> None:
    """Disconnect ends the wait of a sale that starts."""
    till.server.mode = "refuses"
    till.register.where()
    till.pass_time(INTERVAL)
    till.server.mode = "freezes"
    start = till.background(till.register.start_sale)
    disconnect(till)
    start.result(5)
    till.server.thaw()
    till.settle()
    assert till.register.state.reason is Reason.MANUAL


def test_a_sale_that_starts_while_connect_waits_stays_offline(till: Till) -> None:
    """The server's answer to Connect comes when a sale has started: it is used at the next start."""
    disconnect(till)
    till.server.mode = "freezes"
    connecting = till.background(connect, till)
    start = till.background(till.register.start_sale)
    till.pass_time(0.3)
    start.result(5)
    till.server.mode = "answers"
    till.server.thaw()
    till.settle()
    assert isinstance(connecting.exception(5), NotAvailable)
    assert till.register.state.reason is Reason.MANUAL
    till.register.end_sale()
    till.register.start_sale()
    assert till.register.state.online


def test_late_answer_is_void_after_disconnect(till: Till) -> None:
    """An attempt that began before Disconnect cannot undo it."""
    till.server.mode = "refuses"
    till.register.where()
    till.pass_time(INTERVAL)
    till.server.mode = "freezes"
    till.run_out(till.background(till.register.start_sale))
    disconnect(till)
    till.server.thaw()
    till.settle()
    till.register.end_sale()
    till.server.mode = "answers"
    till.register.start_sale()
    assert till.register.state.reason is Reason.MANUAL
