"""Registers at work, and what their tests look at in both books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from kassa.errors import KassaError
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import REGISTER, SECOND_REGISTER

QUICK = {"request_timeout_s": 1.5, "reconnect_interval_min": 0.25, "sync_interval_s": 2}
"""A profile for tests; its timeout leaves a busy machine its time, and is waited for only where a server freezes."""


@pytest.fixture(scope="package", autouse=True)
def plain_log() -> Iterator[None]:
    """The log in plain words: tracebacks in colour take longer than what they tell of."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )
    yield
    structlog.reset_defaults()


def open_ready(shop: Shop, register_id: str = REGISTER) -> Register:
    """A register with the cashier at it and its offline database loaded."""
    folder = shop.folder / register_id
    if not folder.exists():
        shop.activate(register_id)
    register = shop.open_register(folder)
    shop.log_on(register)
    return shop.with_data(register)


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop whose registers notice a lost store server soon, and try again after a quarter minute."""
    return make_shop(profile=QUICK)


@pytest.fixture
def second(shop: Shop, register: Register) -> Register:
    """Another register of the same shop, ready too."""
    return open_ready(shop, SECOND_REGISTER)


@contextmanager
def answers_lost(shop: Shop) -> Iterator[None]:
    """The store server acts, and none of its answers arrives."""
    shop.network.drop_answer()
    try:
        yield
    finally:
        shop.network.pass_through()


def back_online(shop: Shop, *registers: Register) -> None:
    """The network is well again, the registers are connected, and everything has been delivered and settled."""
    shop.network.pass_through()
    for register in registers:
        register.run(917, action="connect")
        assert register.connection.state().online
    settled(shop, *registers)


def settled(shop: Shop, *registers: Register) -> None:
    """Everything delivered, and no command waits for its outcome."""
    for register in registers:
        shop.delivered(register)
        wait_until(lambda one=register: not one.journal.commands.pending(), "no command waits")  # type: ignore[misc]
        shop.delivered(register)


def nothing_aside(shop: Shop) -> None:
    """The store server has nothing parked and no conflict."""
    assert shop.server.query("SELECT reason FROM parked_entry") == []
    assert shop.server.query("SELECT reason FROM journal_conflict") == []


def suspended(shop: Shop) -> list[str]:
    """The suspended sales in the channel database, by id."""
    return [row["transaction_id"] for row in shop.server.query("SELECT transaction_id FROM suspended_sale")]


def customers(shop: Shop, name: str) -> int:
    """How many customers of that name the channel database has."""
    rows = shop.server.query("SELECT name FROM customer WHERE name = :name", name=name)
    return len(rows)


@pytest.fixture
def make_ready(make_shop: Callable[..., Shop]) -> Callable[..., tuple[Shop, Register]]:
    """Makes a shop with a register that is ready to sell; its arguments are the shop's."""

    def make(**options: Any) -> tuple[Shop, Register]:
        shop = make_shop(**{"profile": QUICK, **options})
        return shop, open_ready(shop)

    return make


def explains_itself(error: KassaError, code: str) -> None:
    """A clear error: a stable code, and in both languages what happened, what is kept, and what to do."""
    assert error.code == code
    for text in (error.what, error.kept, error.hint):
        assert text is not None
        english, swedish = text.words("en"), text.words("sv")
        assert english.strip()
        assert swedish.strip()
        assert swedish != english
