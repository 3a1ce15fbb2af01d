"""Kivy's environment. Kivy reads it once, at its first import, so everything that imports Kivy imports this first.

Without it Kivy takes the command line's arguments for its own, writes to the home directory, takes over the log and
turns a right click into a second finger.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONSOLELOG": "1",
}


class _NotOurs(logging.Filter):
    """Kivy tries every kind of touch screen there is, and complains about each that this machine does not have; and it
    tells of its own configuration file, which nobody here reads."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for such a complaint."""
        message = record.getMessage()
        return "is not supported by your" not in message and not message.startswith("Config: ")


def prepare(home: Path | None = None, *, size: tuple[int, int] = (1280, 800), fullscreen: bool = False) -> None:
    """Set Kivy up. Call it before the first import of Kivy; later calls change nothing that Kivy has read already.

    :param home: where Kivy keeps its files: a folder of the register's. None: one in the temporary folder.
    :param size: the window's, in pixels.
    :param fullscreen: fill the display instead.
    """
    kivy = logging.getLogger("kivy")
    if not any(isinstance(quiet, _NotOurs) for quiet in kivy.filters):
        kivy.addFilter(_NotOurs())
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if "KIVY_HOME" not in os.environ:
        folder = home or Path(tempfile.gettempdir()) / f"kassa-window-{os.getpid()}"
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["KIVY_HOME"] = str(folder)
    if "kivy.core.window" in sys.modules:
        return
    from kivy.config import Config

    settings = {
        ("graphics", "width"): str(size[0]),
        ("graphics", "height"): str(size[1]),
        ("graphics", "fullscreen"): "auto" if fullscreen else "0",
        ("graphics", "multisamples"): "0",
        ("kivy", "exit_on_escape"): "0",
        ("kivy", "log_level"): "warning",
        ("input", "mouse"): "mouse,disable_multitouch",
    }
    for (section, option), value in settings.items():
        Config.set(section, option, value)
    # The touch screen comes through the window itself; this second way in only complains where it is missing.
    if Config.has_option("input", "%(name)s"):
        Config.remove_option("input", "%(name)s")
