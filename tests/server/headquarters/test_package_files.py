"""The files of packages: one suite for each storage, and the whole way to a register from an object store."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.server.conftest import Shop, open_shop, sqlite_database
from tests.server.device import Device
from tests.server.headquarters.object_store import SECRET, VARIABLES, ObjectStore, running_object_store
from tests.server.headquarters.test_distribution import change_prices
from tests.server.headquarters.test_fetching import ask, fetch, snapshot

from kassa.errors import SetupError
from kassa.packages.listing import PackageList
from kassa.protocol import NO_ANSWER_STATUSES, PROTOCOL_HEADER
from kassa_server.headquarters.package_files import DirectoryFiles, PackageFiles, StorageUnavailable
from kassa_server.headquarters.package_place import open_package_files
from kassa_server.headquarters.s3_files import S3Files, read_place
from kassa_server.schema import distribution_run

ONE, OTHER = "a" * 32, "b" * 32
LARGE = bytes(range(256)) * 4 * 1024 * 7  # more than one part of an upload in parts


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """An S3-speaking server on loopback."""
    with running_object_store() as store:
        yield store


@pytest.fixture
def bucket(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty bucket, with the credentials in the environment."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    return object_store.bucket()


@pytest.fixture(params=["directory", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> PackageFiles:
    """Empty package files."""
    if request.param == "directory":
        return DirectoryFiles(tmp_path / "packages")
    return open_package_files(tmp_path, request.getfixturevalue("bucket"))


def written(files: PackageFiles, package_id: str, content: bytes) -> None:
    with files.writing(package_id) as file:
        file.write(content)


def read(files: PackageFiles, package_id: str, first: int = 0, count: int | None = None) -> bytes:
    found = files.find(package_id)
    assert found is not None
    return b"".join(found.read(first, found.size if count is None else count))


def listed(device: Device) -> PackageList:
    signed = ask(device).package_list
    assert signed is not None
    return msgspec.json.decode(signed.body, type=PackageList)


# -- the contract -----------------------------------------------------------------------------------------------------


def test_file_is_read_back(files: PackageFiles) -> None:
    """What was written is there, whole and by ranges, with its size; another id is another file."""
    written(files, ONE, b"0123456789")
    written(files, OTHER, b"x")
    found = files.find(ONE)
    assert found is not None
    assert found.size == 10
    assert read(files, ONE) == b"0123456789"
    assert read(files, ONE, 3, 4) == b"3456"
    assert read(files, OTHER) == b"x"


def test_large_file(files: PackageFiles) -> None:
    """A file that is sent in parts comes back as it was."""
    written(files, ONE, LARGE)
    assert hashlib.sha256(read(files, ONE)).digest() == hashlib.sha256(LARGE).digest()
    assert read(files, ONE, len(LARGE) - 3, 3) == LARGE[-3:]


def test_nothing_is_there_before_it_is_whole(files: PackageFiles, tmp_path: Path) -> None:
    """While a file is being written it is not there; if writing fails it never is, and nothing is left behind."""
    with files.writing(ONE) as file:
        file.write(b"half")
        assert files.find(ONE) is None
    with pytest.raises(ZeroDivisionError), files.writing(OTHER) as file:
        file.write(bytes(1 // 0))
    assert files.find(OTHER) is None
    assert list(tmp_path.rglob("*.new")) == []


def test_removed_file_is_gone(files: PackageFiles) -> None:
    """Removing one leaves the others; removing what is not there is nothing."""
    written(files, ONE, b"1")
    written(files, OTHER, b"2")
    files.remove(ONE)
    files.remove(ONE)
    assert files.find(ONE) is None
    assert read(files, OTHER) == b"2"


def test_id_is_no_path(files: PackageFiles) -> None:
    """An id that is not letters and digits names no file."""
    for wrong in ("../etc", "a/b", "", "å"):
        with pytest.raises(ValueError, match="package id"):
            files.find(wrong)


# -- S3 by itself -----------------------------------------------------------------------------------------------------


def test_objects_are_below_the_prefix(object_store: ObjectStore, bucket: str, tmp_path: Path) -> None:
    """Several installations may share a bucket."""
    written(open_package_files(tmp_path, bucket), ONE, b"1")
    assert object_store.names(bucket) == [f"packages/shop/{ONE}.zst"]


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket/prefix",
        "s3://",
        "s3://key:secret@bucket/prefix",
        "s3://bucket?endpoint=ftp://host",
        "s3://bucket?endpoint=http://storage.example.com",
        "s3://bucket?secret_access_key=x",
    ],
)
def test_place_that_cannot_be_used(url: str) -> None:
    """Not an S3 URL, with keys in it, or plain HTTP over a network: refused at the start, without repeating it."""
    with pytest.raises(SetupError) as caught:
        read_place(url, {})
    assert "secret" not in str(caught.value)


def test_place_from_the_environment() -> None:
    """Endpoint and region come from AWS's own variables where the URL does not say them."""
    place = read_place("s3://bucket/a/b/", {"AWS_ENDPOINT_URL": "https://storage:9000", "AWS_REGION": "eu-north-1"})
    assert (place.endpoint, place.bucket, place.prefix, place.region) == (
        "https://storage:9000", "bucket", "a/b/", "eu-north-1",
    )  # fmt: skip
    assert read_place("s3://bucket", {"AWS_REGION": "eu-north-1"}).endpoint == "https://s3.eu-north-1.amazonaws.com"


def test_storage_that_is_down_or_shut(bucket: str, tmp_path: Path) -> None:
    """No server, and no bucket, are told in words; no secret is in them."""
    nowhere = S3Files(read_place("s3://bucket?endpoint=http://127.0.0.1:9", {}), tmp_path)
    missing = S3Files(read_place(bucket.replace("kassa", "nothing", 1), {}), tmp_path)
    for files in (nowhere, missing):
        with pytest.raises(StorageUnavailable) as caught:
            written(files, ONE, b"1")
        assert SECRET not in str(caught.value)
    assert missing.find(ONE) is None
    with pytest.raises(StorageUnavailable):
        nowhere.find(ONE)
    nowhere.remove(ONE)


# -- to a register ----------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path, small_store: Path, bucket: str) -> Iterator[Shop]:
    """A store server whose packages are in the object store."""
    files = open_package_files(tmp_path / "work", bucket)
    yield from open_shop(sqlite_database(tmp_path, small_store), packages=files)


def test_register_fetches_from_the_object_store(shop: Shop) -> None:
    """Whole and by ranges, through the store server, as from a directory; a range beyond the end is refused."""
    device = shop.device()
    entry = snapshot(listed(device))
    whole = fetch(device, entry.package_id)
    assert (whole.status_code, len(whole.content)) == (200, entry.size)
    assert hashlib.sha256(whole.content).hexdigest() == entry.sha256
    assert (whole.headers["accept-ranges"], whole.headers[PROTOCOL_HEADER]) == ("bytes", "2")
    rest = fetch(device, entry.package_id, Range=f"bytes={entry.size - 10}-")
    assert (rest.status_code, rest.content) == (206, whole.content[-10:])
    assert rest.headers["content-range"] == f"bytes {entry.size - 10}-{entry.size - 1}/{entry.size}"
    middle = fetch(device, entry.package_id, Range="bytes=5-9")
    assert (middle.status_code, middle.content) == (206, whole.content[5:10])
    assert fetch(device, entry.package_id, Range=f"bytes={entry.size}-").status_code == 416


def test_package_that_has_gone_is_made_again(object_store: ObjectStore, bucket: str, shop: Shop) -> None:
    """A file that somebody has removed: the register is told so in words, and the next run makes another."""
    device = shop.device()
    entry = snapshot(listed(device))
    distribution = shop.server.distribution
    assert distribution is not None
    distribution.files.remove(entry.package_id)
    gone = fetch(device, entry.package_id)
    assert (gone.status_code, gone.headers[PROTOCOL_HEADER]) == (404, "2")
    other = snapshot(listed(device))
    assert other.package_id != entry.package_id
    assert fetch(device, other.package_id).status_code == 200
    assert f"packages/shop/{other.package_id}.zst" in object_store.names(bucket)


def test_storage_that_goes_down(
    tmp_path: Path, small_store: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the storage is away a run fails with words, the list is served and renewed, and a file is no answer: the
    register tries again. Nothing secret is logged."""
    caplog.set_level(logging.DEBUG)
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as open_until_the_end:
        with running_object_store() as store:
            files = store.files(store.bucket(), tmp_path / "work")
            shops = open_shop(sqlite_database(tmp_path, small_store), packages=files)
            open_until_the_end.enter_context(closing(shops))
            shop = next(shops)
            device = shop.device()
            entry = snapshot(listed(device))
        shop.clock.advance(timedelta(days=5).total_seconds())
        assert snapshot(listed(device)) == entry
        assert fetch(device, entry.package_id).status_code in NO_ANSWER_STATUSES
        distribution = shop.server.distribution
        assert distribution is not None
        change_prices(shop.channel, "1001", price="7")
        run = distribution.run(author="anna")
        assert run.state == "create_failed"
        assert "does not answer" in run.error
        assert shop.rows(distribution_run, run_id=run.run_id)[0]["error"] == run.error
        assert snapshot(listed(device)) == entry
    assert SECRET not in caplog.text
