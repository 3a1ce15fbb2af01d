"""A simulated customer display: its two lines at the end of a file. It says that it is a simulator."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from kassa.devices import CustomerMessage
from kassa.errors import SetupError
from kassa.register.face import RegisterFace
from kassa_receipt.layout import layout_of
from kassa_receipt.lines import plain
from kassa_receipt.settings import settings_of

MARK = "[SIMULATED CUSTOMER DISPLAY]"
WIDTH = 20
"""Characters in a line of such displays."""


def show(message: CustomerMessage, register: RegisterFace) -> None:
    """Write what it would show."""
    try:
        display = settings_of(register).display
    except SetupError:
        return  # the printer says so already
    if display is None:
        return
    store = register.record.store
    language, zone = layout_of(register).language or store.language, ZoneInfo(store.timezone)
    lines = [plain(text.words(language, zone))[:WIDTH].ljust(WIDTH) for text in (message.upper, message.lower)]
    with Path(display.path).open("a", encoding="utf-8") as file:
        file.write(f"{MARK} |{lines[0]}|{lines[1]}|\n")
