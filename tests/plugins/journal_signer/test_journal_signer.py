"""The journal signer: what is in the journal is signed by the device key, and verifies only as it is."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
from tests.plugins.receipt.paper import PROFILE, Maker, sell, simulated, store

from kassa.journal.entry import EntryBody
from kassa_journal_signer.signing import verify

SIGNED = ("sale", "void", "copy", "drawer")


def test_sales_voids_copies_and_drawers_are_signed(make_shop: Maker, tmp_path: Path) -> None:
    """Each verifies with the register's public key, and with no other; one changed amount is found out."""
    shop = make_shop(store=store({"name": "journal_signer"}, simulated(tmp_path / "paper.txt")), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    number = sell(shop, register)
    register.run(100, code=shop.barcode("1002"))
    register.run(500)
    register.run(115, receipt_number=number, action="reprint")
    register.run(1000)
    _signature, public = register.sign("journal_signer", b"")
    entries = register.journal_entries(kinds=SIGNED)
    assert [entry.kind for entry in entries] == list(SIGNED)
    assert [verify(entry, public) for entry in entries] == [True] * 4
    assert not any(verify(changed(entry), public) for entry in entries)
    other = base64.b64decode("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    assert not any(verify(entry, other) for entry in entries)


def changed(entry: EntryBody) -> EntryBody:
    """As somebody might want it: an öre less, another reason."""
    payload = msgspec.json.decode(entry.payload)
    if "totals" in payload:
        payload["totals"]["total"] = "0.01"
    else:
        payload["reason"] = "another"
    return msgspec.structs.replace(entry, payload=msgspec.Raw(msgspec.json.encode(payload)))
