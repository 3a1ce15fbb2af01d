"""Delivery is the core's: in sequence, whatever is paused or missing; and what synchronisation says of itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.register.books import agree, gapless, read_journal, receipts
from tests.register.conftest import QUICK, back_online, explains_itself, open_ready, settled

from kassa.errors import NotAvailable
from kassa.register import Register
from kassa.register.face import Event
from kassa.testing.shop import Shop, wait_until, without


def sell(register: Register, count: int = 1) -> None:
    for _ in range(count):
        register.run(100, code="1001")
        register.run(200)


def arrived(shop: Shop) -> list[int]:
    """The sequence numbers in the order in which the store server took them in."""
    rows = shop.server.query("SELECT sequence FROM journal_entry ORDER BY received_at, sequence")
    return [row["sequence"] for row in rows]


def test_a_new_online_sale_never_overtakes_the_backlog(make_shop: Callable[..., Shop]) -> None:
    """Sales that waited go first, in many small batches, while answers are lost; the new one comes last."""
    shop = make_shop(profile={**QUICK, "upload_batch_kb": 4, "sync_interval_s": 0.2})
    register = open_ready(shop)
    shop.network.refuse()
    sell(register, 20)
    shop.network.pass_through()
    register.run(917, action="connect")
    shop.network.drop_answer(once=True)
    sell(register, 3)
    shop.network.drop_answer(once=True)
    settled(shop, register)
    register.close()
    entries = read_journal(register.directory)
    assert arrived(shop) == [entry.sequence for entry in entries]
    assert receipts(entries) == gapless(23)
    agree(shop.server, entries)


def test_sales_are_delivered_while_packages_are_paused(make_shop: Callable[..., Shop]) -> None:
    """``pause_sync`` stops what comes down and nothing of what goes up."""
    shop = make_shop(profile={**QUICK, "pause_sync": True})
    register = shop.open_register()
    shop.log_on(register)
    sell(register)
    shop.delivered(register)
    assert len(shop.server.sales()) == 1
    assert not register.offline_database.available
    assert register.sync_status().download is None


def test_sales_are_delivered_without_the_synchronisation_plugin(shop: Shop) -> None:
    """Remove the plugin and the rest still works: online sales are delivered at once, and offline there is nothing to
    sell from, which the register says."""
    register = shop.open_register(finder=without("sync"))
    shop.log_on(register)
    sell(register)
    shop.delivered(register)
    assert len(shop.server.sales()) == 1
    with pytest.raises(NotAvailable) as told:
        register.run(917, action="synchronise")
    explains_itself(told.value, "not_available")
    assert not register.readiness().ready
    register.run(100, code="1002")
    shop.network.refuse()
    register.run(200)
    assert register.waiting().count == 1
    back_online(shop, register)
    assert len(shop.server.sales()) == 2


def test_nothing_is_sent_while_disconnected_by_hand(shop: Shop, register: Register) -> None:
    """Disconnected by hand, neither sales nor questions leave the register, whatever the timetable says."""
    settled(shop, register)
    wait_until(lambda: register.sync_status().running is None, "nothing is under way")
    register.run(917, action="disconnect")
    sent = shop.network.from_register
    sell(register, 3)
    register.delivery.wake()
    with pytest.raises(NotAvailable) as told:
        register.run(917, action="synchronise")
    explains_itself(told.value, "not_available")
    assert register.waiting().count == 3
    assert shop.network.from_register == sent
    back_online(shop, register)
    assert len(shop.server.sales()) == 3


def test_delivery_goes_on_by_the_timetable_while_offline(make_shop: Callable[..., Shop]) -> None:
    """A register that is offline, and does not come back before its next sale, delivers all the same; that alone does
    not make it online."""
    shop = make_shop(profile={**QUICK, "sync_interval_s": 0.3, "reconnect_interval_min": 60})
    register = open_ready(shop)
    register.run(100, code="1001")
    shop.network.refuse()
    register.run(100, code="1002")
    register.run(200)
    shop.network.pass_through()
    wait_until(lambda: register.waiting().entries == 0, "it has delivered by itself")
    assert (len(shop.server.sales()), register.connection.state().name) == (1, "unreachable")


def test_disconnected_by_hand_nothing_is_delivered_by_the_timetable(make_shop: Callable[..., Shop]) -> None:
    """Sales wait while the register is disconnected by hand, however often the timetable comes round (S9)."""
    interval_s = 0.1
    shop = make_shop(profile={**QUICK, "sync_interval_s": interval_s})
    register = open_ready(shop)
    shop.delivered(register)
    register.run(917, action="disconnect")
    sell(register)
    seen, began = shop.network.from_register, time.monotonic()
    wait_until(lambda: time.monotonic() - began > 8 * interval_s, "the timetable has come round several times")
    assert shop.network.from_register == seen
    assert register.waiting().count == 1
    register.run(917, action="connect")
    shop.delivered(register)


def outcomes(register: Register) -> list[bool | None]:
    """Whether the last attempts succeeded, down and up; nothing while one is under way."""
    status = register.sync_status()
    attempts = () if status.running is not None else (status.download, status.upload)
    return [None if attempt is None else attempt.succeeded for attempt in attempts]


def test_synchronisation_tells_of_its_attempts_and_successes(shop: Shop, register: Register) -> None:
    """The last attempt and the last success, down and up, and how old the data is; a failed attempt says why and leaves
    the last success standing."""
    wait_until(lambda: outcomes(register) == [True, True], "the first round is over")
    status = register.sync_status()
    assert status.download is not None
    assert status.download.succeeded
    assert status.download.rows > 20
    assert status.checked_at == status.download_success.at if status.download_success else None
    success = status.download_success
    shop.network.refuse()
    sell(register)
    register.run(917, action="synchronise")
    wait_until(lambda: outcomes(register) == [False, False], "both have failed")
    status = register.sync_status()
    assert status.download is not None
    assert status.upload is not None
    assert status.download.error is not None
    assert status.upload.error is not None
    assert status.download.error.words("sv")
    assert success is not None
    assert status.download_success is not None
    assert status.download_success.at >= success.at
    shop.network.pass_through()
    register.run(917, action="synchronise")
    wait_until(lambda: outcomes(register) == [True, True] and register.waiting().entries == 0, "it is well again")
    assert register.sync_status().checked_at is not None


def test_the_last_upload_is_the_last_one_that_sent_something(shop: Shop, register: Register) -> None:
    """A sale that is delivered at once is an upload like any other: when, and how much, stands in the status; and it is
    there after a restart, as the last download is, so that the age of the data is known before the first round."""
    wait_until(lambda: outcomes(register) == [True, True], "the first round is over")
    shop.delivered(register)
    before = register.sync_status().upload_success
    sell(register)
    shop.delivered(register)
    wait_until(lambda: register.sync_status().upload != before, "the sale is the last upload")
    status = register.sync_status()
    assert status.upload is not None
    assert before is not None
    assert (status.upload.succeeded, status.upload.rows >= 1, status.upload.at > before.at) == (True, True, True)
    register.run(917, action="synchronise")
    wait_until(lambda: register.sync_status().checked_at != status.checked_at, "another round is over")
    after = register.sync_status()
    assert after.upload == status.upload
    register.close()
    shop.network.refuse()
    again = shop.open_register(register.directory).sync_status()
    assert (again.upload_success, again.download_success) == (after.upload_success, after.download_success)
    assert again.checked_at == after.checked_at


def test_synchronisation_starts_after_the_first_log_on(shop: Shop) -> None:
    """Before somebody has logged on in this run nothing is fetched, also when asked."""
    register = shop.open_register()
    wait_until(lambda: register.connection.state().online, "the first contact is made")
    assert register.sync_status().download is None
    with pytest.raises(NotAvailable) as told:
        register.run(917, action="synchronise")
    explains_itself(told.value, "not_available")
    shop.log_on(register)
    shop.with_data(register)


def test_own_rows_are_settled_once_they_have_come_back(shop: Shop, register: Register) -> None:
    """What the register made itself lies over the offline database until that holds it: a sale that was put aside comes
    with the next round, a customer with the next distribution; then it is found there, once."""
    register.run(612, name="Anna Ek")
    register.run(100, code="1001")
    register.run(503)
    assert register.journal.overlay.rows("customer")
    assert register.journal.overlay.rows("suspended_sale")
    shop.delivered(register)
    register.run(917, action="synchronise")
    wait_until(lambda: not register.journal.overlay.rows("suspended_sale"), "the store server's row has come back")
    assert register.journal.overlay.rows("customer"), "no distribution has run yet"
    shop.server.distribute()

    def nothing_over() -> bool:
        register.run(917, action="synchronise")
        return not (register.journal.overlay.rows("customer") or register.journal.overlay.rows("suspended_sale"))

    wait_until(nothing_over, "the rows have come back")
    shop.network.refuse()
    assert len(register.run(602, words="anna").data.customers) == 1
    register.run(504)
    assert register.transaction is not None


def test_the_cashier_hears_of_each_delivery(shop: Shop, register: Register) -> None:
    """Listeners are told when sales have been delivered; one that fails does not stop the others."""
    heard: list[Any] = []

    def bad(_event: Event) -> None:
        raise RuntimeError("a listener's mistake")

    register.subscribe(bad)
    stop = register.subscribe(lambda event: heard.append(event.kind))
    sell(register)
    shop.delivered(register)
    wait_until(lambda: {"sale", "finished", "delivery"} <= set(heard), "all is told")
    stop()
    heard.clear()
    sell(register)
    assert "sale" not in heard
