"""A simulated customer display: its two lines at the end of a file. It says that it is a simulator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kassa.devices import CustomerMessage, DeviceStatus
from kassa.hookspecs import PluginInfo, hook
from kassa.text import Text, literal, texts

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

NAME = "display_simulator"
PLUGIN = PluginInfo(name=NAME, version="0.1.0", api_level=1, title="Simulated customer display")
MARK = "[SIMULATED CUSTOMER DISPLAY]"
WIDTH = 20
"""Characters in a line of such displays."""
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
"""What numbers are written with, and such displays lack."""

_, n_ = texts("kassa_display_simulator")


@hook
def show_to_customer(message: CustomerMessage, register: RegisterFace) -> None:
    """Write what a display would show."""
    file = _file(register)
    if file is not None:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"{MARK} |{_line(message.upper, register)}|{_line(message.lower, register)}|\n")


@hook
def check_devices(register: RegisterFace) -> Sequence[DeviceStatus]:
    """It is always there."""
    file = _file(register)
    if file is None:
        return [DeviceStatus(_("Customer display"), "missing", _("no file in the settings"), simulated=True)]
    return [DeviceStatus(_("Customer display"), "ready", literal(str(file)), simulated=True)]


def _file(register: RegisterFace) -> Path | None:
    settings = next((plugin.settings for plugin in register.record.plugins if plugin.name == NAME), {})
    path = settings.get("path")
    return Path(path) if isinstance(path, str) and path else None


def _line(text: Text, register: RegisterFace) -> str:
    store = register.record.store
    words = text.words(store.language, ZoneInfo(store.timezone)).translate(SPACES)
    return words[:WIDTH].ljust(WIDTH)
