"""Calls of hooks: one that hangs or changes what it was handed is named and contained, and the others go on."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

import pluggy
import pytest

from kassa import hook_calls, hookspecs
from kassa.deadline import Deadline, Late
from kassa.environment import Environment
from kassa.hooks import Hooks
from kassa.hookspecs import PROJECT, hook
from kassa.model import Transaction
from kassa.text import literal
from kassa.windows import StatusItem


class Host:
    """Hooks with plugins made on the spot, the last one asked first."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str, str]] = []
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.hooks = Hooks(self._manager, lambda *told: self.failures.append((told[0], told[1], str(told[2]))))

    def plug(self, name: str, **functions: Any) -> None:
        """One more plugin."""
        module = ModuleType(name)
        for hook_name, function in functions.items():
            setattr(module, hook_name, hook(function))
        self._manager.register(module, name=name)


@pytest.fixture
def host() -> Host:
    return Host()


def sale(**extra: Any) -> Transaction:
    """A sale that carries a plugin's field."""
    at = Environment().clock.utc()
    return Transaction("t", "S1", "R1", "1001", "SEK", tax_included=True, started_at=at, extra=extra)


def test_one_that_does_not_return_is_left_out(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook that hangs is named with its file and line, the others answer, and it is not called a second time."""
    monkeypatch.setattr(hook_calls, "DEADLINES_S", {"status_items": 0.2})
    release, called = threading.Event(), []

    def hang(view: Any) -> list[StatusItem]:
        called.append(view)
        release.wait(60)
        return []

    host.plug("good", status_items=lambda: [StatusItem("text", literal("good"))])
    host.plug("hangs", status_items=hang)
    nothing: Any = None
    for _round in range(2):
        assert [str(item.text) for item in host.hooks.status_items(nothing, nothing)] == ["good"]
    release.set()
    assert host.failures == [("hangs", "status_items", "status_items did not return within 0.2 s")]
    assert len(called) == 1


def test_thread_that_is_given_up_tells_whose_hook_it_hangs_in(host: Host) -> None:
    """Whoever gives a thread up learns the plugin and hook; that hook is left out, a terminal's is asked again."""
    release = threading.Event()
    entered = threading.Semaphore(0)

    def hang() -> None:
        entered.release()
        release.wait(60)

    host.plug("slow", transaction_changed=hang, authorize_card=hang)
    nothing: Any = None
    calls = host.hooks.calls
    for call in (host.hooks.transaction_changed, host.hooks.authorize_card):
        thread = threading.Thread(target=call, args=(nothing, nothing))
        thread.start()
        assert entered.acquire(timeout=30)
        assert calls.give_up(thread.ident) == ("slow", call.__name__)
    assert calls.left_out == {("slow", "transaction_changed")}
    assert calls.give_up(threading.get_ident()) is None
    release.set()


def test_what_was_handed_over_stays_as_it_was(host: Host) -> None:
    """A plugin that writes into the sale that it is told of is named; the next one, and the register, see it whole."""
    seen = []
    one = sale(acme={"points": 5})

    def spoil(transaction: Transaction) -> None:
        transaction.extra["acme"]["points"] = 500
        transaction.extra["more"] = 1

    host.plug("reads", transaction_changed=lambda transaction: seen.append(dict(transaction.extra)))
    host.plug("writes", transaction_changed=spoil)
    nothing: Any = None
    host.hooks.transaction_changed(one, nothing)
    assert host.failures == [("writes", "transaction_changed", "transaction_changed changed what it was handed")]
    assert seen == [{"acme": {"points": 5}}]
    assert one.extra == {"acme": {"points": 5}}


def test_times_are_kept(host: Host) -> None:
    """How often a plugin's hook was called and how long it took is known, for support."""
    host.plug("acme", logged_off=lambda: None)
    nothing: Any = None
    for _call in range(10):
        host.hooks.logged_off(nothing, nothing)
    times = host.hooks.calls.times["acme", "logged_off"]
    assert times.count == 10
    assert 0 <= times.percentile(0.5) <= times.percentile(0.99)


def test_deadline_returns_raises_or_gives_up() -> None:
    """A call with a deadline gives its answer or its error, or is left to itself."""
    deadline, release = Deadline("test-deadline"), threading.Event()
    assert deadline.run(lambda: 17, 60) == 17
    with pytest.raises(ZeroDivisionError):
        deadline.run(lambda: 1 // 0, 60)
    with pytest.raises(Late):
        deadline.run(lambda: release.wait(60), 0.05)
    release.set()
    assert deadline.run(lambda: 18, 60) == 18
