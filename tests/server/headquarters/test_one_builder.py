"""Several headquarters processes on one database: packages are made once, and lists have numbers of their own."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from tests.server.headquarters.test_distribution import change_prices

from kassa.packages.listing import PackageList, Signed
from kassa_server.channel import Channel
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.one_builder import OneBuilder
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.schema import package, package_list

PROCESSES = 2
ROUNDS = 3
PATIENCE_S = 60


class CountedFiles(DirectoryFiles):
    """Package files that count how many were begun."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.begun = 0

    def writing(self, package_id: str) -> Any:
        self.begun += 1
        return super().writing(package_id)


def _distribute(database: str, folder: str, start: Any, made: Any) -> None:
    """A headquarters process: runs everything whenever it is told to, and says how many files it has begun, and
    how many packages came of them."""
    channel, files = Channel(database, folder=Path(folder).parent), CountedFiles(Path(folder))
    distribution = Distribution(channel, files)
    for _round in range(ROUNDS):
        start.wait()
        files.begun = 0
        run = distribution.run(9999)
        made.put((files.begun, run.packages))
    channel.close()


def rows(channel: Channel, table: Any) -> list[dict[str, Any]]:
    with channel.reading() as connection:
        return [dict(row) for row in connection.execute(table.select()).mappings()]


def test_two_processes_build_a_package_once(headquarters: Channel, tmp_path: Path) -> None:
    """Two processes that run the same job at the same moment, again and again while prices change: one builds, the
    other finds everything made. No file is written in vain, and each change of a list takes one number."""
    spawn = multiprocessing.get_context("spawn")
    start, made = spawn.Barrier(PROCESSES + 1), spawn.Queue()
    folder = tmp_path / "packages"
    arguments = (headquarters.url, str(folder), start, made)
    running = [spawn.Process(target=_distribute, args=arguments, daemon=True) for _number in range(PROCESSES)]
    for process in running:
        process.start()
    numbers = []
    for number in range(ROUNDS):
        change_prices(headquarters, "1001", price=str(number + 1))
        start.wait(PATIENCE_S)
        idle, builder = sorted(made.get(timeout=PATIENCE_S) for _process in running)
        assert idle == (0, 0)
        assert builder[0] == builder[1] > 0, "nothing is made in vain"
        numbers.append({row["scope"]: row["number"] for row in rows(headquarters, package_list)})
    for process in running:
        process.join(PATIENCE_S)
    made_rows = rows(headquarters, package)
    assert {file.stem for file in folder.iterdir()} == {row["package_id"] for row in made_rows}
    same = Counter(
        tuple(row[name] for name in ("audience", "scope", "table_group", "rendering", "from_version", "to_version"))
        for row in made_rows
    )
    assert set(same.values()) == {1}
    assert [one["S1"] for one in numbers] == list(range(1, ROUNDS + 1))


def test_lists_say_their_own_number(headquarters: Channel, tmp_path: Path) -> None:
    """The number that is signed is the number in the database."""
    Distribution(headquarters, DirectoryFiles(tmp_path / "packages")).run()
    for row in rows(headquarters, package_list):
        body = msgspec.json.decode(row["signed"], type=Signed).body
        assert msgspec.json.decode(body, type=PackageList).number == row["number"]


def test_one_waits_for_the_other(headquarters: Channel) -> None:
    """Two connections' builders are never at work together; one that fails lets the next one in."""
    inside, most, errors = [0], [0], []
    mutex = threading.Lock()

    def build(fail: bool) -> None:
        other = Channel(headquarters.url)
        try:
            with OneBuilder(other).alone():
                with mutex:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                threading.Event().wait(0.05)
                with mutex:
                    inside[0] -= 1
                if fail:
                    raise RuntimeError("the disk is full")
        except RuntimeError as error:
            errors.append(error)
        finally:
            other.close()

    threads = [threading.Thread(target=build, args=(number % 2 == 0,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert (most[0], inside[0], len(errors)) == (1, 0, 3)
