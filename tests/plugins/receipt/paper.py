"""A shop whose registers print, for the tests of this plugin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kassa.register import Register
from kassa.testing.receipt_printer import ReceiptPrinter
from kassa.testing.shop import Shop
from kassa.testing.store import SMALL_STORE

PROFILE = {"reconnect_interval_min": 0.25}


def store(*plugins: dict[str, Any], language: str = "sv", **fields: Any) -> dict[str, Any]:
    """The small store, with further plugins on its registers."""
    registers = [{**register, "plugins": [*plugins, *register["plugins"]]} for register in SMALL_STORE["registers"]]
    return {**SMALL_STORE, "registers": registers, "store": {**SMALL_STORE["store"], "language": language, **fields}}


def receipt(**settings: Any) -> dict[str, Any]:
    """The plugin with its settings."""
    return {"name": "receipt", "settings": settings}


def network(printer: ReceiptPrinter, **more: Any) -> dict[str, Any]:
    """The plugin with a printer on the network."""
    return receipt(printer={"kind": "network", "host": "127.0.0.1", "port": printer.port, "timeout_s": 2}, **more)


def simulated(path: Path, **more: Any) -> dict[str, Any]:
    """The plugin with a simulated printer."""
    return receipt(printer={"kind": "simulator", "path": str(path)}, **more)


def sell(shop: Shop, register: Register, *numbers: str) -> str:
    """Sell items for cash; the receipt's number."""
    for number in numbers or ("1001",):
        register.run(100, code=shop.barcode(number))
    finished = register.run(200).data
    assert finished.receipt_number is not None
    return str(finished.receipt_number)


Maker = Callable[..., Shop]
