"""Showing a register in a window. Importing this imports no Kivy: :func:`run` sets it up first."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from kassa.errors import KassaError
from kassa.register.face import RegisterFace
from kassa_ui import settled, start
from kassa_ui.stopping import StopSignals


def run(
    register: RegisterFace,
    *,
    home: Path | None = None,
    size: tuple[int, int] = (1280, 800),
    fullscreen: bool = False,
    theme: str | None = None,
    language: str | None = None,
    each_second: Callable[[], bool] | None = None,
) -> None:
    """Show ``register`` until the window is closed, or Ctrl+C or SIGTERM ask for it; it stays open and is the caller's
    to close.

    :param home: where Kivy keeps its files.
    :param size: the window's, in pixels.
    :param theme: ``light`` or ``dark``; None: as chosen on this register.
    :param language: ``sv`` or ``en``; None: as chosen on this register, else the cashier's, or the store's.
    :param each_second: called by the screen's loop as long as it goes round; True closes the window.
    """
    with StopSignals() as signals:
        start.prepare(home, size=size, fullscreen=fullscreen)
        from kivy.clock import Clock

        from kassa_ui.sounds import Sounds
        from kassa_ui.window import KassaApp

        def running(stop: Callable[[], object]) -> None:
            signals.then(stop)
            Clock.schedule_once(lambda _dt: settled.settle(), settled.AFTER_S)

        app = KassaApp(
            register, fixed_language=language, fixed_theme=theme, on_running=running, sounds=Sounds(),
            each_second=each_second,
        )  # fmt: skip
        app.palette.name = theme or "light"
        asyncio.run(app.async_run())


def tell(
    error: KassaError,
    *,
    home: Path | None = None,
    size: tuple[int, int] = (1280, 800),
    fullscreen: bool = False,
    theme: str | None = None,
    language: str | None = None,
) -> None:
    """Show why the register cannot be opened, until the window is closed; without a display, nothing.

    Arguments are those of :func:`run`; ``language`` None: the system's.
    """
    if not has_display():
        return
    with StopSignals() as signals:
        start.prepare(home, size=size, fullscreen=fullscreen)
        from kassa_ui.cannot_open import CannotOpenApp, system_language

        app = CannotOpenApp(error, language or system_language(), on_running=signals.then)
        app.palette.name = theme or "light"
        asyncio.run(app.async_run())


def has_display() -> bool:
    """Whether a window would be seen."""
    return not sys.platform.startswith("linux") or any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
