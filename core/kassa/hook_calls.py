"""Calls of hooks, one implementation at a time: what raises, does not return or changes what it was handed is named,
and the others go on."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any

import pluggy
import structlog

from kassa.deadline import Deadline, Late
from kassa.errors import KassaError
from kassa.handed import Handed
from kassa.plugin_problems import Misfit, place_of_function

FailureListener = Callable[[str, str, BaseException], None]
"""Called with plugin name, hook name and the exception."""

START_S, SCREEN_S, STOP_S = 30.0, 5.0, 5.0
DEADLINES_S: Mapping[str, float] = {
    "register_operations": START_S,
    "register_handlers": START_S,
    "declare_tables": START_S,
    "declare_fields": START_S,
    "provide_connection": START_S,
    "register_ready": START_S,
    "register_stopping": STOP_S,
    "status_items": SCREEN_S,
    "describe_window": SCREEN_S,
    "synchronisation_status": SCREEN_S,
}
"""Hooks that run where no operation's budget holds: how long their caller waits for one implementation."""
MAY_WAIT = frozenset({"authorize_card", "reverse_card", "synchronise_now", "fiscal", "print_document", "open_drawer"})
"""Hooks that wait for somebody: one that outlasts its operation is named, and asked again the next time."""
KEPT = 512
TRACE = "KASSA_TRACE_HOOKS"
"""Environment variable: with ``1`` every call of a hook is logged, for support."""


class HookTimes:
    """How long a plugin's hook has taken: the last 512 calls, and how many there were."""

    def __init__(self) -> None:
        self.count = 0
        self._last: deque[float] = deque(maxlen=KEPT)

    def note(self, seconds: float) -> None:
        """One more call."""
        self.count += 1
        self._last.append(seconds)

    def percentile(self, share: float) -> float:
        """The time, in seconds, that ``share`` (0.99) of the last calls did not exceed."""
        ordered = sorted(self._last)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class HookCalls:
    """Calls implementations.

    :param manager: with the specs and the plugins registered.
    :param on_failure: told of each failure; the call itself goes on.
    """

    def __init__(self, manager: pluggy.PluginManager, on_failure: FailureListener) -> None:
        self._manager = manager
        self._on_failure = on_failure
        self._deadline = Deadline("kassa-hook")
        self._running: dict[int, tuple[str, str]] = {}
        self.left_out: set[tuple[str, str]] = set()
        """Plugin and hook that did not return: not called again in this run."""
        self.switched_off: set[str] = set()
        """Plugins of which nothing is called any more in this run."""
        self.times: dict[tuple[str, str], HookTimes] = {}
        self._log = structlog.get_logger("kassa.hooks") if os.environ.get(TRACE) == "1" else None

    def is_implemented(self, hook: str) -> bool:
        """Whether any plugin implements a hook."""
        return bool(getattr(self._manager.hook, hook).get_hookimpls())

    def each(
        self, hook: str, arguments: dict[str, Any], *, refusals: bool = False, failed: object = None
    ) -> Iterator[tuple[str, Any]]:
        """Each implementation's answer; ``failed``, if given, for one that raised. ``refusals``: a typed error gets
        out."""
        implementations = getattr(self._manager.hook, hook).get_hookimpls()
        handed = Handed(arguments if implementations else {})
        for implementation in reversed(implementations):
            plugin = implementation.plugin_name
            if (plugin, hook) in self.left_out or plugin in self.switched_off:
                continue
            try:
                answer = self._within(plugin, hook, implementation, arguments)
            except KassaError as error:
                if refusals:
                    raise
                self._on_failure(plugin, hook, error)
            except (Exception, SystemExit) as error:
                self._on_failure(plugin, hook, error)
                if failed is not None:
                    yield plugin, failed
            else:
                yield plugin, answer
            if handed.was_changed():
                handed.restore()
                place = place_of_function(implementation.function)
                self._on_failure(plugin, hook, Misfit(f"{hook} changed what it was handed", place))

    def _within(self, plugin: str, hook: str, implementation: Any, arguments: dict[str, Any]) -> Any:
        seconds = DEADLINES_S.get(hook)
        if seconds is None:
            return self._call(plugin, hook, implementation, arguments)
        try:
            return self._deadline.run(lambda: self._call(plugin, hook, implementation, arguments), seconds)
        except Late as late:
            self.left_out.add((plugin, hook))
            place = place_of_function(implementation.function)
            raise Misfit(f"{hook} did not return within {seconds:g} s", place) from late

    def _call(self, plugin: str, hook: str, implementation: Any, arguments: dict[str, Any]) -> Any:
        thread = threading.get_ident()
        outer = self._running.get(thread)
        self._running[thread] = (plugin, hook)
        started = perf_counter()
        try:
            return implementation.function(*[arguments[name] for name in implementation.argnames])
        finally:
            self._note(plugin, hook, perf_counter() - started)
            if outer is None:
                self._running.pop(thread, None)
            else:
                self._running[thread] = outer

    def _note(self, plugin: str, hook: str, seconds: float) -> None:
        times = self.times.get((plugin, hook))
        if times is None:
            times = self.times.setdefault((plugin, hook), HookTimes())
        times.note(seconds)
        if self._log is not None:
            self._log.info("hook", plugin=plugin, hook=hook, ms=round(seconds * 1000, 3))

    def give_up(self, thread: int | None) -> tuple[str, str] | None:
        """A thread has been given up: the plugin and hook that it hangs in, if it hangs in one. That hook of that
        plugin is not called again in this run, unless it is one that waits for somebody."""
        hanging = None if thread is None else self._running.get(thread)
        if hanging is not None and hanging[1] not in MAY_WAIT:
            self.left_out.add(hanging)
        return hanging
