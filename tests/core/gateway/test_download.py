"""Files come whole or go on where they were cut off, and never fill the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.core.gateway.store_server import Reply, Seen, StoreServer, refused, running

from kassa.errors import Canceled, NoAnswer, NotFound
from kassa.gateway.download import Downloads
from kassa.gateway.remote import Signer
from kassa.protocol import PROTOCOL_HEADER, RefusalMessage
from kassa.text import literal

FILE = bytes(range(256)) * 2000
SERVED = {"Content-Type": "application/vnd.kassa.package", PROTOCOL_HEADER: "2"}


class NoSigner(Signer):
    """Signs nothing."""

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        return {}


@pytest.fixture
def server() -> Iterator[StoreServer]:
    with running(StoreServer()) as started:
        started.answer = ranges
        yield started


@pytest.fixture
def fetch(server: StoreServer, tmp_path: Path) -> Callable[..., bytes]:
    """Fetches the file of a given size into one that may hold a part already; what is there afterwards."""

    def fetched(size: int = len(FILE), may_go_on: Callable[[], bool] = lambda: True) -> bytes:
        try:
            Downloads(server.address, NoSigner(), None, may_go_on).fetch("p1", tmp_path / "p1.zst", size)
        finally:
            have = (tmp_path / "p1.zst").read_bytes() if (tmp_path / "p1.zst").exists() else b""
        return have

    return fetched


def ranges(seen: Seen) -> Reply:
    """The file, from where it is wanted."""
    start = seen.headers.get("Range")
    if start is None:
        return Reply(FILE, headers=SERVED)
    return Reply(FILE[int(start.removeprefix("bytes=").removesuffix("-")) :], 206, SERVED)


def test_goes_on_where_it_was(server: StoreServer, fetch: Callable[..., bytes], tmp_path: Path) -> None:
    """What was kept is not asked for again."""
    with pytest.raises(Canceled):
        fetch(may_go_on=lambda: False)
    kept = (tmp_path / "p1.zst").stat().st_size
    assert 0 < kept < len(FILE)
    assert fetch() == FILE
    assert server.seen[-1].headers["Range"] == f"bytes={kept}-"


def test_server_that_knows_no_ranges(server: StoreServer, fetch: Callable[..., bytes], tmp_path: Path) -> None:
    """Whoever sends the whole file although a part was wanted: it is the whole file, once."""
    (tmp_path / "p1.zst").write_bytes(FILE[:1000])
    server.answer = lambda _seen: Reply(FILE, headers=SERVED)
    assert fetch() == FILE


def test_more_than_the_list_says_does_not_fill_the_disk(server: StoreServer, fetch: Callable[..., bytes]) -> None:
    """However much comes, one byte over the size is kept at most: enough for the check of the size to refuse it."""
    assert len(fetch(size=1000)) == 1001


def test_whole_file_that_is_too_short_is_brought_as_it_is(server: StoreServer, fetch: Callable[..., bytes]) -> None:
    """An answer that is whole and less than the list says is another file, not a connection that was lost: it is for
    whoever verifies it to say so."""
    server.answer = lambda _seen: Reply(FILE[:500], headers=SERVED)
    assert fetch() == FILE[:500]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>Log in to the hotel's network</html>", 200, {"Content-Type": "text/html"}),
        Reply(b"", 503, SERVED),
        Reply(FILE, 200, {"Content-Type": "application/octet-stream"}),
    ],
    ids=["captive_portal", "status_503", "no_protocol"],
)
def test_only_kassas_answers_count(
    server: StoreServer, fetch: Callable[..., bytes], reply: Reply, tmp_path: Path
) -> None:
    """Whatever else answers leaves no file behind that could be taken for a part of one."""
    server.answer = lambda _seen: reply
    with pytest.raises(NoAnswer):
        fetch()
    assert not (tmp_path / "p1.zst").exists()


def test_typed_refusal(server: StoreServer, fetch: Callable[..., bytes]) -> None:
    """A package that is not there any more is a refusal with words, not a connection that is lost."""
    server.answer = lambda _seen: refused(RefusalMessage("not_found", literal("No such package.")), 404)
    with pytest.raises(NotFound):
        fetch()
