"""Hands and eyes at a register's own window: ``python -m tests.seed.hands FOLDER`` is ``kassa ui -d FOLDER``, with keys
pressed and texts read by JSON lines.

Each line in is ``{"type": "1001\\n"}``, ``{"key": ["j", "ctrl"]}`` or ``{"read": true}``; each is answered by a line
with all that can be read in the window then.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

if TYPE_CHECKING:
    from kassa_ui.window import KassaApp

LOOK_AGAIN_S = 0.02


def running_application() -> KassaApp:
    """The window, waited for: Kivy is imported by the command itself, when it is set up."""
    while True:
        window = sys.modules.get("kassa_ui.window")
        kind = getattr(window, "KassaApp", None)
        application: Any = None if kind is None else kind.get_running_app()
        if getattr(application, "stage", None) is not None:  # it is running before it is made to its end
            running: KassaApp = application
            return running
        time.sleep(LOOK_AGAIN_S)


def obey(told: dict[str, Any], application: KassaApp) -> list[str]:
    """Do what a line says, on the window's own thread; what can be read."""
    from tests.ui.pilot import Pilot

    class Hands(Pilot):
        def __init__(self) -> None:
            self.app = application

        def frames(self, count: int = 3) -> None:
            """They are drawn by the window itself."""

    hands = Hands()
    if "type" in told:
        hands.type(told["type"])
    elif "key" in told:
        hands.key(*told["key"])
    return hands.texts()


def serve(commands: BinaryIO, answers: BinaryIO) -> None:
    """Each line in its turn, until there are no more. Without hands there is no window: a fault ends the process."""
    try:
        _serve(commands, answers)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _serve(commands: BinaryIO, answers: BinaryIO) -> None:
    application = running_application()
    from kivy.clock import Clock

    for line in commands:
        done: Future[list[str]] = Future()
        Clock.schedule_once(partial(_settle, done, msgspec.json.decode(line), application))
        answers.write(msgspec.json.encode(done.result()) + b"\n")
        answers.flush()


def _settle(done: Future[list[str]], told: dict[str, Any], application: KassaApp, _dt: float) -> None:
    try:
        done.set_result(obey(told, application))
    except Exception as error:
        done.set_exception(error)


if __name__ == "__main__":
    from kassa.cli import main

    threading.Thread(target=serve, args=(sys.stdin.buffer, sys.stdout.buffer), daemon=True).start()
    sys.argv = ["kassa", "ui", "--no-watch", "-d", sys.argv[1]]
    main()
