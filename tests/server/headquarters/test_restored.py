"""``kassa headquarters restored`` on the database itself: what it raises, and when it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.server.conftest import sqlite_database
from tests.server.headquarters.test_cli import run

from kassa.errors import InvalidInput, NotAllowed
from kassa.packages.listing import GroupReport, SyncReport
from kassa_server.channel import Channel
from kassa_server.headquarters.keys import current_key_set, key_sets_after
from kassa_server.headquarters.reports import keep_report
from kassa_server.headquarters.restored import MARGIN, Numbers, ahead_of, numbers_here, recover
from kassa_server.schema import audit


@pytest.fixture
def folder(tmp_path: Path, small_store: Path) -> Path:
    """Headquarters' data directory, after a first run."""
    sqlite_database(tmp_path, small_store)
    run(tmp_path, "run-job")
    return tmp_path


@pytest.fixture
def channel(folder: Path) -> Channel:
    """Its database."""
    return Channel(f"sqlite:///{folder / 'channel.db'}")


def here(channel: Channel) -> Numbers:
    with channel.reading() as connection:
        return numbers_here(connection)


def test_without_cause_nothing_is_changed(folder: Path, channel: Channel) -> None:
    """While nobody has told of anything newer the command refuses; a register that is up to date is no cause."""
    before = here(channel)
    group = GroupReport("products", "applied", before.row_version)
    keep_report(channel, "R1", SyncReport((group,), before.package_list, seen_list=before.package_list, key_set=1))
    with pytest.raises(NotAllowed):
        run(folder, "restored")
    assert here(channel) == before


@pytest.mark.parametrize(
    "report",
    [
        SyncReport((), 0, seen_list=70),
        SyncReport((GroupReport("products", "applied", 5000),), 1),
        SyncReport((), 1, key_set=4),
    ],
    ids=["list", "rows", "keys"],
)
def test_each_number_that_was_seen_is_passed(folder: Path, channel: Channel, report: SyncReport) -> None:
    """A higher list, row version or key set that a register tells of is a cause; afterwards all numbers are above it,
    and the keys, which are the same, are introduced to whoever has the newer set."""
    before = here(channel)
    keep_report(channel, "R1", report)
    with channel.reading() as connection:
        (one,) = ahead_of(connection)
        keys = current_key_set(connection)
    said = run(folder, "restored")
    assert f"R1 has seen: {one.numbers}" in said
    assert "Job 9999: available" in said
    after = here(channel)
    assert after.package_list > max(one.numbers.package_list, before.package_list) + MARGIN
    assert after.row_version >= max(one.numbers.row_version, before.row_version) + MARGIN
    with channel.reading() as connection:
        assert ahead_of(connection) == []
        assert current_key_set(connection).keys == keys.keys
        if report.key_set:
            assert len(key_sets_after(connection, report.key_set)) == 1


def test_a_number_that_cannot_be_moves_nothing(channel: Channel) -> None:
    """A device that tells an absurd number does not take headquarters to the end of its numbers."""
    keep_report(channel, "R1", SyncReport((), 0, seen_list=2**63 - 1))
    before = here(channel)
    with pytest.raises(InvalidInput), channel.writing() as connection:
        recover(connection, channel.environment, by="test")
    assert here(channel) == before


def test_what_nobody_has_told_can_be_said(folder: Path, channel: Channel) -> None:
    """The number in a register's message is enough, before the register has told it."""
    run(folder, "restored", "--list-number", "900")
    assert here(channel).package_list > 900 + MARGIN
    (note,) = _notes(channel)
    assert note["seen"]["package_list"] == 900


def _notes(channel: Channel) -> list[dict[str, Any]]:
    with channel.reading() as connection:
        rows = connection.execute(audit.select().where(audit.c.kind == "headquarters_restored")).all()
    return [msgspec.json.decode(row.detail) for row in rows]
