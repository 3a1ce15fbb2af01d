"""``kassa plugins``: a register's plugins for support, by name, with what each has done and how long it took."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kassa.register.control import ask_running, is_running

if TYPE_CHECKING:
    from kassa.register.register import Register

P99 = 0.99


class PluginLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One plugin.

    :param hooks: by name the time in milliseconds that 99 of 100 calls did not exceed; None: not called yet.
    :param state: ``works``, ``has failed`` (in a hook or an operation), ``switched off`` (too often), ``left out``.
    :param reason: why, for support.
    """

    name: str
    distribution: str
    version: str
    state: str
    hooks: dict[str, float | None] = {}
    reason: str = ""


def plugin_lines(register: Register) -> list[PluginLine]:
    """The plugins of a running register, in their order."""
    return [_line(register, name) for name in register.plugins.names]


def _line(register: Register, name: str) -> PluginLine:
    host = register.plugins
    problems = [problem for problem in host.problems if problem.name == name]
    reason = f"{problems[0].what} {problems[0].error} {problems[0].file}".strip() if problems else ""
    loaded = host.loaded.get(name)
    if loaded is None:
        known = problems[0] if problems else None
        return PluginLine(
            name, known.distribution if known else "", known.version if known else "", "left out", reason=reason
        )
    times = register.hooks.calls.times
    hooks = {
        hook: round(times[name, hook].percentile(P99) * 1000, 3) if (name, hook) in times else None
        for hook in host.hooks_of(name)
    }
    state = "switched off" if host.is_switched_off(name) else "has failed" if problems else "works"
    return PluginLine(name, loaded.distribution, loaded.version, state, hooks, reason)


def read_lines(directory: Path) -> list[PluginLine]:
    """The plugins of the register in a folder: of the running one; else of one that is put together to look at it.

    :raises kassa.errors.SetupError: the register has not been activated.
    """
    if is_running(directory):
        return msgspec.convert(ask_running(directory, "plugins"), list[PluginLine])
    from kassa.register.opening import look_into

    with look_into(directory) as register:
        return plugin_lines(register)


def in_words(lines: list[PluginLine]) -> str:
    """For a terminal."""
    said: list[str] = []
    for line in lines:
        of = f"{line.distribution} {line.version}".strip() or "not installed"
        said.append(f"{line.name}  ({of})  {line.state}{f': {line.reason}' if line.reason else ''}")
        for hook, p99 in line.hooks.items():
            said.append(f"    {hook:<26}{'not called' if p99 is None else f'p99 {p99:.3f} ms'}")
    return "\n".join(said)
