"""Download states that headquarters itself knows of: started, create_failed, downloaded, and a file that has gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest
from sqlalchemy import update
from tests.server.conftest import Shop
from tests.server.device import open_answer
from tests.server.headquarters.test_distribution import change_prices
from tests.server.headquarters.test_fetching import ask, fetch, snapshot
from typer.testing import CliRunner

from kassa.errors import NotAllowed, NotFound
from kassa.packages.listing import GroupReport, PackageList, SyncReport
from kassa.testing.store import REGISTER
from kassa_server.channel import Channel
from kassa_server.headquarters.cli import headquarters as commands
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.runs import INTERRUPTED
from kassa_server.headquarters.session_list import DownloadSession, download_sessions
from kassa_server.headquarters.session_orders import UPLOADS, cancel
from kassa_server.schema import audit, distribution_run


class WatchedFiles(DirectoryFiles):
    """Package files that tell when one is begun, and fail when they are told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.on_writing: Callable[[], None] = lambda: None

    @contextmanager
    def writing(self, package_id: str) -> Iterator[BinaryIO]:
        self.on_writing()
        with super().writing(package_id) as file:
            yield file


def sessions(channel: Channel) -> dict[str, DownloadSession]:
    with channel.reading() as connection:
        return {one.table_group: one for one in download_sessions(connection, database_id=REGISTER)}


def states(channel: Channel) -> set[str]:
    """Of all table groups."""
    return {str(one.state) for one in sessions(channel).values()}


@pytest.fixture
def files(tmp_path: Path) -> WatchedFiles:
    return WatchedFiles(tmp_path / "packages")


def test_started_while_packages_are_made(headquarters: Channel, files: WatchedFiles) -> None:
    """While a run makes packages the table groups that it makes stand as started, for whoever looks; then they are
    available. A run that finds nothing to make changes nothing."""
    seen: list[set[str]] = []
    files.on_writing = lambda: seen.append(states(headquarters))
    distribution = Distribution(headquarters, files)
    distribution.run()
    assert seen
    assert all(one == {"started"} for one in seen)
    assert states(headquarters) == {"available"}
    seen.clear()
    assert distribution.run(1020).state == "no_data"
    assert (seen, states(headquarters)) == ([], {"available"})


def test_create_failed_until_a_run_succeeds(headquarters: Channel, files: WatchedFiles) -> None:
    """Table groups that headquarters could not make are named with the reason, and only those of the job; the next run
    that goes well puts it right, also one that finds nothing to make."""
    distribution = Distribution(headquarters, files)
    distribution.run()

    def full() -> None:
        raise OSError("no space left")

    files.on_writing = full
    change_prices(headquarters, "1001", price="7")
    for _minute in range(3):
        assert distribution.run(1040).state == "create_failed"
    found = sessions(headquarters)
    assert (found["products"].state, found["products"].error, found["products"].failed) == (
        "create_failed", "OSError", True,
    )  # fmt: skip
    assert not found["products"].may_cancel
    assert found["customers"].state == "available"
    with headquarters.reading() as connection:
        noted = connection.execute(distribution_run.select().where(distribution_run.c.job == 1040)).all()
    assert len(noted) == 1, "a schedule that fails each minute is one line"
    files.on_writing = lambda: None
    distribution.run()
    assert states(headquarters) == {"available"}


def test_a_run_that_was_killed_is_over_at_the_next(headquarters: Channel, files: WatchedFiles) -> None:
    """What a headquarters that was killed has left as started is a run that failed, and the next one makes it."""
    distribution = Distribution(headquarters, files)
    distribution.run(author="anna")
    with headquarters.writing() as connection:
        connection.execute(update(distribution_run).values(state="started", job=1040))
    assert sessions(headquarters)["products"].state == "started"
    assert distribution.run(1020).state == "no_data"
    found = sessions(headquarters)["products"]
    assert (found.state, found.error) == ("create_failed", str(INTERRUPTED))
    distribution.run()
    assert states(headquarters) == {"available"}


def test_downloaded_until_it_is_applied(shop: Shop) -> None:
    """A register that has a whole database on its disk and unpacks it says so; then it is applied."""
    device = shop.device()
    entry = snapshot(listed(shop))
    fetch(device, entry.package_id)
    assert sessions(shop.channel)["*"].state == "requested"
    ask(device, report=SyncReport((GroupReport("*", "downloaded", 0, 0, entry.package_id),), 1))
    found = sessions(shop.channel)["*"]
    assert (found.state, found.may_cancel, found.failed) == ("downloaded", True, False)
    ask(device, report=SyncReport((GroupReport("products", "applied", entry.to_version, 12, entry.package_id),), 1))
    assert "*" not in sessions(shop.channel)


def listed(shop: Shop) -> PackageList:
    """What the store's registers may fetch."""
    answer = ask(shop.devices[0])
    assert answer.package_list is not None
    return msgspec.json.decode(answer.package_list.body, type=PackageList)


@pytest.mark.parametrize("kind", ["whole database", "table group"])
def test_a_file_that_has_gone_is_made_again(shop: Shop, kind: str) -> None:
    """A listed package whose file somebody has removed: the register hears it in words, headquarters makes another at
    once and lists it, the session says what happened, and it is in the audit trail, once."""
    device = shop.device()
    whole = kind == "whole database"
    before = next(one for one in listed(shop).packages if (one.rendering == "sqlite") == whole)
    distribution = shop.server.distribution
    assert distribution is not None
    distribution.files.remove(before.package_id)  # type: ignore[attr-defined]
    for _time in range(2):
        with pytest.raises(NotFound, match="Headquarters makes another"):
            open_answer(fetch(device, before.package_id), None)
    after = {one.package_id: one for one in listed(shop).packages}
    assert before.package_id not in after
    other = next(
        one for one in after.values() if (one.table_group, one.rendering) == (before.table_group, before.rendering)
    )
    assert len(fetch(device, other.package_id).content) == other.size
    assert len(shop.rows(audit, kind="package_file_gone")) == 1
    told = GroupReport(
        before.table_group, "download_failed", 0, 0, before.package_id, None, 1, "The file has gone.", "not_found"
    )
    ask(device, report=SyncReport((told,), 1))
    found = sessions(shop.channel)[before.table_group]
    assert (found.state, found.error_code, found.dead) == ("download_failed", "not_found", True)


def test_uploads_cannot_be_canceled(sqlite_shop: Shop) -> None:
    """Sales are always delivered; whoever wants to cancel an upload hears what to do instead."""
    sqlite_shop.device()
    with sqlite_shop.channel.writing() as connection, pytest.raises(NotAllowed, match="always delivered"):
        cancel(connection, sqlite_shop.channel.environment, REGISTER, UPLOADS, author="Eva")


def test_the_command_line_shows_them(tmp_path: Path, small_store: Path) -> None:
    """``kassa headquarters sessions`` names the state and the reason; ``--failed`` shows only what has failed."""
    from tests.server.conftest import sqlite_database

    channel = Channel(sqlite_database(tmp_path, small_store))
    (tmp_path / "packages").write_text("in the way")
    Distribution(channel, DirectoryFiles(tmp_path / "packages")).run(1040)
    channel.close()
    said = CliRunner().invoke(commands, ["sessions", "--failed", "-d", str(tmp_path)], catch_exceptions=False).output
    line = next(line for line in said.splitlines() if " products " in line)
    assert "create_failed" in line
    assert "FileExistsError" in line
    assert " customers " not in said
