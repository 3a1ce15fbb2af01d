"""A partner's table at work: two registers, one with the plugin, while the store server comes and goes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from tests.docs.conftest import EXAMPLES

from kassa.packages.applying import checkpoints
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until, without
from kassa.testing.store import PLUGINS, REGISTER, SECOND_REGISTER, SMALL_STORE

TABLE = "acme_repair_ticket"
QUICK = {"request_timeout_s": 1.5, "reconnect_interval_min": 0.25}


@pytest.fixture
def shop(examples: list[str], make_shop: Callable[..., Shop]) -> Iterator[Shop]:
    """A shop whose first register has the plugin."""
    registers = [
        {"register_id": register, "name": register, "plugins": [{"name": name} for name in (*more, *PLUGINS)]}
        for register, more in ((REGISTER, ["acme_repair"]), (SECOND_REGISTER, []))
    ]
    return make_shop(store={**SMALL_STORE, "registers": registers}, profile=QUICK)


def opened(shop: Shop, register_id: str = REGISTER, **options: Any) -> Register:
    folder = shop.folder / register_id
    register = shop.open_register(folder if folder.exists() else shop.activate(register_id), **options)
    shop.log_on(register)
    return shop.with_data(register)


def tickets(register: Register) -> dict[str, bool]:
    """Which there are, and whether they are fetched."""
    return {one.ticket_number: one.fetched for one in register.run(5041, phone="070").data}


def held(register: Register) -> list[tuple[str, bool]]:
    with register.offline_database.reading() as connection:
        rows = connection.execute(text(f"SELECT ticket_number, fetched FROM {TABLE} ORDER BY ticket_number"))
        return [(row.ticket_number, bool(row.fetched)) for row in rows]


def synchronised(register: Register) -> None:
    """A whole round has gone through."""
    before = register.sync_status().checked_at

    def again() -> bool:
        register.run(917, action="synchronise")
        return register.sync_status().checked_at not in (None, before)

    wait_until(again, "a round has gone through")


def test_rows_live_in_the_journal_until_they_come_back(shop: Shop) -> None:
    """What a register writes offline it reads at once, from its journal; it is at headquarters once when delivered; and
    what was changed is not seen as it was before, whatever comes first: the round, or the package. A register without
    the plugin gets none of it."""
    register, other = opened(shop), opened(shop, SECOND_REGISTER)
    first = register.run(5040, phone="070", price="10").data.ticket_number
    shop.server.distribute()
    wait_until(lambda: came_back(register), "the first row has come back")
    shop.network.refuse()
    second = register.run(5040, phone="070", price="20.50").data.ticket_number
    register.run(5042, ticket_number=first)
    assert tickets(register) == {first: True, second: False}
    assert held(register) == [(first, False)], "the offline database is not written"
    shop.network.pass_through()
    register.run(917, action="connect")
    shop.delivered(register)
    rows = shop.server.query(f"SELECT ticket_number, fetched, price, store_id FROM {TABLE} ORDER BY price")
    assert [(row["ticket_number"], bool(row["fetched"]), row["price"]) for row in rows] == [
        (first, True, 100000), (second, False, 205000),
    ]  # fmt: skip
    synchronised(register)
    shop.network.refuse()
    assert tickets(register) == {first: True, second: False}, "no package has brought it yet"
    shop.network.pass_through()
    register.run(917, action="connect")
    shop.server.distribute(1100)
    wait_until(lambda: came_back(register), "all rows have come back")
    assert dict(held(register)) == {first: True, second: False}
    synchronised(other)
    with other.offline_database.reading() as connection:
        assert "acme_repair" not in checkpoints(connection)
        assert not inspect(connection).has_table(TABLE)
    assert shop.server.query("SELECT reason FROM parked_entry") == []


def came_back(register: Register) -> bool:
    register.run(917, action="synchronise")
    return not register.journal.overlay.rows(TABLE)


IN_EACH_STATE = """
import pytest
from kassa.testing.states import TillInState, each_connection_state

@pytest.fixture(scope="session")
def enabled_plugins():
    return ["acme_repair"]

@each_connection_state
def test_tickets(till: TillInState) -> None:
    number = till.run(5040, phone=till.state, price="10").removeprefix("Ticket ")
    assert till.run(5041, phone=till.state) == "1 ticket"
    till.run(5042, ticket_number=number)
    till.run(100, code=till.barcode("1001"))
    till.run(5043, line=till.sale.lines[0].line_id, ticket_number=number)
    till.run(200)
    rows = [row for row in till.rows("acme_repair_ticket") if row["phone"] == till.state]
    assert [(row["ticket_number"], bool(row["fetched"])) for row in rows] == [(number, True)]
    (sale,) = till.sold()
    assert sale.lines[0].extra["fields"] == {"acme_repair.ticket": number}
"""


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_a_partner_tests_it_in_each_state(examples: list[str], tmp_path: Path) -> None:
    """The kit runs a partner's test of table and field online, offline, slow, switched in the middle and killed."""
    (tmp_path / "test_tickets.py").write_text(IN_EACH_STATE, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path / "site"), str(EXAMPLES)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_tickets.py"], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "5 passed" in done.stdout, done.stdout


def test_a_plugin_that_goes_with_unsent_rows_is_named(shop: Shop) -> None:
    """A register that starts without the plugin while rows of its table are not delivered says so, with a hint, and
    sells on; nothing of it is lost; its own copy of the table goes, and is back with the plugin."""
    register = opened(shop)
    first = register.run(5040, phone="070", price="10").data.ticket_number
    shop.server.distribute()
    wait_until(lambda: came_back(register), "the row has come back")
    shop.network.refuse()
    second = register.run(5040, phone="070", price="20").data.ticket_number
    register.close()
    register = shop.open_register(shop.folder / REGISTER, finder=without("acme_repair"))
    (problem,) = (one for one in register.plugins.problems if one.stage == "unsent")
    assert "1 command of plugin acme_repair waits" in str(problem.what)
    assert "Install it again" in str(problem.hint)
    shop.log_on(register)
    register.run(100, code=shop.barcode("1001"))
    register.run(200)
    shop.network.pass_through()
    register.run(917, action="connect")
    synchronised(register)
    with register.offline_database.reading() as connection:
        assert not inspect(connection).has_table(TABLE)
    assert second in register.journal.overlay.rows(TABLE)
    register.close()
    register = opened(shop)
    wait_until(lambda: not came_back(register) and len(held(register)) == 1, "the table is back")
    shop.server.distribute()
    wait_until(lambda: came_back(register) and len(held(register)) == 2, "all rows are back")
    assert tickets(register) == {first: False, second: False}
