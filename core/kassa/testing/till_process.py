"""A register as a process of its own, told what to do by JSON lines: ``python -m kassa.testing.till_process FOLDER``.

Each line in is ``{"run": 100, "parameters": {...}}`` (with a manager's ``"approval": [id, PIN]``), ``{"facts": true}``
or ``{"close": true}``; each line out is
``{"ok": ...}``, for an operation with ``data`` and ``window`` beside it, or ``{"error": code, "what": text}``, with
``why`` where a plugin has failed. ``KASSA_KILL_AT=label:n:before`` makes the process kill itself
(SIGKILL) at the n-th journal write with that label (``*``: any), before or after the commit: the plug, pulled at a
known moment.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from kassa.connection import ConnectionChange
from kassa.errors import KassaError, PluginFailure
from kassa.journal.database import WriteListener
from kassa.logs import log_to
from kassa.operations import ManagerApproval
from kassa.register import Register, open_register
from kassa.register.face import Event


def plug(when: str) -> WriteListener:
    """A write listener that pulls the plug."""
    label, number, moment = when.split(":")
    left = [int(number)]

    def told(now: str, written: str) -> None:
        if now == moment and label in ("*", written):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return told


class Changes:
    """The changes of the connection state that have not been told yet."""

    def __init__(self, register: Register) -> None:
        self._kept: list[dict[str, Any]] = []
        register.subscribe(self._note)

    def _note(self, event: Event) -> None:
        change = event.detail
        if isinstance(change, ConnectionChange):
            cause = change.after.cause
            self._kept.append(
                {
                    "at": change.after.since.isoformat(),
                    "before": change.before.name,
                    "after": change.after.name,
                    "request": change.request,
                    "cause": None if cause is None else str(cause),
                }
            )

    def take(self) -> list[dict[str, Any]]:
        """Those since the last time."""
        taken, self._kept = self._kept, []
        return taken


def facts(register: Register, changes: Changes) -> dict[str, Any]:
    """What a test wants to know of the register. ``changes`` are told once."""
    sale = register.transaction
    series = register.journal.series
    view = register.view()
    return {
        "state": register.connection.state().name,
        "header": [str(item.text) for item in view.status_items],
        "hook_times": hook_times(register),
        "place": register.session.place.value,
        "sale": None if sale is None else msgspec.to_builtins(sale),
        "sequence": series.sequence,
        "receipts": series.receipts,
        "acknowledged": series.acknowledged,
        "waiting": register.waiting().entries,
        "pending": [pending.name for pending in register.journal.commands.pending()],
        "problems": [str(problem) for problem in view.problems],
        "data": register.offline_database.available,
        "checked": register.sync_status().checked_at is not None,
        "ready": register.readiness().ready,
        "changes": changes.take(),
    }


def hook_times(register: Register) -> dict[str, dict[str, float]]:
    """The middle of how long each plugin's hooks have taken, in milliseconds, by plugin and hook."""
    told: dict[str, dict[str, float]] = {}
    for (plugin, hook), times in list(register.hooks.calls.times.items()):
        told.setdefault(plugin, {})[hook] = times.percentile(0.5) * 1000
    return told


def answer(register: Register, changes: Changes, line: bytes) -> dict[str, Any]:
    """Do what a line says."""
    told = msgspec.json.decode(line)
    if told.get("facts"):
        return {"ok": facts(register, changes)}
    try:
        approval = told.get("approval")
        manager = None if approval is None else ManagerApproval(*approval)
        result = register.run(told["run"], approval=manager, **told.get("parameters", {}))
    except KassaError as error:
        return {"error": error.code, "what": str(error.what), "why": why(error)}
    window = None if result.window is None else result.window.name
    message = None if result.message is None else str(result.message)
    return {"ok": message, "data": plain(result.data), "window": window}


def why(error: KassaError) -> str:
    """What a plugin's author needs of its failure, and no cashier sees: the traceback."""
    return "".join(traceback.format_exception(error.__cause__)) if isinstance(error, PluginFailure) else ""


def plain(data: Any) -> Any:
    """What an operation hands back, as JSON can carry it: records as objects, what is nothing of the kind as text."""
    return msgspec.to_builtins(data, enc_hook=str, str_keys=True)


def serve(folder: Path, kill_at: str | None, commands: BinaryIO, answers: BinaryIO) -> None:
    """Serve lines until told to close.

    :param kill_at: as in ``KASSA_KILL_AT``.
    """

    def say(said: dict[str, Any]) -> None:
        answers.write(msgspec.json.encode(said) + b"\n")
        answers.flush()

    log_to(folder)
    register = open_register(folder, on_write=plug(kill_at) if kill_at else None)
    changes = Changes(register)
    say({"ok": "open"})
    for line in commands:
        if msgspec.json.decode(line).get("close"):
            break
        say(answer(register, changes, line))
    register.close()
    say({"ok": "closed"})


if __name__ == "__main__":
    serve(Path(sys.argv[1]), os.environ.get("KASSA_KILL_AT"), sys.stdin.buffer, sys.stdout.buffer)
