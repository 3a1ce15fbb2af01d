"""One test in each state of the connection: online, offline, slow, switched in the middle, killed and come back.

::

    @each_connection_state
    def test_points(till: TillInState) -> None:
        till.run(100, code=till.barcode("1001"))
        assert till.run(5000) == "5 points"
        till.run(200)
        assert len(till.sales()) == 1

The test says what a cashier does and what then holds, alike in every state: its till is a process of its own, at a real
store server behind a real network. When the test is over the network passes again, the till delivers what it has, and
whatever was lost, doubled, parked or failed fails the test. Which plugins the till has besides Kassa's own is said by
the fixture ``enabled_plugins``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kassa.model import Transaction
from kassa.testing.forked_till import ForkedTill
from kassa.testing.server import StoredSale
from kassa.testing.shop import LOG_ON, PRESSES, Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, SMALL_STORE, barcode
from kassa.testing.till import Till, TillRefused, TillResult

STATES = ("online", "offline", "slow", "switched", "killed")
"""``online``: everything passes. ``offline``: nothing listens, from before the first operation. ``slow``: each answer
comes late, within the profile's timeout. ``switched``: online for the test's first operation; from then on the store
server acts, and none of its answers arrives. ``killed``: the till's process is killed after each operation, and comes
back."""
SLOW_S = 0.1
PROFILE = {"request_timeout_s": 6, "reconnect_interval_min": 0.25, "sync_interval_s": 2}
PRICE_CHECK, VOID_PAYMENT, VOID_TRANSACTION = 101, 211, 500
DATABASE_CONNECTION = 917

each_connection_state = pytest.mark.parametrize("till", STATES, indirect=True)
"""Runs a test in every state of :data:`STATES`. The test takes the fixture ``till`` (:class:`TillInState`)."""


class TillInState:
    """A till at a shop, with the cashier at it, in one of :data:`STATES`.

    :param state: the state.
    """

    def __init__(self, state: str, shop: Shop, till: Till) -> None:
        self.state = state
        self.shop = shop
        self._till = till
        self._operations = 0
        _make_ready(shop, till)
        self._sold_before = {sale.transaction_id for sale in shop.server.sales(kinds=("sale", "void"))}
        if state == "offline":
            shop.network.refuse()
            till.run(PRICE_CHECK, code=barcode("1001"))  # it notices at its next request
        elif state == "slow":
            shop.network.slow(SLOW_S)

    # -- what a cashier does -----------------------------------------------------------------------------------------

    def run(self, operation: int, *, approval: tuple[str, str] | None = None, **parameters: Any) -> str | None:
        """Run an operation; its message, in English.

        :param approval: a manager's id and PIN.
        :raises TillRefused: it said no.
        """
        return self.result(operation, approval=approval, **parameters).message

    def result(self, operation: int, *, approval: tuple[str, str] | None = None, **parameters: Any) -> TillResult:
        """Run an operation; all that it handed back. Takes and raises what :meth:`run` does."""
        try:
            return self._till.result(operation, approval=approval, **parameters)
        finally:
            self._operations += 1
            if self.state == "switched" and self._operations == 1:
                self.shop.network.drop_answer()
            elif self.state == "killed":
                self.kill()

    def kill(self) -> None:
        """The plug is pulled (SIGKILL) and the till comes back, with the cashier at it."""
        self._till.kill()
        self._till.come_back()
        _log_on(self._till)

    def log_on(self) -> None:
        """The cashier logs on, if nobody is: an operation may have logged off."""
        _log_on(self._till)

    @staticmethod
    def barcode(item_number: str) -> str:
        """The barcode of an item of the small store."""
        return barcode(item_number)

    # -- what then holds ---------------------------------------------------------------------------------------------

    @property
    def online(self) -> bool:
        """Whether the register is connected at this moment."""
        return self.connection == "online"

    @property
    def connection(self) -> str:
        """The connection state: ``online``, or the reason for being offline."""
        name: str = self._till.facts()["state"]
        return name

    @property
    def sale(self) -> Transaction | None:
        """The sale in progress."""
        sale = self._till.facts()["sale"]
        return None if sale is None else msgspec.convert(sale, Transaction, strict=False)

    @property
    def header(self) -> list[str]:
        """The words of the status header's items, in English."""
        words: list[str] = self._till.facts()["header"]
        return words

    @property
    def problems(self) -> list[str]:
        """What the screen says is wrong."""
        words: list[str] = self._till.facts()["problems"]
        return words

    @property
    def hook_times(self) -> dict[str, dict[str, float]]:
        """How long the plugins' hooks take in the middle, in milliseconds: by plugin and hook, since the till's
        process was started."""
        times: dict[str, dict[str, float]] = self._till.facts()["hook_times"]
        return times

    @property
    def folder(self) -> Path:
        """The register's folder."""
        return self._till.folder

    def sales(self) -> list[StoredSale]:
        """The sales and returns of this test that the store server has, once everything is delivered."""
        self.settle()
        return [sale for sale in self.shop.server.sales() if sale.transaction_id not in self._sold_before]

    def sold(self) -> list[Transaction]:
        """The same as the register has made them, with the fields that plugins added: read from the entries as they
        are stored."""
        wanted = {sale.transaction_id for sale in self.sales()}
        rows = self.shop.server.query("SELECT data FROM journal_entry WHERE kind = 'sale'")
        found = [msgspec.json.decode(row["data"])["payload"]["transaction"] for row in rows]
        return [msgspec.convert(one, Transaction, strict=False) for one in found if one["transaction_id"] in wanted]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a plugin's table at headquarters, once everything is delivered, in the database's own types:
        prices with four decimals as whole numbers."""
        self.settle()
        return self.shop.server.query(f'SELECT * FROM "{table}"')

    def settle(self) -> None:
        """The network passes, the till connects and delivers everything: what is under way has its outcome.

        :raises AssertionError: something is lost or doubled, the store server could not use something, or a plugin has
            failed.
        """
        self.shop.network.pass_through()
        if (sale := self.sale) is None:
            _connect(self._till)
        wait_until(self._nothing_waits if sale is None else self._delivered, "everything is delivered")
        for table in ("parked_entry", "journal_conflict"):
            assert self.shop.server.query(f"SELECT reason FROM {table}") == [], table
        assert self.problems == []

    def _delivered(self) -> bool:
        return bool(self._till.facts()["waiting"] == 0)

    def _nothing_waits(self) -> bool:
        if not self.online:
            _connect(self._till)
        facts = self._till.facts()
        waits = facts["waiting"] or facts["pending"] or facts["acknowledged"] != facts["sequence"]
        return not waits


class StateShop:
    """One shop for all the tests of a run: starting one takes longer than a test. One in which a test has failed is
    left, and the next test gets another.

    :param plugins: as a register's record lists them: ``name``, and ``settings`` where it has any.
    """

    def __init__(self, folder: Path, plugins: Sequence[str | Mapping[str, Any]], kind: type[Till] = ForkedTill) -> None:
        self._folder = folder
        self._store = store_with(plugins)
        self._kind = kind
        self._made = 0
        self._open: tuple[Shop, Till] | None = None

    def till(self, state: str) -> TillInState:
        """The shop's till, ready and in ``state``."""
        if self._open is None:
            shop = Shop(self._folder / f"shop-{self._made}", process=True, store=self._store, profile=PROFILE)
            self._made += 1
            try:
                self._open = shop, shop.start_till(kind=self._kind)
            except BaseException:
                shop.close()
                raise
        return TillInState(state, *self._open)

    def close(self) -> None:
        """Close the shop; the next till is another shop's."""
        if self._open is not None:
            shop, till = self._open
            self._open = None
            till.kill()
            shop.close()


class StateShops:
    """The shops of a run, one for each list of plugins; one of them is open at a time.

    Two folders of tests may each override the fixture ``enabled_plugins``: a till never has the other folder's.

    :param folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._plugins: bytes = b""
        self._shop: StateShop | None = None

    def with_plugins(self, plugins: Sequence[str | Mapping[str, Any]]) -> StateShop:
        """The shop whose till has these plugins, as :class:`StateShop` takes them."""
        wanted = msgspec.json.encode(plugins)
        if self._shop is None or wanted != self._plugins:
            self.close()
            self._made += 1
            self._shop, self._plugins = StateShop(self._folder / str(self._made), plugins), wanted
        return self._shop

    def close(self) -> None:
        """Close the one that is open."""
        if self._shop is not None:
            self._shop.close()


def store_with(plugins: Sequence[str | Mapping[str, Any]], store: Mapping[str, Any] = SMALL_STORE) -> dict[str, Any]:
    """The small store, with more plugins on each of its registers: behind those that it has."""
    more = [{"name": plugin} if isinstance(plugin, str) else dict(plugin) for plugin in plugins]
    registers = [{**register, "plugins": [*register["plugins"], *more]} for register in store["registers"]]
    return {**store, "registers": registers}


def _make_ready(shop: Shop, till: Till) -> None:
    """Online, somebody logged on, no sale, offline data: as each test begins."""
    shop.network.pass_through()
    _log_on(till)
    _throw_away(till)
    _connect(till)
    wait_until(lambda: _has_data(till), "the till is ready to sell offline")


def _has_data(till: Till) -> bool:
    """Ready, and a whole synchronisation has gone through: the store server's own rows come after the packages."""
    facts = till.facts()
    return bool(facts["ready"] and facts["checked"])


def _log_on(till: Till) -> None:
    if till.facts()["place"] == "logged_off":
        _press(till, LOG_ON, staff_id=CASHIER, pin=CASHIER_PIN)


def _connect(till: Till) -> None:
    if till.facts()["state"] != "online":
        _press(till, DATABASE_CONNECTION, action="connect")


def _press(till: Till, operation: int, **parameters: Any) -> None:
    """Press again where a busy machine's store server was too slow, as a cashier would."""
    for left in reversed(range(PRESSES)):
        try:
            till.run(operation, **parameters)
            return
        except TillRefused:
            if not left:
                raise


def _throw_away(till: Till) -> None:
    sale = till.facts()["sale"]
    if sale is None:
        return
    for payment in sale.get("payments", ()):
        if not payment.get("voided", False):
            till.run(VOID_PAYMENT, payment_id=payment["payment_id"])
    till.run(VOID_TRANSACTION)
