"""A device that headquarters has revoked: refused in words, and what it hands over waits for a person."""

from __future__ import annotations

import pytest
from tests.server.conftest import Shop

from kassa.errors import DeviceNotTrusted, NotFound
from kassa.packages.listing import ListRequest
from kassa.requests.contact import Hello
from kassa_server.headquarters.attention import needs_attention
from kassa_server.headquarters.device_revocations import DEVICE_REVOKED, revoke_device
from kassa_server.posting import Posted
from kassa_server.schema import audit, change_log, device_revocation, journal_entry, parked_entry, sales_transaction


def revoke(shop: Shop, register_id: str = "R1", device_id: str | None = None) -> str:
    with shop.channel.writing() as connection:
        return revoke_device(connection, register_id, by="anna", device_id=device_id)


def test_it_is_refused_in_words(shop: Shop) -> None:
    """Requests, lists and packages are refused with a typed answer that says so in both languages."""
    till = shop.device()
    assert revoke(shop) == till.device_id
    with pytest.raises(DeviceNotTrusted) as told:
        till.ask(Hello())
    assert "revoked this device" in told.value.what.words("en")
    assert "återkallat" in told.value.what.words("sv")
    assert "kept" in told.value.kept.words("en")
    assert told.value.hint is not None
    assert b"revoked" in till.post("/v1/packages", b"{}").content
    assert till.post("/v1/packages", b"{}").status_code == DeviceNotTrusted.status
    assert ListRequest().seen == 0
    assert shop.device("R2").ask(Hello())


def test_what_it_hands_over_is_kept_and_waits(shop: Shop) -> None:
    """What had come before counts. What it hands over afterwards is stored and acknowledged, counts for nothing until
    somebody accepts it, and is among nothing else that is posted again; headquarters says so."""
    till = shop.device()
    till.sell()
    till.deliver()
    revoke(shop)
    till.sell()
    till.sell()
    assert till.deliver().sequence == 3
    assert till.deliver(till.chain).sequence == 3
    assert [row["posting"] for row in shop.rows(journal_entry)] == ["posted", "parked", "parked"]
    assert {row["reason"] for row in shop.rows(parked_entry)} == {DEVICE_REVOKED}
    poster = shop.server.poster
    assert poster.post_parked() == poster.post_parked_commands() == poster.post_waiting() == Posted()
    assert len(shop.rows(sales_transaction)) == 1
    with shop.channel.reading() as connection:
        said = [one.what.words("en") for one in needs_attention(connection, shop.clock.utc())]
    assert [one for one in said if "2 entries of a revoked device wait for somebody" in one]
    assert not [one for one in said if "could not be posted" in one]
    assert poster.post_accepted("R1", by="anna") == Posted(2, 0)
    assert [row["receipt_number"] for row in shop.rows(sales_transaction)] == [
        f"S1-R1-1-00000{number}" for number in (1, 2, 3)
    ]
    assert shop.rows(parked_entry) == []
    with pytest.raises(NotFound):
        poster.post_accepted("R1", by="anna")


def test_activated_anew_it_hands_over_what_counts(shop: Shop) -> None:
    """The device is activated again, by somebody with a code: what it left in the journal before counts."""
    till = shop.device()
    till.sell()
    revoke(shop)
    again = shop.device()
    again.chain, before = till.chain, again.series
    again.series = till.series
    batch = again.batch(till.chain)
    again.series, again.chain = before, []
    from msgspec import json

    assert again.post("/v1/journal", json.encode(batch)).status_code == 200
    assert len(shop.rows(sales_transaction)) == 1
    assert again.ask(Hello())


def test_it_is_revoked_once_and_audited(shop: Shop) -> None:
    """Who, when and which device stand in the audit trail and in the log of changes; a second time, or of a register
    without one, there is nothing to revoke; a former device can be named."""
    first = shop.device()
    second = shop.device()
    assert revoke(shop) == second.device_id
    for register_id, device_id in (("R1", None), ("R2", None), ("R9", None), ("R1", "0" * 32), ("R2", first.device_id)):
        with pytest.raises(NotFound):
            revoke(shop, register_id, device_id)
    assert revoke(shop, device_id=first.device_id) == first.device_id
    with pytest.raises(DeviceNotTrusted, match="revoked"):
        first.ask(Hello())
    assert {row["device_id"] for row in shop.rows(device_revocation)} == {first.device_id, second.device_id}
    events = shop.rows(audit, kind="device_revoked")
    assert [row["register_id"] for row in events] == ["R1", "R1"]
    assert all('"by":"anna"' in row["detail"] for row in events)
    (logged, _other) = shop.rows(change_log, table_name="device_revocation")
    assert logged["at"] == shop.clock.utc()
    assert logged["store_id"] == "S1"
