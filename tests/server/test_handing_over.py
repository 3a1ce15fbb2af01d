"""What a copied, restored or replaced register still hands over: kept, beside the chain where it contradicts it."""

from __future__ import annotations

import copy

import msgspec
import pytest
from tests.server.conftest import Shop
from tests.server.device import Device, open_answer

from kassa.environment import new_id
from kassa.errors import NotAllowed
from kassa.protocol import JournalAcknowledgement, JournalBatch
from kassa.requests.contact import AskCommand
from kassa.requests.suspended import SuspendSale
from kassa.schema.master import suspended_sale
from kassa_server.schema import journal_conflict, journal_entry, sales_transaction


def fork(till: Device) -> Device:
    """A copy of the register's folder: the same key, the same series, its own memory from now on."""
    twin = copy.copy(till)
    twin.chain = list(till.chain)
    return twin


def hand_over(till: Device, batch: JournalBatch) -> JournalAcknowledgement:
    response = till.post("/v1/journal", msgspec.json.encode(batch))
    answer: JournalAcknowledgement = open_answer(response, JournalAcknowledgement)
    return answer


def beside(till: Device, first: int) -> JournalBatch:
    """The entries from ``first`` on, of a journal that has been told that it contradicts the store server's."""
    return msgspec.structs.replace(till.batch(till.chain[first - 1 :]), beside=True)


def test_every_entry_of_a_fork_is_kept_beside_the_chain(shop: Shop) -> None:
    """A copy that sold on hands over all of it: what is in the chain counts as there, the rest is kept for a person,
    nothing is overwritten and nothing is posted. Again, and nothing more is kept."""
    till = shop.device()
    till.sell()
    till.deliver()
    twin = fork(till)
    for _ in range(2):
        till.sell()
    till.deliver()
    for _ in range(5):
        twin.sell("2")
    assert twin.deliver(twin.chain[1:]).conflict == twin.chain[1].entry_id
    for _again in range(2):
        answer = hand_over(twin, beside(twin, 1))
        assert (answer.kept, answer.conflict) == (6, None)
        kept = [(row["sequence"], bytes(row["data"])) for row in shop.rows(journal_conflict)]
        assert sorted(kept) == [(entry.sequence, entry.data) for entry in twin.chain[1:]]
    assert [row["entry_id"] for row in shop.rows(journal_entry)] == [entry.entry_id for entry in till.chain]
    assert len(shop.rows(sales_transaction)) == 3
    till.sell()
    assert till.deliver().sequence == 4


def test_a_register_that_was_activated_again_delivers_its_former_series(shop: Shop) -> None:
    """A new activation opens a new series; what the old one still held is delivered by the new device, in its chain."""
    old = shop.device()
    old.sell()
    old.deliver()
    old.sell()
    new = shop.device()
    new.sell()
    answer = hand_over(new, old.batch(old.chain[1:]))
    assert (answer.series, answer.sequence, answer.conflict) == (old.series, 2, None)
    assert new.deliver().sequence == 1
    assert len(shop.rows(sales_transaction)) == 3


def test_a_replaced_device_delivers_its_own_series_only(shop: Shop) -> None:
    """A device that is not the register any more cannot write into its successor's series, and no device into another
    register's."""
    old, new, other = shop.device(), shop.device(), shop.device("R2")
    new.sell()
    for stranger in (old, other):
        with pytest.raises(NotAllowed):
            hand_over(stranger, new.batch(new.chain))
    old.sell()
    assert old.deliver().sequence == 1


def test_a_command_that_was_given_up_is_not_done_when_it_arrives_after_all(shop: Shop) -> None:
    """Asked *or never*, a command that is still on its way is refused when it comes; one that has come is told as it
    was."""
    till = shop.device()
    command = SuspendSale(command_id=new_id(), transaction=till.sale().transaction)
    for _again in range(2):
        fate = till.ask(AskCommand(command.command_id, or_never=True))
        assert fate.fate == "refused"
    with pytest.raises(NotAllowed):
        till.ask(command)
    assert shop.rows(suspended_sale) == []
    second = SuspendSale(command_id=new_id(), transaction=command.transaction)
    till.ask(second)
    assert till.ask(AskCommand(second.command_id, or_never=True)).fate == "answered"
    assert len(shop.rows(suspended_sale)) == 1
