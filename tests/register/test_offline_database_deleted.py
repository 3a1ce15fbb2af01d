"""The offline database is deleted in the middle of a day, with everything pending that a register can have pending."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.register.conftest import answers_lost, back_online, customers, nothing_aside, settled, suspended

from kassa.errors import KassaError, NotFound, OfflineDatabaseUnavailable
from kassa.model import Transaction
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until


def delete_offline_database(folder: Path) -> None:
    """Every file of it."""
    files = list(folder.glob("offline-*"))
    assert files
    for file in files:
        file.unlink()


def a_day_with_everything_pending(shop: Shop, register: Register, second: Register) -> tuple[Transaction, str]:
    """Offline, with a command of unknown outcome, a new customer, a sale put aside, finished sales that wait and a sale
    on the till; that sale, and the id of the one that the other register had put aside."""
    second.run(100, code="1012")
    assert second.transaction is not None
    asked_for = second.transaction.transaction_id
    second.run(503)
    shop.delivered(second)
    with answers_lost(shop), pytest.raises(NotFound):
        register.run(504, transaction_id=asked_for)
    shop.network.refuse()
    register.run(612, name="Anna Ek")
    register.run(100, code="1001")
    register.run(503, label="the lady with the hat")
    register.run(100, code="1002")
    register.run(200)
    register.run(100, code="1003")
    register.run(105, quantity="0,750")
    assert len(register.journal.commands.pending()) == 1
    assert register.transaction is not None
    return register.transaction, asked_for


def everything_is_there_once(shop: Shop, register: Register, asked_for: str) -> None:
    """Loaded again and delivered: the customer, the sale put aside, the sales, and the one that was asked for."""
    back_online(shop, register)
    wait_until(lambda: register.readiness().ready, "the offline database is loaded again")
    assert customers(shop, "Anna Ek") == 1
    assert len(register.run(602, words="anna").data.customers) == 1
    wait_until(lambda: register.transaction is not None, "the sale that was asked for has come")
    assert register.transaction is not None
    assert register.transaction.transaction_id == asked_for
    register.run(200)
    (sale,) = register.run(504).data.lines
    assert sale.item.number == "1001"
    register.run(200)
    settled(shop, register)
    assert (suspended(shop), len(shop.server.sales())) == ([], 4)
    nothing_aside(shop)
    shop.network.refuse()
    register.run(100, code="1001")
    assert not register.connection.state().online


def test_deleted_while_the_register_is_open(shop: Shop, register: Register, second: Register) -> None:
    """What the register made itself is found all the same, the sale on the till is paid; what needs the database says
    so. Loaded again, everything is there once."""
    sale, asked_for = a_day_with_everything_pending(shop, register, second)
    delete_offline_database(register.directory)
    with pytest.raises(OfflineDatabaseUnavailable) as told:
        register.run(100, code="1004")
    assert told.value.hint is not None
    assert register.transaction == sale
    assert len(register.run(602, words="anna").data.customers) == 1
    register.run(200)
    register.run(504)
    assert register.transaction is not None
    assert register.transaction.lines[0].item.number == "1001"
    register.run(503)
    assert register.waiting().count == 2
    everything_is_there_once(shop, register, asked_for)


def test_deleted_while_the_register_is_closed(shop: Shop, register: Register, second: Register) -> None:
    """Back without it, nobody can log on before the store server answers, and the register says so; then the sale is on
    the till as it was, and everything is there once."""
    sale, asked_for = a_day_with_everything_pending(shop, register, second)
    folder = register.directory
    register.close()
    delete_offline_database(folder)
    register = shop.open_register(folder)
    wait_until(lambda: register.connection.state().name == "unreachable", "the store server is away")
    with pytest.raises(KassaError) as told:
        shop.log_on(register)
    assert told.value.hint is not None
    assert (register.staff, register.transaction) == (None, sale)
    shop.network.pass_through()
    shop.log_on(register)
    assert register.transaction == sale
    register.run(200)
    everything_is_there_once(shop, register, asked_for)


def test_deleted_while_online(shop: Shop, register: Register) -> None:
    """Online, nobody notices: the next synchronisation loads it again."""
    delete_offline_database(register.directory)
    register.run(100, code="1001")
    assert not register.readiness().ready
    register.run(200)
    register.run(917, action="synchronise")
    wait_until(lambda: register.readiness().ready, "it is loaded again")
    shop.network.refuse()
    register.run(100, code="1002")
    register.run(200)
    back_online(shop, register)
    assert len(shop.server.sales()) == 2
