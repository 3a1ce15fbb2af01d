"""Uploads on the wire: compressed, too large, at the wrong moment, twice, half, changed, for another register."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import pytest
from tests.core.journal.book import RECORD, event
from tests.server.conftest import Shop
from tests.server.device import Device, open_answer

from kassa.compressed import ENCODING, compressed
from kassa.compressed import opened as opened_whole
from kassa.connection import ConnectionState
from kassa.delivery import Delivery
from kassa.environment import Environment
from kassa.errors import DeviceNotTrusted, InvalidInput, NoAnswer, NotAllowed, Refusal, TooLarge
from kassa.gateway.answers import check_answer
from kassa.gateway.answers import open_answer as opened
from kassa.journal import Journal
from kassa.model import OfflineProfile
from kassa.protocol import PROTOCOL_HEADER, JournalAcknowledgement, JournalBatch, JournalPart, PartTaken
from kassa.register.heads import current_head
from kassa.requests.catalogue import FindItem
from kassa.testing.shop import wait_until
from kassa.text import Text, literal
from kassa.upload_line import CUT_OFF_TRIES, HOLDS_S, PARTS, Packed
from kassa_server.intake_line import SPREAD_S, IntakeLine
from kassa_server.schema import journal_conflict, journal_entry, upload_part

Answer = TypeVar("Answer")
PATH = "/v1/journal"
ENTRIES = 300
BATCH_KB = 60
LIMIT, UNPACKED = 6000, 20_000
"""Bytes of a body."""


class Line:
    """Carries what a delivery posts to the store server, by the gateway's rules; ``between`` may answer instead."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.bodies: list[tuple[int, str]] = []
        self.timeouts: list[float | None] = []
        self.between: Callable[[bytes, str], httpx.Response | None] = lambda _body, _encoding: None

    def __call__(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Answer:
        self.bodies.append((len(body), encoding))
        self.timeouts.append(timeout_s)
        more = {"Content_Encoding": encoding} if encoding else {}
        response = self.between(body, encoding) or self.device.post(path, body, **more)
        check_answer(response.status_code, response.headers, path)
        value: Answer
        value, _time = opened(response.content, int(response.headers[PROTOCOL_HEADER]), answer, path)
        return value


class Backlog:
    """A register's journal with entries that wait, and its delivery."""

    def __init__(self, shop: Shop, folder: Path, entries: int) -> None:
        self.device = shop.device()
        self.environment = environment = Environment(clock=shop.clock)
        self.journal = Journal(folder, environment, create=True)
        self.journal.open_series(self.device.series, 1, RECORD)
        self.write(entries)
        self.line = Line(self.device)
        self.told: list[tuple[int, Text | None]] = []
        online = ConnectionState(True, shop.clock.utc())
        self.delivery = Delivery(
            self.journal, self.line, environment, OfflineProfile, lambda: online, lambda _text: None,
            on_attempt=lambda entries, error: self.told.append((entries, error)),
        )  # fmt: skip

    def write(self, count: int, size: int = 300) -> None:
        """Write entries of so many bytes into the journal."""
        for _number in range(count):
            self.journal.append(event(size=size), generation=self.journal.generation)
        self.device.head_override = current_head(self.journal, self.environment)

    def drain(self) -> int:
        """Deliver until nothing waits; how many entries."""
        done = 0
        while part := self.delivery.deliver(max_kb=BATCH_KB):
            done += part
        return done


@pytest.fixture
def backlog(sqlite_shop: Shop, tmp_path: Path) -> Backlog:
    folder = tmp_path / "register"
    folder.mkdir()
    return Backlog(sqlite_shop, folder, ENTRIES)


def stored(shop: Shop) -> dict[int, bytes]:
    """The entries in the channel database."""
    return {row["sequence"]: bytes(row["data"]) for row in shop.rows(journal_entry)}


def line_of(shop: Shop) -> IntakeLine:
    """The store server's line for intake."""
    line: IntakeLine = shop.client.app.state.line  # type: ignore[attr-defined]
    return line


def test_batches_travel_compressed(sqlite_shop: Shop, backlog: Backlog) -> None:
    """Batches go in zstd, in a fraction of their bytes, and are stored byte for byte as they were made."""
    assert backlog.drain() == ENTRIES
    assert {encoding for _size, encoding in backlog.line.bodies} == {ENCODING}
    assert stored(sqlite_shop) == {entry.sequence: entry.data for entry in backlog.journal.entries(limit=ENTRIES)}
    assert sum(size for size, _encoding in backlog.line.bodies) * 3 < sum(map(len, stored(sqlite_shop).values()))


def test_the_next_batch_is_ready_before_the_answer_comes(sqlite_shop: Shop, backlog: Backlog) -> None:
    """While the store server works on a batch, the one after it is made ready; it is sent only if it is what comes
    next: after a lost answer the first goes again, and each entry is stored once."""
    pack, packed = backlog.delivery._line.pack, list[int]()

    def told(batch: JournalBatch) -> Packed:
        packed.append(batch.entries[0].sequence)
        return pack(batch)

    def second_answer_is_lost(_body: bytes, _encoding: str) -> httpx.Response | None:
        tries = len(backlog.line.bodies)
        if tries <= 2:
            wait_until(lambda: len(packed) > tries, "the next batch is ready")
        return httpx.Response(502, text="bad gateway") if tries == 2 else None

    backlog.delivery._line.pack = told  # type: ignore[method-assign]
    backlog.line.between = second_answer_is_lost
    first = backlog.delivery.deliver(max_kb=BATCH_KB)
    with pytest.raises(NoAnswer):
        backlog.delivery.deliver(max_kb=BATCH_KB)
    assert first + backlog.drain() == ENTRIES
    assert packed[:4] == [1, first + 1, packed[2], first + 1]
    assert packed[2] > first + 1
    assert sorted(stored(sqlite_shop)) == list(range(1, ENTRIES + 1))


def test_a_store_server_of_the_version_before_gets_it_plain(sqlite_shop: Shop, backlog: Backlog) -> None:
    """A store server that takes zstd for JSON refuses it: the same batch goes plain at once, and so do later ones."""

    def old(body: bytes, encoding: str) -> httpx.Response | None:
        return backlog.device.post(PATH, body) if encoding else None

    backlog.line.between = old
    assert backlog.drain() == ENTRIES
    assert [encoding for _size, encoding in backlog.line.bodies[:3]] == [ENCODING, "", ""]
    assert len(stored(sqlite_shop)) == ENTRIES


def test_a_register_of_the_version_before_is_understood(sqlite_shop: Shop) -> None:
    """What comes plain, in protocol 1, is taken in; so is JSON that is compressed, and MessagePack."""
    device = sqlite_shop.device(protocol="1")
    device.sell()
    assert device.deliver().sequence == 1
    for number, encode in ((2, msgspec.json.encode), (3, msgspec.msgpack.encode)):
        body = encode(device.batch([device.sell()]))
        answer: Any = open_answer(
            device.post(PATH, compressed(body), Content_Encoding=ENCODING), JournalAcknowledgement
        )
        assert answer.sequence == number


@pytest.mark.parametrize("whose", ["store server", "proxy"])
def test_too_large_a_batch_is_halved(
    sqlite_shop: Shop, backlog: Backlog, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    """A body limit, of the store server or of something on the way to it, makes batches smaller until they get
    through. It is found out once, and nothing is tried for ever."""
    if whose == "store server":
        monkeypatch.setattr("kassa_server.app.LARGEST_BODY", UNPACKED)
    else:
        backlog.line.between = lambda body, _encoding: (
            httpx.Response(413, text="<html>too large") if len(body) > LIMIT else None
        )
    assert backlog.drain() == ENTRIES
    assert len(stored(sqlite_shop)) == ENTRIES
    sizes = [size for size, _encoding in backlog.line.bodies]
    assert len(sizes) < 40
    assert 0 < sum(size > LIMIT for size in sizes) < 4, "no size is tried again that did not fit"


def test_an_entry_that_does_not_get_through_whole_goes_in_parts(sqlite_shop: Shop, backlog: Backlog) -> None:
    """One entry is larger than what the proxy takes, even alone: it goes in parts that fit, its bytes are those that
    were made, what follows it goes whole again, and no part stays behind."""
    backlog.drain()
    backlog.write(1, size=30_000)
    backlog.write(5)
    backlog.line.bodies.clear()
    backlog.line.between = lambda body, _encoding: httpx.Response(413, text="<html>") if len(body) > LIMIT else None
    assert backlog.drain() == 6
    assert stored(sqlite_shop) == {one.sequence: one.data for one in backlog.journal.entries(limit=ENTRIES + 6)}
    assert sqlite_shop.rows(upload_part) == []
    assert backlog.told[-1][1] is None


def test_what_a_proxy_dislikes_goes_in_parts_and_the_rest_as_it_was(sqlite_shop: Shop, backlog: Backlog) -> None:
    """A proxy answers each body that holds a certain entry with a page of its own, and lets all others through: that
    entry alone goes in parts, everything is stored once and in order, and batches are as large as before afterwards."""
    disliked = backlog.journal.entries()[ENTRIES // 2]

    def between(body: bytes, encoding: str) -> httpx.Response | None:
        said = msgspec.msgpack.decode(opened_whole(body, 10**8)) if encoding else msgspec.json.decode(body)
        held = [entry["sequence"] for entry in said.get("entries", ())]
        return httpx.Response(403, text="<html>blocked") if disliked.sequence in held else None

    backlog.line.between = between
    assert backlog.drain() == ENTRIES
    assert stored(sqlite_shop) == {one.sequence: one.data for one in backlog.journal.entries(limit=ENTRIES)}
    assert [one for one in backlog.told if one[1] is not None] == []
    backlog.write(ENTRIES)
    backlog.line.bodies.clear()
    backlog.drain()
    assert len(backlog.line.bodies) < 10


@pytest.mark.parametrize("cut_off", ["reset", "silence"])
def test_what_is_cut_off_again_and_again_is_halved(sqlite_shop: Shop, backlog: Backlog, cut_off: str) -> None:
    """A proxy resets the connection for a large body, or falls silent, instead of saying 413. Each time that is no
    answer, and the delivery waits; the third time the same batch fares so while one that says nothing is answered, it
    is halved as for 413, down to an entry that goes in parts. Everything is stored once, as it was made."""
    backlog.write(1, size=30_000)
    reason = "timeout" if cut_off == "silence" else "unreachable"

    def between(body: bytes, _encoding: str) -> httpx.Response | None:
        if len(body) > LIMIT:
            raise NoAnswer(literal("cut off"), reason=reason, sent=True)
        return None

    backlog.line.between = between
    fared = 0
    while backlog.journal.waiting.entries:
        try:
            backlog.drain()
        except NoAnswer:
            fared += 1
        assert fared < 20
    assert stored(sqlite_shop) == {one.sequence: one.data for one in backlog.journal.entries(limit=ENTRIES + 1)}
    assert fared >= CUT_OFF_TRIES - 1


def test_a_delivery_keeps_to_its_time_however_often_it_sends(sqlite_shop: Shop, backlog: Backlog) -> None:
    """Halved batches, parts and questions whether the way is open share the time that a delivery is given: each gets
    what is left, and with nothing left it ends as no answer. A cashier's question that waits for it is not held up."""
    clock, took_s, given_s = sqlite_shop.clock, 2.0, 5.0

    def slow(_body: bytes, _encoding: str) -> httpx.Response:
        clock.advance(took_s)
        return httpx.Response(413, text="<html>too large")

    backlog.line.between = slow
    with pytest.raises(NoAnswer) as told:
        backlog.delivery.deliver(max_kb=BATCH_KB, timeout_s=given_s)
    assert (told.value.reason, told.value.sent) == ("timeout", False)
    assert backlog.line.timeouts == [given_s, given_s - took_s, given_s - 2 * took_s]
    backlog.line.timeouts.clear()
    backlog.line.between = lambda _body, _encoding: slow(b"", "") if backlog.line.timeouts[1:] else page
    page = httpx.Response(403, text="<html>blocked")
    with pytest.raises(NoAnswer):
        backlog.delivery.deliver(max_kb=BATCH_KB, timeout_s=given_s)
    assert backlog.line.timeouts == [given_s, given_s], "the question whether the way is open"


@pytest.mark.parametrize("limited", [False, True])
def test_a_size_that_was_halved_grows_back(sqlite_shop: Shop, backlog: Backlog, limited: bool) -> None:
    """After an hour full batches that get through make the next one larger, until they are as large as is wanted, or
    one does not fit: then that limit holds for an hour again."""
    page = httpx.Response(413, text="<html>too large")
    backlog.line.between = lambda body, _encoding: page if len(body) > LIMIT // 4 else None
    assert backlog.drain() == ENTRIES
    if not limited:
        backlog.line.between = lambda _body, _encoding: None
    sqlite_shop.clock.advance(HOLDS_S)
    backlog.line.bodies.clear()
    backlog.write(3 * ENTRIES)
    assert backlog.drain() == 3 * ENTRIES
    sizes = [size for size, _encoding in backlog.line.bodies]
    assert sum(size > LIMIT // 4 for size in sizes) == 1 if limited else max(sizes) > LIMIT, sizes


@pytest.mark.parametrize(("sent", "answered"), [(True, False), (False, True)])
def test_what_is_lost_with_everything_else_is_not_halved(backlog: Backlog, sent: bool, answered: bool) -> None:
    """A store server that is away resets whatever comes, or is not reached at all: that says nothing of the batch,
    which goes whole when it is back."""

    def away(body: bytes, _encoding: str) -> httpx.Response | None:
        if answered and len(body) < LIMIT:
            return None
        raise NoAnswer(literal("away"), reason="unreachable", sent=sent)

    backlog.line.between = away
    for _try in range(2 * CUT_OFF_TRIES):
        with pytest.raises(NoAnswer):
            backlog.drain()
    backlog.line.between = lambda _body, _encoding: None
    backlog.line.bodies.clear()
    assert backlog.drain() == ENTRIES
    assert len(backlog.line.bodies) < 10


def test_a_page_for_everything_is_no_answer(backlog: Backlog) -> None:
    """A log on page of the network answers all there is: nothing is halved for it, and the delivery waits."""
    backlog.line.between = lambda _body, _encoding: httpx.Response(403, text="<html>log on")
    for _try in range(3):
        with pytest.raises(NoAnswer):
            backlog.drain()
    assert len(backlog.line.bodies) == 6
    assert backlog.journal.waiting.entries == ENTRIES


def test_parts_that_make_no_whole_are_refused(sqlite_shop: Shop, backlog: Backlog) -> None:
    """Parts of another whole, out of range or in more bytes than are taken: a refusal, and the journal as it was. A
    part that comes again, in another order, in another cut or after a server was killed does no harm."""
    entry = backlog.device.sell()
    body = compressed(msgspec.json.encode(backlog.device.batch([entry])))
    whole = hashlib.sha256(body).hexdigest()
    half = len(body) // 2

    def send(*parts: JournalPart) -> PartTaken:
        for part in parts:
            response = backlog.device.post(PARTS, msgspec.json.encode(part))
            answer: PartTaken = open_answer(response, PartTaken)
        return answer

    for wrong in (JournalPart(whole, 2, 2, b""), JournalPart("x", 0, 2, b""), JournalPart(whole, 0, 1, body[:half])):
        with pytest.raises(InvalidInput):
            send(wrong)
    assert stored(sqlite_shop) == {}
    first, second = JournalPart(whole, 0, 2, body[:half]), JournalPart(whole, 1, 2, body[half:])
    assert send(JournalPart("0" * 64, 0, 2, b"another"), second, second).acknowledgement is None
    acknowledgement = send(first).acknowledgement
    assert acknowledgement is not None
    assert acknowledgement.sequence == 1
    again = send(first, second).acknowledgement
    assert again == acknowledgement
    assert list(stored(sqlite_shop)) == [1]
    assert sqlite_shop.rows(upload_part) == []


def test_an_entry_that_does_not_get_through_is_named(sqlite_shop: Shop, backlog: Backlog) -> None:
    """An entry that gets through neither whole nor in parts is a refusal that says which, and not a loop; what went
    before it is in, nothing is lost, and when the limit is raised it goes."""
    backlog.drain()
    backlog.write(1, size=30_000)
    backlog.write(5)
    backlog.line.bodies.clear()
    backlog.line.between = lambda body, _encoding: httpx.Response(413) if len(body) > 50 else None
    for _try in range(2):
        with pytest.raises(TooLarge, match=f"does not let journal entry {ENTRIES + 1} through"):
            backlog.drain()
    assert len(backlog.line.bodies) < 20
    assert backlog.told[-1][1] is not None
    assert backlog.journal.waiting.entries == 6
    backlog.line.between = lambda _body, _encoding: None
    assert backlog.drain() == 6
    assert len(stored(sqlite_shop)) == ENTRIES + 6


def test_who_is_sent_away_comes_again_when_it_was_told_to(sqlite_shop: Shop, backlog: Backlog) -> None:
    """A store server with enough to do says when to come again; until then the register sends nothing, whoever asks,
    and then everything. Requests of tills are answered meanwhile."""
    line = line_of(sqlite_shop)
    line.at_once = line.waiting = 0
    sent_away = backlog.device.post(PATH, b"{}")
    assert sent_away.status_code == 503
    assert 1 <= int(sent_away.headers["Retry-After"]) <= SPREAD_S
    for _try in range(3):
        with pytest.raises(NoAnswer) as told:
            backlog.drain()
        assert told.value.retry_after_s
    assert len(backlog.line.bodies) == 1
    assert backlog.device.ask(FindItem("1001")).number == "1001"
    line.at_once = 2
    sqlite_shop.clock.advance(SPREAD_S * 1.5 + 1)
    assert backlog.drain() == ENTRIES


def test_what_unpacks_to_too_much_is_not_unpacked(sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes that would unpack to more than the store server takes are refused as too large; what is not what its
    encoding says, or is cut off, is refused too. All are answers, and change nothing."""
    monkeypatch.setattr("kassa_server.app.LARGEST_BODY", 1_000_000)
    device = sqlite_shop.device()
    bomb = compressed(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        open_answer(device.post(PATH, bomb, Content_Encoding=ENCODING), None)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000
    for body in (b"{}", compressed(b"{}" * 100)[:-5], b""):
        with pytest.raises(InvalidInput):
            open_answer(device.post(PATH, body, Content_Encoding=ENCODING), None)
    device.sell()
    assert device.deliver().sequence == 1


def sequence_of(device: Device, body: bytes) -> int:
    """How far a delivery was acknowledged."""
    answer: Any = open_answer(device.post(PATH, body), JournalAcknowledgement)
    return int(answer.sequence)


def test_an_upload_that_comes_twice_or_half_is_in_once(shop: Shop) -> None:
    """Half of an upload is acknowledged as far as it goes, the whole one after it up to its end, and the same again as
    often as it comes; each entry is stored once."""
    device = shop.device()
    for _sale in range(4):
        device.sell()
    whole, half = (msgspec.json.encode(device.batch(device.chain[:count])) for count in (4, 2))
    assert [sequence_of(device, body) for body in (half, whole, whole, half)] == [2, 4, 4, 2]
    assert sorted(stored(shop)) == [1, 2, 3, 4]
    assert shop.rows(journal_conflict) == []


def test_half_a_body_is_no_upload(shop: Shop) -> None:
    """A body that was cut off, plain or compressed, does not pass the device's signature; one that its device itself
    has signed does not read. Nothing of either is stored, and the whole one goes in after it."""
    device = shop.device()
    for _sale in range(4):
        device.sell()
    whole = msgspec.json.encode(device.batch(device.chain))
    for body, encoding in ((whole, {}), (compressed(whole), {"Content_Encoding": ENCODING})):
        signed = dict(device.post(PATH, body[: len(body) // 2], **encoding).request.headers)
        with pytest.raises(Refusal) as told:
            open_answer(device.post(PATH, body[: len(body) // 2], **encoding), None)
        assert isinstance(told.value, InvalidInput)
        del signed["content-length"]
        with pytest.raises(DeviceNotTrusted):
            open_answer(shop.client.post(PATH, content=body, headers=signed), None)
    assert stored(shop) == {}
    assert sequence_of(device, whole) == 4


def test_a_changed_body_is_not_taken(shop: Shop) -> None:
    """A body that was changed on the way does not pass the signature. An entry that was changed before it was signed is
    kept beside the chain as a conflict, by its reason, and overwrites nothing; the true one is acknowledged still."""
    device = shop.device()
    device.sell()
    device.sell()
    body = msgspec.json.encode(device.batch(device.chain))
    signed = dict(device.post(PATH, body).request.headers)
    with pytest.raises(DeviceNotTrusted):
        open_answer(shop.client.post(PATH, content=body.replace(b'"sale"', b'"void"'), headers=signed), None)
    before = stored(shop)
    changed = msgspec.structs.replace(device.chain[-1], hash="00" * 32)
    answer = open_answer(device.post(PATH, msgspec.json.encode(device.batch([changed]))), JournalAcknowledgement)
    assert answer.conflict == changed.entry_id
    assert [row["reason"] for row in shop.rows(journal_conflict)] == ["other_hash"]
    assert stored(shop) == before
    assert sequence_of(device, body) == 2


def test_another_registers_upload_is_refused(shop: Shop) -> None:
    """A register that delivers another one's series is refused, and the other one's delivery goes in as if nothing had
    been."""
    device, other = shop.device(), shop.device("R2")
    device.sell()
    body = msgspec.json.encode(device.batch(device.chain))
    with pytest.raises(NotAllowed, match="belong to another device"):
        open_answer(other.post(PATH, body), None)
    assert stored(shop) == {}
    assert sequence_of(device, body) == 1
    other.sell()
    assert other.deliver().sequence == 1
