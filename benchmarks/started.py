"""A register's process as it starts, for :mod:`benchmarks.ready`: ``python -m benchmarks.started FOLDER WHAT``.

``open``: until staff may log on. ``log_on``: until the first scan can be made. ``window``: the same, with the screen
drawn. Says ``ready`` and ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kassa.logs import log_to
from kassa.register import Register, open_register
from kassa.testing.store import CASHIER, CASHIER_PIN


def main(folder: Path, what: str) -> None:
    """Start, say so, and end."""
    log_to(folder)
    with open_register(folder) as register:
        if what == "window":
            _with_window(register, folder)
        else:
            if what == "log_on":
                register.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
            print("ready", flush=True)


def _with_window(register: Register, folder: Path) -> None:
    from kassa_ui import start

    start.prepare(folder / "window")
    import asyncio

    from kivy.clock import Clock
    from kivy.core.window import Window

    from kassa_ui.window import KassaApp

    app = KassaApp(register)
    app.palette.name = "light"

    def drawn(*_flip: object) -> None:
        if app.stage is None or Window.canvas is None:
            return
        if register.staff is None:
            register.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
            return
        Window.unbind(on_flip=drawn)
        print("ready", flush=True)
        Clock.schedule_once(lambda _dt: app.stop())

    Window.bind(on_flip=drawn)
    asyncio.run(app.async_run())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
