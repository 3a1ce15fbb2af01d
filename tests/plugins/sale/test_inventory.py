"""801 Inventory lookup: by the store server's word, and only by that."""

from __future__ import annotations

from pathlib import Path

import pytest

from kassa.errors import NotAvailable, NotFound
from kassa.testing.shop import Shop
from kassa.testing.store import SMALL_STORE


def test_inventory_needs_the_store_server(tmp_path: Path) -> None:
    """Online it says what there is, or that nobody has counted it; offline the button says why not before it is
    pressed, and nothing is guessed."""
    store = {**SMALL_STORE, "buttons": [{"operation": 801}]}
    with Shop(tmp_path, store=store) as shop, shop.open_register() as register:
        shop.log_on(register)
        shop.with_data(register)
        window = register.run(801, code=shop.barcode("1001")).window
        assert window is not None
        assert (window.title.words("sv"), str(window.subtitle)) == (
            "Kaffe mellanrost 450 g",
            "No store has counted it.",
        )
        with pytest.raises(NotFound):
            register.run(801, code="4711")
        shop.network.refuse()
        register.run(101, code="1001")
        face = register.view().buttons[0].face
        assert (face.enabled, str(face.detail)) == (False, "Only the store server knows what there is")
        with pytest.raises(NotAvailable, match="Only the store server"):
            register.run(801, code="1001")
