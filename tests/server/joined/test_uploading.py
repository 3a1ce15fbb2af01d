"""P-0001: transactions from store servers to headquarters, each once, as the bytes that they are."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.server.conftest import sqlite_database
from tests.server.joined.conftest import Branch, Office

from kassa.environment import new_id
from kassa.errors import DeviceNotTrusted, NoAnswer
from kassa.gateway.remote import RemoteGateway
from kassa.journal.entry import chain_hash
from kassa.protocol import JournalPart, PartTaken, WireEntry
from kassa.requests.catalogue import FindItem
from kassa.schema.master import customer
from kassa.text import literal
from kassa_customer.requests import AddCustomer
from kassa_server.certificate import certify
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_messages import PARTS
from kassa_server.posting import Poster
from kassa_server.roles import Role
from kassa_server.schema import (
    POSTED,
    WAITING,
    device,
    journal_conflict,
    journal_entry,
    parked_entry,
    sales_transaction,
    series,
    store_server,
    upload_part,
)

PROXY_TAKES = 4000
"""Bytes of a body."""


def stored(office: Office, series_id: str) -> list[tuple[int, str, bytes, bytes]]:
    """A series' entries at headquarters."""
    rows = sorted(office.rows(journal_entry, series_id=series_id), key=lambda row: row["sequence"])
    return [(row["sequence"], row["entry_id"], bytes(row["hash"]), bytes(row["data"])) for row in rows]


def wire(chain: list[WireEntry]) -> list[tuple[int, str, bytes, bytes]]:
    """The same of what the till made."""
    return [(entry.sequence, entry.entry_id, bytes.fromhex(entry.hash), entry.data) for entry in chain]


def test_entries_arrive_as_they_are_and_are_posted_once(chain: Branch) -> None:
    """The bytes at headquarters are the register's own, under its series and hash; each sale is posted once, however
    often it is sent; and the device's secret stays where it is."""
    office, branch = chain.office, chain
    till = branch.device()
    for _ in range(3):
        till.sell()
    till.deliver()
    branch.up()
    branch.up()
    assert stored(office, till.series) == wire(till.chain)
    assert len(office.rows(sales_transaction)) == 3
    (known,) = office.rows(series)
    assert (known["register_id"], known["number"], known["sequence"]) == ("R1", till.series_number, 3)
    (machine,) = office.rows(device)
    assert (bytes(machine["public_key"]), bytes(machine["secret"])) == (till.key.public, b"")
    assert branch.uploader.waiting == 0


def test_what_can_be_posted_is_posted_as_it_is_stored(chain: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headquarters takes in by the store server's rule: a batch that can be posted whole is stored and posted in one
    transaction; one that cannot is stored alone, and its posting waits, whatever becomes of it."""
    office, till = chain.office, chain.device()
    till.sell()
    till.sell()
    till.deliver()
    later: list[str] = []
    monkeypatch.setattr(Poster, "post_series", lambda _poster, series_id: later.append(series_id))
    chain.up()
    assert [row["posting"] for row in office.rows(journal_entry)] == [POSTED, POSTED]
    assert (len(office.rows(sales_transaction)), later) == (2, [])
    till.sell()
    till.add("sale", {"nothing": "of a sale"})
    till.deliver()
    later.clear()
    chain.up()
    assert stored(office, till.series) == wire(till.chain)
    assert sorted(row["posting"] for row in office.rows(journal_entry)) == [POSTED, POSTED, WAITING, WAITING]
    assert later == [till.series]


def test_what_comes_later_goes_alone(office: Office, branch: Branch) -> None:
    """After a round only what is new is told of and sent."""
    till = branch.device()
    till.sell()
    till.deliver()
    branch.up()
    till.sell()
    till.deliver()
    branch.up()
    assert stored(office, till.series) == wire(till.chain)


def test_heads_travel_so_a_certificate_at_headquarters_rests_on_them(chain: Branch) -> None:
    """Headquarters says itself that everything of a register is in, by the head that the register has signed."""
    office, branch = chain.office, chain
    till = branch.device()
    till.sell()
    before = branch.shop.clock.utc()
    branch.shop.clock.advance(60)
    till.deliver()
    till.deliver([])
    branch.up()
    with office.channel.reading() as connection:
        found = certify(connection, "R1", before)
    assert found.complete, found


def test_headquarters_away_then_back(office: Office, branch: Branch) -> None:
    """Without headquarters a round fails and everything waits; when it is back, all of it arrives."""
    till = branch.device()
    till.sell()
    till.deliver()
    office.stop()
    with pytest.raises(NoAnswer):
        branch.up()
    assert branch.uploader.waiting == 1
    till.sell()
    till.deliver()
    office.start()
    branch.up()
    assert stored(office, till.series) == wire(till.chain)


def test_conflicts_are_kept_at_headquarters_too(chain: Branch) -> None:
    """What the store server keeps for a person headquarters keeps as well; the chain is as it was."""
    office, branch = chain.office, chain
    till = branch.device()
    first = till.sell()
    till.deliver()
    data = first.data.replace(b'"kind":"sale"', b'"kind":"void"')
    forged = msgspec.structs.replace(first, data=data, hash=chain_hash(bytes(32), data).hex())
    till.deliver([forged])
    branch.up()
    branch.up()
    assert stored(office, till.series) == wire(till.chain)
    (kept,) = office.rows(journal_conflict)
    assert bytes(kept["data"]) == data


def test_one_that_cannot_be_posted_is_parked_and_the_next_go_on(office: Office, branch: Branch) -> None:
    """An entry without meaning is at headquarters as bytes, parked with its reason; the ones after it are posted."""
    till = branch.device()
    till.sell()
    till.add("sale", {"no": "sale"})
    till.sell()
    till.deliver()
    branch.up()
    assert [row["sequence"] for row in sorted(office.rows(sales_transaction), key=lambda row: row["sequence"])] == [
        1,
        3,
    ]
    (parked,) = office.rows(parked_entry)
    assert parked["entry_id"] == till.chain[1].entry_id


def test_a_customer_made_in_a_store_reaches_headquarters_once(chain: Branch) -> None:
    """The command's entry is posted at headquarters: the customer is there, once and under a number of headquarters,
    though the entry is sent twice."""
    office, branch = chain.office, chain
    till = branch.device()
    command = AddCustomer(command_id=new_id(), number="C-1", name="Ada Ek")
    till.ask(command)
    till.late_command(command, online=True)
    till.deliver()
    branch.up()
    branch.uploader.forget()
    branch.up()
    (made,) = office.rows(customer)
    assert (made["customer_number"], made["name"]) == ("100001", "Ada Ek")
    assert [row["posting"] for row in office.rows(journal_entry)] == [POSTED]


def test_a_fork_is_kept_beside_and_overwrites_nothing(office: Office, open_branch: Callable[..., Branch]) -> None:
    """A store server whose chain is another than headquarters' changes nothing there: what it has is kept for a person,
    once, and it says that headquarters does not take the series."""
    branch = open_branch()
    till = branch.device()
    till.sell()
    till.deliver()
    branch.up()
    kept = stored(office, till.series)
    with branch.shop.channel.writing() as connection:
        other = chain_hash(bytes(32), b"another")
        connection.execute(journal_entry.update().values(data=b"another", hash=other))
        connection.execute(series.update().values(hash=other))
    branch.uploader.forget()
    branch.up()
    branch.up()
    assert stored(office, till.series) == kept
    (conflict,) = office.rows(journal_conflict)
    assert bytes(conflict["data"]) == b"another"
    assert "R1 series 1" in branch.uploader.refused[0]


def test_what_does_not_get_through_whole_goes_in_parts(chain: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy between store server and headquarters takes no large bodies: batches are halved, an entry that is too
    large by itself goes in parts, and headquarters has the bytes that were made. No part stays behind, and none gets
    through that was not signed by the store server."""
    office, till = chain.office, chain.device()
    for _sale in range(6):
        till.sell()
    till.add("event", {"noise": os.urandom(6000).hex()})
    till.sell()
    till.deliver()
    sizes: list[int] = []
    send = RemoteGateway.post

    def through_a_proxy(gateway: RemoteGateway, path: str, body: bytes, answer: Any, **how: Any) -> Any:
        sizes.append(len(body))
        if len(body) > PROXY_TAKES:
            raise no_answer(413)
        return send(gateway, path, body, answer, **how)

    monkeypatch.setattr(RemoteGateway, "post", through_a_proxy)
    chain.up()
    assert stored(office, till.series) == wire(till.chain)
    assert chain.uploader.refused == ()
    assert office.rows(upload_part) == []
    assert len(sizes) < 40, "it is found out once"
    with pytest.raises(DeviceNotTrusted):
        revoked_part(chain)


def revoked_part(chain: Branch) -> None:
    """A part sent by a store server that was revoked."""
    with chain.office.channel.writing() as connection:
        connection.execute(store_server.update().values(revoked_at=chain.shop.clock.utc()))
    chain.joined._link.post(PARTS, JournalPart("0" * 64, 0, 2, b"x"), PartTaken)


def test_what_gets_through_in_no_way_is_named(office: Office, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that nothing lets through, in small parts neither, is named with what to do; the other series go on,
    and once it is let through everything is there."""
    till, other = branch.device(), branch.device("R2")
    till.add("event", {"noise": os.urandom(6000).hex()})
    other.sell()
    till.deliver()
    other.deliver()
    send = RemoteGateway.post

    def between(gateway: RemoteGateway, path: str, body: bytes, answer: Any, **how: Any) -> Any:
        if path == PARTS or len(body) > PROXY_TAKES:
            raise no_answer(413)
        return send(gateway, path, body, answer, **how)

    with monkeypatch.context() as patched:
        patched.setattr(RemoteGateway, "post", between)
        branch.up()
    assert stored(office, other.series) == wire(other.chain)
    assert stored(office, till.series) == []
    (line,) = branch.uploader.refused
    assert "R1 series 1: Journal entry 1 gets through to headquarters neither whole" in line
    branch.up()
    assert stored(office, till.series) == wire(till.chain)
    assert branch.uploader.refused == ()


def no_answer(status: int) -> NoAnswer:
    """What a proxy's word is to a gateway."""
    return NoAnswer(literal("a proxy"), reason="unreachable", status=status)


def test_another_store_servers_series_is_refused_and_its_own_go_on(
    office: Office, open_branch: Callable[..., Branch]
) -> None:
    """A store server adds nothing to what another one has told of, even with the register's true device."""
    first, second = open_branch("first"), open_branch("second")
    till = first.device()
    till.sell()
    till.deliver()
    first.up()
    with first.shop.channel.reading() as here, second.shop.channel.writing() as there:
        for table in (device, series):
            there.execute(table.insert(), [dict(row) for row in here.execute(table.select()).mappings()])
    own = second.device("R2")
    own.sell()
    own.deliver()
    second.up()
    assert stored(office, own.series) == wire(own.chain)
    assert [line[:11] for line in second.uploader.refused] == ["R1 series 1"]
    assert stored(office, till.series) == wire(till.chain)


def test_what_waits_is_told_to_headquarters(office: Office, branch: Branch) -> None:
    """Headquarters knows when a store server was last heard of, and what it had not sent then."""
    till = branch.device()
    till.sell()
    till.deliver()
    branch.up()
    (known,) = office.rows(store_server)
    assert known["contact_at"] is not None
    assert msgspec.json.decode(known["report"])["waiting"] == 1


def test_a_restored_headquarters_gets_what_it_lacks(office: Office, branch: Branch) -> None:
    """Headquarters comes back from a backup: nobody does anything by hand, and the store server sends what is missing
    with what is new."""
    till = branch.device()
    till.sell()
    till.deliver()
    branch.up()
    backup = copied(office.channel)
    till.sell()
    till.deliver()
    branch.up()
    office.stop()
    restored(office.channel, backup)
    office.start()
    till.sell()
    till.deliver()
    branch.up()
    assert stored(office, till.series) == wire(till.chain)
    assert len(office.rows(sales_transaction)) == 3


def test_a_restored_store_server_doubles_nothing(office: Office, branch: Branch) -> None:
    """A store server comes back from a backup: it says so while headquarters is ahead of it; what its register
    delivers again headquarters acknowledges again; and a register that has to be activated anew gets a series number
    that was never given before."""
    till = branch.device()
    till.sell()
    till.deliver()
    backup = copied(branch.shop.channel)
    till.sell()
    till.deliver()
    second = branch.device()
    second.sell()
    second.deliver()
    branch.up()
    restored(branch.shop.channel, backup)
    branch.uploader.forget()
    branch.up()
    assert "restored from a backup" in branch.uploader.refused[0]
    till.acknowledged = 1
    till.deliver()
    third = branch.device()
    third.sell()
    third.deliver()
    branch.up()
    assert branch.uploader.refused == ()
    assert [one.series_number for one in (till, second, third)] == [1, 2, 3]
    assert stored(office, till.series) == wire(till.chain)
    assert len(office.rows(sales_transaction)) == 4


def copied(channel: Channel) -> bytes:
    """An SQLite database as it is now."""
    with closing(sqlite3.connect(channel.url.removeprefix("sqlite:///"))) as database:
        return database.serialize()


def restored(channel: Channel, backup: bytes) -> None:
    """The database as it was then."""
    channel.close()
    file = Path(channel.url.removeprefix("sqlite:///"))
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    file.write_bytes(backup)


def test_a_device_served_elsewhere_is_not_served_by_headquarters(tmp_path: Path, small_store: Path) -> None:
    """Headquarters that serves registers too knows the devices of its store servers, and answers none of them: it has
    not their secrets."""
    with (
        closing(Office(tmp_path / "headquarters", sqlite_database(tmp_path, small_store), Role.BOTH)) as office,
        closing(Branch(tmp_path / "branch", office)) as branch,
    ):
        till = branch.device()
        till.sell()
        till.deliver()
        branch.up()
        assert len(office.rows(sales_transaction)) == 1
        with httpx.Client(base_url=office.address) as client:
            till.client = client
            with pytest.raises(DeviceNotTrusted):
                till.ask(FindItem("1001"))
