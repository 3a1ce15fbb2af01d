"""A finished sale comes out of the printer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import SMALL_STORE


def store(settings: dict[str, Any]) -> dict[str, Any]:
    """The small store, its registers with a receipt printer."""
    plugin = {"name": "receipt", "settings": settings}
    registers = [{**register, "plugins": [*register["plugins"], plugin]} for register in SMALL_STORE["registers"]]
    return {**SMALL_STORE, "registers": registers}


def test_a_finished_sale_is_printed(tmp_path: Path) -> None:
    """Total, rounding, change and tax stand on it as the journal has them."""
    paper = tmp_path / "paper.txt"
    settings = {"printer": {"kind": "simulator", "path": str(paper)}}
    with Shop(tmp_path / "shop", store=store(settings)) as shop, shop.open_register() as register:
        shop.log_on(register)
        register.run(100, code=shop.barcode("1001"))
        register.run(100, code=shop.barcode("1003"))
        register.run(303, percent="10")
        register.run(200, amount="200")
        wait_until(lambda: paper.exists() and "S1-R1-1-000001\n\n" in paper.read_text("utf-8"), "it is printed")
        text = paper.read_text("utf-8")
    for words in ("-8,79 kr", "-0,06 kr", "79,00 kr", "121,00 kr", "8,47 kr"):
        assert words in text
