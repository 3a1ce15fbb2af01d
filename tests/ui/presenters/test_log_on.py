"""Log on."""

from __future__ import annotations

import pytest
from tests.ui.desk_kit import Bench

from kassa.connection import Reason
from kassa.model import OfflineProfile
from kassa_ui.presenters.log_on import LogOnDrawn
from kassa_ui.presenters.speech import speech


def drawn(bench: Bench) -> LogOnDrawn:
    return bench.till.log_on.drawn(speech(bench.till.view))


def test_id_enter_pin_enter(bench: Bench) -> None:
    """Staff id, Enter, PIN, Enter: nothing else is needed, and the PIN is only ever drawn as dots."""
    bench.type("100\n123")
    assert drawn(bench).fields[1].text == "•••"
    bench.type("4\n")
    bench.settle()
    assert bench.register.submitted == [(700, {"staff_id": "100", "pin": "1234"})]
    assert bench.till.screen == "sale"
    assert bench.till.log_on.pin.text == ""


def test_wrong_pin(bench: Bench) -> None:
    """A wrong PIN is said on the spot; the id stays, the PIN is gone."""
    bench.type("100\n9999\n")
    bench.settle()
    screen = drawn(bench)
    assert screen.notice is not None
    assert screen.notice.what == "Fel id eller PIN."
    assert (screen.fields[0].text, screen.fields[1].text) == ("100", "")
    bench.type("1234\n")
    bench.settle()
    assert bench.till.screen == "sale"


def test_offline_is_said_before_log_on(bench: Bench) -> None:
    """With the store server away the log on screen says that one can work offline, and what happens to sales."""
    assert drawn(bench).offline == ""
    bench.register.go_offline()
    bench.until(lambda: not bench.till.view.connection.online)
    assert "arbeta offline" in drawn(bench).offline
    bench.register.go_offline(Reason.MANUAL)
    bench.until(lambda: bench.till.view.connection.reason is Reason.MANUAL)
    assert "Frånkopplad för hand" in drawn(bench).offline


@pytest.mark.parametrize(("reason", "said"), [(Reason.MANUAL, "Anslut"), (Reason.UNREACHABLE, "ingen offlinedatabas")])
def test_nobody_is_told_to_work_offline_without_data(bench: Bench, reason: Reason, said: str) -> None:
    """Without an offline database the log on screen promises no work without the store server."""
    bench.register.has_offline_data = False
    bench.register.go_offline(reason)
    bench.until(lambda: not bench.till.view.connection.online)
    assert said in drawn(bench).offline
    assert "arbetar offline" not in drawn(bench).offline


def test_offline_log_on_not_allowed(bench: Bench) -> None:
    """Where the offline profile forbids it, the screen says that log on needs the store server."""
    record = bench.register.record
    bench.register.record = type(record)(
        record.register_id, record.name, record.store, profile=OfflineProfile(allow_offline_before_log_on=False)
    )
    bench.register.go_offline()
    bench.until(lambda: not bench.till.view.connection.online)
    assert "Inloggning kräver den" in drawn(bench).offline


def test_unlock(bench: Bench) -> None:
    """A locked till asks for the PIN of who locked it, and hides the sale."""
    bench.selling()
    bench.register.locked = True
    bench.till.tick()
    screen = drawn(bench)
    assert bench.till.screen == "log_on"
    assert screen.title == "Låst av Elin Berg"
    assert screen.fields[1].active
    bench.type("1234\n")
    bench.settle()
    assert bench.till.screen == "sale"
    assert bench.till.view.transaction is not None


def test_a_manager_takes_over(bench: Bench) -> None:
    """On a locked till somebody else may type another id: the register decides whether they may go on there."""
    bench.selling()
    bench.register.locked = True
    bench.till.tick()
    bench.till.key("up")
    bench.type("900\n654321\n")
    assert bench.register.submitted == [(700, {"staff_id": "900", "pin": "654321"})]
