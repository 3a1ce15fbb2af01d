"""Devices that were activated after the backup that the database was restored from."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from sqlalchemy import Connection, delete, update
from tests.server.conftest import Shop
from tests.server.device import Device, open_answer

from kassa.activation_proof import PATH, Introduced, Introduction
from kassa.errors import DeviceNotTrusted, NotAllowed, NotFound
from kassa.requests.catalogue import FindItem
from kassa_server.activation import make_code
from kassa_server.headquarters.returning_devices import admit_again, returning_devices
from kassa_server.schema import activation_code, audit, device, head, returning_device, series


def forget(connection: Connection, devices: Sequence[Device]) -> None:
    """The database as it was before these devices were activated."""
    mine = [one.series for one in devices]
    for table in (head, series):
        connection.execute(delete(table).where(table.c.series_id.in_(mine)))
    theirs = [one.device_id for one in devices]
    connection.execute(update(activation_code).values(device_id=None))
    connection.execute(delete(device).where(device.c.device_id.in_(theirs)))


def activated(shop: Shop, register_id: str = "R1") -> tuple[Device, bytes]:
    """A device with what it was given."""
    with shop.channel.writing() as connection:
        code = make_code(connection, shop.channel.environment, register_id)
    made = Device(shop.client, shop.clock)
    proof = made.activate(code).proof
    assert proof is not None
    return made, msgspec.json.encode(Introduction(proof, made.key.secret, "till"))


def introduce(one: Device, shown: bytes) -> bool:
    """Whether the device was known."""
    answer: Introduced = open_answer(one.post(PATH, shown), Introduced)
    return answer.known


def admit(shop: Shop, register_id: str = "R1", device_id: str | None = None) -> str:
    with shop.channel.writing() as connection:
        return admit_again(connection, register_id, by="anna", device_id=device_id)


def test_it_is_listed_and_admitted_once(shop: Shop) -> None:
    """Unknown, it is refused whatever it asks; once it has said who it is it is listed, and refused still, until a
    person admits it. Then it is the register, with its number, and delivers from its first entry. It is in the audit
    trail; a device that is known is never listed."""
    before = shop.device()
    till, shown = activated(shop)
    assert introduce(till, shown)
    till.sell()
    with shop.channel.writing() as connection:
        forget(connection, [till])
        connection.execute(update(device).values(replaced_at=None))
    for _time in range(2):
        assert not introduce(till, shown)
        with pytest.raises(DeviceNotTrusted):
            till.ask(FindItem("1001"))
    with pytest.raises(NotFound):
        admit(shop, "R2")
    assert admit(shop) == till.device_id
    assert shop.rows(returning_device) == []
    assert till.ask(FindItem("1001")).number == "1001"
    with pytest.raises(DeviceNotTrusted, match="Another device"):
        before.ask(FindItem("1001"))
    assert till.deliver(till.chain).sequence == 1
    assert {row["number"]: row["closed_at"] is None for row in shop.rows(series)} == {1: False, 2: True}
    (noted,) = shop.rows(audit, kind="device_admitted_again")
    assert '"by":"anna"' in noted["detail"]
    with pytest.raises(NotFound):
        admit(shop)


def test_what_is_activated_meanwhile_gets_no_number_twice(shop: Shop) -> None:
    """A code that is made after a device has told of its number gives the one after it. That device, admitted, is a
    former one then: its journal is taken and nothing else; the later one stays the register."""
    shop.device()
    till, shown = activated(shop)
    till.sell()
    with shop.channel.writing() as connection:
        forget(connection, [till])
    introduce(till, shown)
    later, _shown = activated(shop)
    assert (till.series_number, later.series_number) == (2, 3)
    admit(shop)
    with pytest.raises(DeviceNotTrusted, match="Another device"):
        till.ask(FindItem("1001"))
    assert till.deliver().sequence == 1
    assert later.ask(FindItem("1001")).number == "1001"


def test_a_number_that_was_given_again_is_not_there_twice(shop: Shop) -> None:
    """Another device got the number before this one told of it: it cannot be admitted, and nothing is changed."""
    till, shown = activated(shop)
    with shop.channel.writing() as connection:
        forget(connection, [till])
    other, _shown = activated(shop)
    assert other.series_number == till.series_number
    introduce(till, shown)
    with pytest.raises(NotAllowed, match="same series number"):
        admit(shop)
    assert other.ask(FindItem("1001")).number == "1001"
    with shop.channel.reading() as connection:
        assert [one.device_id for one in returning_devices(connection)] == [till.device_id]
