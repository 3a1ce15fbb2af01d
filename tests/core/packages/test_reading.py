"""A package that is not what was written is never taken for one."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.core.packages.warehouse import item_row, items, manifest, packed

from kassa.packages.compression import ZstdFile
from kassa.packages.errors import PackageDamaged, PackageError, PackageFromTheFuture, PackageRefused
from kassa.packages.listing import PackageEntry
from kassa.packages.manifest import FORMAT
from kassa.packages.reading import open_package
from kassa.packages.verifying import verify_file
from kassa.packages.writing import make_batches
from kassa.schema.groups import SCHEMA_REVISION

BATCHES = items([item_row(number, number * 10) for number in range(2500)])
WHOLE, FILE = packed(manifest("snapshot", (0, 9), BATCHES), BATCHES)


def read(data: bytes) -> list[object]:
    told, batches = open_package(io.BytesIO(data))
    return [told, *batches]


def entry() -> PackageEntry:
    return PackageEntry("p", "snapshot", "batches", "products", 0, 9, 2500, FILE.size, FILE.sha256)


def test_reads_as_written() -> None:
    """What was written comes back: manifest and batches, at most two thousand rows each."""
    told, batches = open_package(io.BytesIO(WHOLE))
    assert told == manifest("snapshot", (0, 9), BATCHES)
    read_back = list(batches)
    assert [len(batch.values[0]) for batch in read_back] == [2000, 500]
    assert [tuple(column) for column in read_back[1].values] == list(BATCHES[1].values)


def test_flipped_bit_is_found(tmp_path: Path) -> None:
    """A bit flipped anywhere is found before anything is read."""
    chance = random.Random(917)
    file = tmp_path / "package"
    for position in [0, len(WHOLE) - 1, *(chance.randrange(len(WHOLE)) for _ in range(40))]:
        damaged = bytearray(WHOLE)
        damaged[position] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(PackageDamaged):
            verify_file(file, entry())
    file.write_bytes(WHOLE)
    verify_file(file, entry())


def test_truncated_is_found_while_reading() -> None:
    """A package cut short reads as damaged, wherever it was cut, even if nobody had looked at its digest."""
    chance = random.Random(917)
    for length in [0, 1, len(WHOLE) - 1, *(chance.randrange(len(WHOLE)) for _ in range(40))]:
        with pytest.raises(PackageDamaged):
            read(WHOLE[:length])


def test_bomb_is_bounded() -> None:
    """A line that never ends is given up at the limit: a small file cannot fill the register's memory."""
    file = io.BytesIO()
    with ZstdFile(file, "wb") as stream:
        stream.write(b"0" * 40_000_000)
    assert len(file.getvalue()) < 10_000
    with pytest.raises(PackageDamaged, match="over"):
        read(file.getvalue())


def test_more_rows_than_announced() -> None:
    """Rows beyond those that the manifest counts, or missing ones, are no package."""
    for counted in (BATCHES[:1], [*BATCHES, *BATCHES[1:]]):
        with pytest.raises(PackageDamaged, match="rows"):
            read(packed(manifest("snapshot", (0, 9), BATCHES), counted)[0])


@pytest.mark.parametrize("newer", [{"schema_revision": SCHEMA_REVISION + 1}, {"format": FORMAT + 1}])
def test_from_the_future(newer: dict[str, Any]) -> None:
    """A package of a newer format or schema waits, and says so."""
    with pytest.raises(PackageFromTheFuture):
        read(packed(manifest("snapshot", (0, 9), BATCHES, **newer), BATCHES)[0])


@pytest.mark.parametrize("row", [("1", None, "t", "p", "S", 1, False), ("1", "T", "t", "p", "S", "1.5", False)])
def test_wrong_types(row: tuple[object, ...]) -> None:
    """A value of another type than its column, or nothing where something must be, is found while decoding."""
    batches = items([row])
    with pytest.raises(PackageDamaged):
        read(packed(manifest("snapshot", (0, 9), batches), batches)[0])


def test_unknown_column() -> None:
    """A batch with a column that the manifest does not name is refused."""
    batches = list(make_batches("item", "update", ("item_number", "colour"), [("1", "red")]))
    with pytest.raises(PackageRefused):
        read(packed(manifest("delta", (0, 9), batches), batches)[0])


def test_altered_batch_with_an_old_checksum() -> None:
    """A batch whose values are not those of its checksum is damaged."""
    altered = [msgspec.structs.replace(BATCHES[0], checksum=1), BATCHES[1]]
    with pytest.raises(PackageError, match="checksum"):
        read(packed(manifest("snapshot", (0, 9), BATCHES), altered)[0])
