"""Housekeeping: what is kept for a stated time goes by itself, and tables do not grow with history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select
from starlette.testclient import TestClient
from tests.server.conftest import Shop, sqlite_database

from kassa.environment import Environment
from kassa.packages.listing import GroupReport
from kassa.protocol import JournalPart
from kassa.schema.groups import TABLE_GROUPS
from kassa.testing.clock import TestClock
from kassa.testing.shop import wait_until
from kassa_server import intake_parts
from kassa_server.app import create_app
from kassa_server.channel import Channel
from kassa_server.headquarters import runs, session_orders, sessions
from kassa_server.headquarters.sessions import KEPT, note_reports
from kassa_server.housekeeping import Housekeeping
from kassa_server.intake_parts import keep_part
from kassa_server.schema import distribution_run, download_session, session_order

REGISTERS, PACKAGES = 100, KEPT + 3


def count(channel: Channel, table: object) -> int:
    with channel.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def fill(channel: Channel, clock: TestClock) -> None:
    """A session with one before it, an order and a run, all of now."""
    now = clock.utc()
    with channel.writing() as connection:
        for number in (1, 2):
            note_reports(connection, "R1", [GroupReport("products", "applied", number, 1, str(number) * 32)], now)
        session_orders.rerun(connection, channel.environment, "R1", "products", author="Eva")
        connection.execute(
            insert(distribution_run).values(
                run_id="0" * 32, job=9999, author="", started_at=now, finished_at=now, state="available", packages=1,
                rows=1, error="",
            )
        )  # fmt: skip
        keep_part(connection, "d" * 32, JournalPart("0" * 64, 0, 2, b"half"), now, 100)


def test_each_thing_goes_after_its_own_time(shop: Shop) -> None:
    """Parts of an upload whose rest never came after a day, sessions that are over and orders after 30 days, runs after
    90, current sessions of silent registers after 360; not a moment before."""
    keeper = Housekeeping(shop.channel)
    fill(shop.channel, shop.clock)
    moment = timedelta(seconds=1)
    assert session_orders.GIVEN_FOR == sessions.KEPT_FOR
    none = {"sessions": 0, "orders": 0, "runs": 0, "parts": 0, "numbers": 0}
    shop.clock.advance(intake_parts.KEPT_FOR.total_seconds())
    assert keeper.once() == none
    shop.clock.advance(moment.total_seconds())
    assert keeper.once() == {**none, "parts": 1}
    shop.clock.advance((sessions.KEPT_FOR - intake_parts.KEPT_FOR - moment).total_seconds())
    assert keeper.once() == none
    shop.clock.advance(moment.total_seconds())
    assert keeper.once() == {**none, "sessions": 1, "orders": 1}
    shop.clock.advance((runs.KEPT_FOR - sessions.KEPT_FOR).total_seconds())
    assert keeper.once() == {**none, "runs": 1}
    shop.clock.advance((12 * sessions.KEPT_FOR - runs.KEPT_FOR).total_seconds())
    assert keeper.once() == {**none, "sessions": 1}


def test_a_server_that_runs_does_it_by_itself(tmp_path: Path, small_store: Path) -> None:
    """At the start, and each hour from then on."""
    clock = TestClock()
    database = sqlite_database(tmp_path, small_store)
    app = create_app(database, environment=Environment(clock=clock), packages=tmp_path / "packages", schedules=True)
    channel = app.state.server.channel
    fill(channel, clock)
    clock.advance(sessions.KEPT_FOR.total_seconds() + 1)
    with TestClient(app):
        wait_until(lambda: count(channel, download_session) == 1, "the old session has gone")
        wait_until(lambda: count(channel, session_order) == 0, "the old order has gone")
        fill_again = [GroupReport("products", "applied", number, 1, str(number) * 32) for number in (3, 4)]
        for report in fill_again:
            with channel.writing() as connection:
                note_reports(connection, "R1", [report], clock.utc())
        clock.advance(sessions.KEPT_FOR.total_seconds() + 3601)
        wait_until(lambda: count(channel, download_session) == 1, "the next hour's round has been")


def test_a_hundred_new_registers_make_few_sessions(sqlite_shop: Shop) -> None:
    """However long headquarters has made packages, a new register has no session before it has asked for something, and
    then a few for each table group, however many packages it has taken since."""
    channel, clock = sqlite_shop.channel, sqlite_shop.clock
    assert count(channel, download_session) == 0
    names = [group.name for group in TABLE_GROUPS][:2]
    for number in range(1, PACKAGES + 1):
        clock.advance(60)
        with channel.writing() as connection:
            for place in range(REGISTERS):
                told = [GroupReport(name, "applied", number, 1, f"{number:032}") for name in names]
                note_reports(connection, f"N{place}", told, clock.utc())
        if number == 1:
            assert count(channel, download_session) == REGISTERS * len(names)
    assert count(channel, download_session) == REGISTERS * len(names) * (KEPT + 1)
