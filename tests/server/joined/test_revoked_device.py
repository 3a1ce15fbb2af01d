"""A device that headquarters has revoked, where a store server elsewhere serves it."""

from __future__ import annotations

import pytest
from tests.server.joined.conftest import Branch, Office

from kassa.errors import DeviceNotTrusted
from kassa.requests.contact import Hello
from kassa_server.headquarters.device_revocations import DEVICE_REVOKED, revoke_device
from kassa_server.posting import Posted, Poster
from kassa_server.schema import parked_entry, sales_transaction


def test_revocation_reaches_the_store_server(office: Office, branch: Branch) -> None:
    """Headquarters revokes it; with its next packages the store server refuses it. What it hands over is kept in both,
    waits in both, and counts in each once somebody accepts it there."""
    till = branch.device()
    till.sell()
    till.deliver()
    branch.up()
    with office.channel.writing() as connection:
        assert revoke_device(connection, "R1", by="anna") == till.device_id
    assert till.ask(Hello())  # the store server does not know yet
    branch.down()
    with pytest.raises(DeviceNotTrusted, match="revoked"):
        till.ask(Hello())
    till.sell()
    assert till.deliver().sequence == 2
    branch.up()
    assert branch.uploader.refused == ()
    for rows in (branch.shop.rows, office.rows):
        assert [row["reason"] for row in rows(parked_entry)] == [DEVICE_REVOKED]
        assert len(rows(sales_transaction)) == 1
    assert branch.shop.server.poster.post_accepted("R1", by="anna") == Posted(1, 0)
    assert Poster(office.channel, branch.shop.server.host).post_accepted("R1", by="anna") == Posted(1, 0)
    for rows in (branch.shop.rows, office.rows):
        assert rows(parked_entry) == []
        assert len(rows(sales_transaction)) == 2
