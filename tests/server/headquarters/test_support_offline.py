"""*Support offline*: the offline database's entity comes with Yes, and goes once what was waiting is in."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.server.conftest import Shop

from kassa.errors import NotAllowed, NotFound
from kassa.model import Store
from kassa.requests.contact import Hello, ReadRecord
from kassa_server.headquarters.changes import Author, changes_by
from kassa_server.headquarters.scopes import active_scopes, scope_of_store
from kassa_server.headquarters.support_offline import set_support_offline
from kassa_server.schema import audit, change_log, channel_database, channel_database_group, series
from kassa_server.setup_store import put_register, put_store


def switch(shop: Shop, wanted: bool, register_id: str = "R1") -> str | None:
    with changes_by(Author("anna", "web")), shop.channel.writing() as connection:
        return set_support_offline(connection, register_id, wanted, shop.clock.utc())


def entity(shop: Shop, register_id: str = "R1") -> dict[str, Any]:
    (row,) = shop.rows(channel_database, database_id=register_id)
    return row


def state_after_contact(shop: Shop, till: Any) -> str:
    shop.clock.advance(11)
    till.ask(Hello())
    return str(entity(shop)["state"])


def test_store_has_a_group_and_registers_their_databases_in_it(shop: Shop) -> None:
    """A new store has a channel database group of its own; a register that supports offline has its database there."""
    (group,) = shop.rows(channel_database_group)
    assert group == {"group_id": "S1", "name": "Kassa Test"}
    found = {row["database_id"]: (row["kind"], row["group_id"], row["state"]) for row in shop.rows(channel_database)}
    assert found == {"R1": ("offline", "S1", "active"), "R2": ("offline", "S1", "active")}


def test_register_that_nobody_was_yet_retires_at_once(shop: Shop) -> None:
    """Without a device there is nothing to wait for; Yes makes the entity active again: the same one."""
    assert switch(shop, False) == "retired"
    assert entity(shop)["retired_at"] == shop.clock.utc()
    assert switch(shop, True) == "active"
    assert (entity(shop)["retired_at"], entity(shop)["retiring_at"]) == (None, None)
    assert switch(shop, True) == "active"


def test_no_waits_for_what_has_not_been_delivered(shop: Shop) -> None:
    """No: no packages any more at once; retired when the register has said, after the switch, that it has nothing left,
    and everything up to there is stored."""
    till = shop.device()
    till.sell()
    till.deliver()
    till.sell()  # waits in the register
    assert switch(shop, False) == "retiring"
    assert state_after_contact(shop, till) == "retiring"
    till.deliver()
    assert entity(shop)["state"] == "retired"


def test_earlier_head_proves_nothing(shop: Shop) -> None:
    """That everything was in before the switch says nothing of what was sold since: the next contact does."""
    till = shop.device()
    till.sell()
    till.deliver()
    shop.clock.advance(60)
    assert switch(shop, False) == "retiring"
    till.sell()
    assert state_after_contact(shop, till) == "retiring"
    till.deliver()
    assert entity(shop)["state"] == "retired"


def test_yes_while_retiring(shop: Shop) -> None:
    """Reversible at any moment: contact does not retire it then."""
    till = shop.device()
    till.sell()
    assert switch(shop, False) == "retiring"
    assert switch(shop, True) == "active"
    till.deliver()
    assert state_after_contact(shop, till) == "active"


def test_one_audited_step(shop: Shop) -> None:
    """Register and entity change together, by name, in the log and in the audit; asking again changes nothing."""
    till = shop.device()
    before = till.ask(ReadRecord())
    switch(shop, False)
    logged = [row for row in shop.rows(change_log, author="anna") if row["origin"] == "web"]
    assert {row["table_name"] for row in logged} == {"register", "channel_database"}
    told = [msgspec.json.decode(row["detail"]) for row in shop.rows(audit, kind="support_offline", register_id="R1")]
    assert {"author": "anna", "wanted": False} in told
    after = till.ask(ReadRecord())
    assert (after.support_offline, after.version > before.version) == (False, True)
    switch(shop, False)
    assert len(shop.rows(change_log, author="anna")) == len(logged)
    assert till.ask(ReadRecord()).version == after.version


def test_distribution_is_for_active_databases(shop: Shop) -> None:
    """A store none of whose registers supports offline gets no packages."""
    switch(shop, False)
    with shop.channel.reading() as connection:
        assert active_scopes(connection) == [scope_of_store("S1")]
    switch(shop, False, "R2")
    with shop.channel.reading() as connection:
        assert active_scopes(connection) == []


def test_register_made_later_can_be_activated(shop: Shop) -> None:
    """A register that is set up while the server runs has its database in the store's group."""
    with shop.channel.writing() as connection:
        put_register(connection, "R9", "S1", "Kassa 9")
    till = shop.device("R9")
    assert till.ask(ReadRecord()).support_offline
    assert entity(shop, "R9")["group_id"] == "S1"


def test_unknown_register(shop: Shop) -> None:
    """It is named."""
    with pytest.raises(NotFound, match="R7"):
        switch(shop, True, "R7")


def test_active_register_stays_in_its_store(shop: Shop) -> None:
    """Receipts name store and register: a register that a device has been stays; one that nobody was yet may move."""
    shop.device("R1")
    with shop.channel.writing() as connection:
        put_store(connection, Store("S2", "Elsewhere", "SEK"))
        put_register(connection, "R2", "S2", "Kassa 2")
    assert entity(shop, "R2")["group_id"] == "S2"
    assert [row["register_id"] for row in shop.rows(series)] == ["R1"]
    with pytest.raises(NotAllowed, match="S1"), shop.channel.writing() as connection:
        put_register(connection, "R1", "S2", "Kassa 1")
