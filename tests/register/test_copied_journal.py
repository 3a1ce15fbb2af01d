"""A register that was copied, or restored from a backup: no number is used again, and nothing that was sold is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.register.books import gapless
from tests.register.conftest import QUICK, back_online, explains_itself, open_ready, settled

from kassa.errors import JournalBehind
from kassa.journal.entry import decode_entry
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import REGISTER


def sell(register: Register, *items: str) -> None:
    """A sale for each item."""
    for item in items:
        register.run(100, code=item)
        register.run(200)


def copy_of(folder: Path) -> Path:
    """A copy of a register's folder, as a backup or a cloned disk is."""
    copy = folder.with_name(f"{folder.name}-copy")
    shutil.copytree(folder, copy)
    return copy


def stopped(register: Register) -> bool:
    """Whether it gives no further numbers."""
    return register.journal.series.stopped is not None


def at_the_server(shop: Shop) -> list[str]:
    """The receipt numbers in the channel database, in order."""
    return [str(sale.receipt_number) for sale in shop.server.sales()]


def kept_aside(shop: Shop) -> list[dict[str, Any]]:
    """The entries that contradict the chain, kept for a person."""
    return shop.server.query("SELECT sequence, kind, data FROM journal_conflict ORDER BY sequence")


def test_a_journal_behind_the_servers_gives_no_number(shop: Shop, register: Register) -> None:
    """A backup from this morning: the register says so at its first contact, nobody can sell in the old series, and the
    store server's book stays as it is."""
    sell(register, "1001", "1002")
    shop.delivered(register)
    folder = register.directory
    register.close()
    backup = copy_of(folder)
    with shop.open_register(folder) as original:
        shop.log_on(original)
        sell(original, "1003", "1004")
        shop.delivered(original)
    before = shop.server.entries()
    restored = shop.open_register(backup)
    with pytest.raises(JournalBehind) as told:
        shop.log_on(restored)
    explains_itself(told.value, "journal_behind")
    assert (restored.staff, restored.journal.series.receipts) == (None, 2)
    assert any("copied or restored" in problem.words("en") for problem in restored.view().problems)
    assert not restored.readiness().ready
    assert shop.server.entries() == before


def test_a_new_activation_opens_a_new_series_and_the_register_sells_again(shop: Shop, register: Register) -> None:
    """A restored register that is activated again: its own series, its own numbers from 1, and the sale that was on it
    is on it still."""
    sell(register, "1001")
    register.run(100, code="1002")
    shop.delivered(register)
    folder = register.directory
    register.close()
    backup = copy_of(folder)
    with shop.open_register(folder) as original:
        shop.log_on(original)
        original.run(200)
        shop.delivered(original)
    with shop.open_register(backup) as restored:
        wait_until(lambda: stopped(restored), "it has been told")
    shutil.rmtree(folder)
    shutil.move(backup, folder)
    register = shop.open_register(shop.activate())
    assert register.journal.series.number == 2
    assert not any("copied" in problem.words("en") for problem in register.view().problems)
    shop.log_on(register)
    register.run(500)
    sell(register, "1003", "1004")
    settled(shop, register)
    assert at_the_server(shop) == gapless(2) + gapless(2, series=2)
    (first, second) = shop.server.query("SELECT number, closed_sequence FROM series ORDER BY number")
    assert (first["number"], first["closed_sequence"]) == (
        1,
        len(shop.server.entries()) - len(register.journal.entries()),
    )
    assert (second["number"], second["closed_sequence"]) == (2, None)


def fork(shop: Shop, register: Register) -> tuple[Register, Register]:
    """Two registers from one folder, each of which has sold three items offline."""
    sell(register, "1001")
    settled(shop, register)
    folder = register.directory
    register.close()
    copy = copy_of(folder)
    shop.network.refuse()
    opened = []
    for place, items in ((folder, ("1002", "1003", "1004")), (copy, ("1005", "1006", "1007"))):
        one = shop.open_register(place)
        shop.log_on(one)
        sell(one, *items)
        opened.append(one)
    return opened[0], opened[1]


def test_of_a_fork_one_goes_on_and_all_of_the_other_is_kept_aside(shop: Shop, register: Register) -> None:
    """Both have sold offline under the same numbers: the first to deliver goes on; the other stops at once and says so.
    Every entry of it is at the store server beside the chain, nothing overwritten, and its sale in progress is kept."""
    first, second = fork(shop, register)
    second.run(100, code="1008")
    shop.network.pass_through()
    wait_until(lambda: bool(first.deliver(max_kb=1000)) or not first.waiting().entries, "the first has delivered")
    wait_until(lambda: not second.deliver(max_kb=1000) and not second.waiting().entries, "the other has handed over")
    assert (stopped(first), stopped(second)) == (False, True)
    assert at_the_server(shop) == gapless(4)
    mine = [(entry.sequence, entry.data) for entry in second.journal.entries()]
    aside = [(row["sequence"], bytes(row["data"])) for row in kept_aside(shop)]
    shared = len(mine) - len(aside)
    assert aside == mine[shared:]
    sold = [decode_entry(data).receipt_number for _, data in aside if decode_entry(data).kind == "sale"]
    assert sold == gapless(4)[1:]
    with pytest.raises(JournalBehind) as told:
        second.run(200)
    explains_itself(told.value, "journal_behind")
    assert second.transaction is not None
    sell(first, "1009")
    settled(shop, first)
    assert at_the_server(shop) == gapless(5)


def test_a_stopped_fork_starts_no_sale_and_lets_its_cashier_go(shop: Shop, register: Register) -> None:
    """Numbering has stopped while somebody is at it: a new sale is refused before the first item, log off works."""
    first, second = fork(shop, register)
    back_online(shop, first)
    shop.network.pass_through()
    second.run(917, action="connect")
    assert stopped(second)
    with pytest.raises(JournalBehind):
        second.run(100, code="1001")
    assert second.transaction is None
    with pytest.raises(JournalBehind):
        second.run(612, name="Nobody")
    assert second.journal.commands.pending() == []
    second.run(701)
    assert second.staff is None


def test_what_a_stopped_fork_had_not_handed_over_goes_with_its_next_series(shop: Shop, register: Register) -> None:
    """Stopped and switched off before it could hand anything over, then activated again: its old entries are handed
    over by the new device, kept aside, and its new sales are delivered."""
    first, second = fork(shop, register)
    shop.network.pass_through()
    first.run(917, action="connect")
    settled(shop, first)
    series = second.journal.series
    second.journal.stop_series(series.series, "switched off just here")
    left = second.waiting().entries
    folder = second.directory
    second.close()
    first.close()
    activated = shop.open_register(shop.activate(name=folder.name))
    shop.log_on(activated)
    sell(activated, "1010")
    settled(shop, activated)
    assert len(kept_aside(shop)) == left
    assert at_the_server(shop) == [*gapless(4), *gapless(1, series=2)]


def test_activated_again_in_good_order_nothing_that_waited_is_lost(shop: Shop, register: Register) -> None:
    """A register with sales that wait is activated again: they are delivered in their own series."""
    shop.network.refuse()
    sell(register, "1001", "1002")
    register.close()
    shop.network.pass_through()
    again = open_ready_again(shop)
    sell(again, "1003")
    settled(shop, again)
    assert sorted(at_the_server(shop)) == sorted(gapless(2) + gapless(1, series=2))
    assert kept_aside(shop) == []


def open_ready_again(shop: Shop) -> Register:
    shop.activate()
    return open_ready(shop)


def test_a_store_server_restored_from_a_backup_gets_everything_again(shop: Shop, register: Register) -> None:
    """The channel database is an old one: the register goes back to where it ends and delivers from there."""
    sell(register, "1001", "1002")
    shop.delivered(register)
    shop.server.stop()
    database = shop.folder / "server" / "channel.db"
    backup = database.read_bytes()
    shop.server.start()
    register.run(917, action="connect")
    sell(register, "1003", "1004")
    shop.delivered(register)
    shop.server.stop()
    for file in database.parent.glob("channel.db-*"):
        file.unlink()
    database.write_bytes(backup)
    shop.server.start()
    register.run(917, action="connect")
    assert at_the_server(shop) == gapless(2)
    sell(register, "1005")
    wait_until(lambda: at_the_server(shop) == gapless(5), "everything is there again")
    settled(shop, register)
    assert not stopped(register)


def test_the_original_that_was_replaced_still_delivers(shop: Shop, register: Register) -> None:
    """Another device is activated as this register while this one has sales that wait: it is told that it is not
    trusted any more, and what it sold is taken all the same."""
    shop.network.refuse()
    sell(register, "1001")
    shop.network.pass_through()
    other = shop.open_register(shop.activate(REGISTER, name="another"))
    shop.log_on(other)
    sell(other, "1002")
    settled(shop, other)
    register.delivery.wake()
    wait_until(lambda: register.deliver(max_kb=1000) == 0 and register.waiting().entries == 0, "it has delivered")
    assert sorted(at_the_server(shop)) == sorted(gapless(1) + gapless(1, series=2))
    with pytest.raises(Exception, match="Another device"):
        register.run(917, action="connect")
    assert register.connection.state().name == "not_trusted"


def test_a_copy_that_only_delivers_is_found_out(make_shop: Callable[..., Shop]) -> None:
    """A copy that has said nothing yet but what the store server knows already: its head, which comes with that, is
    behind the series' last entry, and it gives no number from then on."""
    shop = make_shop(profile={**QUICK, "sync_interval_s": 0.2, "reconnect_interval_min": 60})
    register = open_ready(shop)
    shop.delivered(register)
    shop.network.refuse()
    sell(register, "1001", "1002")
    folder = register.directory
    register.close()
    backup = copy_of(folder)
    shop.network.pass_through()
    with shop.open_register(folder) as original:
        shop.log_on(original)
        sell(original, "1003")
        shop.delivered(original)
    shop.network.refuse()
    restored = shop.open_register(backup)
    wait_until(lambda: restored.connection.state().name != "starting", "the first contact has failed")
    shop.network.pass_through()
    wait_until(lambda: restored.waiting().entries == 0 or stopped(restored), "it has delivered what it knows")
    wait_until(lambda: stopped(restored), "it is found out")
    with pytest.raises(JournalBehind):
        restored.journal.numbering()
