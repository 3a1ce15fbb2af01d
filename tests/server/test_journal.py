"""Journal intake: bytes in order, replays acknowledged, contradictions kept, nothing overwritten."""

from __future__ import annotations

import threading

import msgspec
import pytest
from tests.server.conftest import Shop
from tests.server.device import open_answer

from kassa.environment import new_id
from kassa.errors import InvalidInput, NotAllowed
from kassa.journal.entry import GENESIS, chain_hash
from kassa.protocol import JournalBatch, WireEntry
from kassa_server.schema import journal_conflict, journal_entry, parked_entry, sales_transaction, series


def stored(shop: Shop) -> list[tuple[int, str, bytes]]:
    return [(row["sequence"], row["entry_id"], bytes(row["data"])) for row in shop.rows(journal_entry)]


def test_entries_are_stored_as_they_are_and_acknowledged(shop: Shop) -> None:
    """The bytes in the channel database are the register's own, in its order, and so is the hash."""
    till = shop.device()
    for _ in range(3):
        till.sell()
    answer = till.deliver()
    assert (answer.series, answer.sequence, answer.hash) == (till.series, 3, till.chain[-1].hash)
    assert (answer.conflict, answer.head_is_behind) == (None, False)
    assert stored(shop) == [(entry.sequence, entry.entry_id, entry.data) for entry in till.chain]


def test_replay_is_acknowledged_and_changes_nothing(shop: Shop) -> None:
    """The same entries again, alone or with new ones behind them: acknowledged, stored once, posted once."""
    till = shop.device()
    till.sell()
    till.sell()
    till.deliver()
    assert till.deliver(till.chain).sequence == 2
    till.sell()
    assert till.deliver(till.chain).sequence == 3
    assert len(stored(shop)) == 3
    assert len(shop.rows(sales_transaction)) == 3


def test_replay_of_a_part_is_acknowledged_as_that_part(shop: Shop) -> None:
    """A smaller batch sent again is acknowledged up to its own end: its register need not think that the store server
    knows more than it."""
    till = shop.device()
    for _ in range(4):
        till.sell()
    till.deliver()
    answer = till.deliver(till.chain[:2])
    assert (answer.sequence, answer.hash, answer.head_is_behind) == (2, till.chain[1].hash, False)


def test_missing_entries_are_asked_for(shop: Shop) -> None:
    """A batch that begins further on is not stored; the acknowledgement says where to go on, and nothing is a
    conflict."""
    till = shop.device()
    for _ in range(4):
        till.sell()
    till.deliver(till.chain[:1])
    answer = till.deliver(till.chain[2:])
    assert (answer.sequence, answer.conflict) == (1, None)
    assert len(stored(shop)) == 1


def test_empty_batch_asks_how_far_it_is(shop: Shop) -> None:
    """A batch without entries is answered with where the series stands here."""
    till = shop.device()
    assert till.deliver([]).hash == GENESIS.hex()
    till.sell()
    till.deliver()
    assert till.deliver([]).sequence == 1


def changed(entry: WireEntry, **fields: object) -> WireEntry:
    made: WireEntry = msgspec.structs.replace(entry, **fields)
    return made


def test_other_bytes_under_a_known_number_are_a_conflict(shop: Shop) -> None:
    """A known id or number with another hash is kept for a person, once however often it comes; what was stored stays,
    and nothing after it is taken."""
    till = shop.device()
    for _ in range(3):
        till.sell()
    till.deliver(till.chain[:2])
    before = stored(shop)
    forged = changed(till.chain[1], data=till.chain[1].data.replace(b"1001", b"1009"), hash="ab" * 32)
    for _ in range(2):
        answer = till.deliver([till.chain[0], forged, till.chain[2]])
        assert (answer.sequence, answer.conflict) == (1, forged.entry_id)
    assert stored(shop) == before
    (kept,) = shop.rows(journal_conflict)
    assert (kept["sequence"], kept["reason"], bytes(kept["data"])) == (2, "other_hash", forged.data)


def test_other_id_under_a_known_number_is_a_conflict(shop: Shop) -> None:
    """Two entries cannot have one number."""
    till = shop.device()
    till.sell()
    till.deliver()
    answer = till.deliver([changed(till.chain[0], entry_id=new_id())])
    assert answer.conflict is not None
    assert shop.rows(journal_conflict)[0]["reason"] == "other_id"


def test_known_id_under_another_number_is_a_conflict(shop: Shop) -> None:
    """An entry's id is never used twice, in whatever series."""
    one, other = shop.device("R1"), shop.device("R2")
    entry = one.sell()
    one.deliver()
    other.sell(entry_id=entry.entry_id)
    assert other.deliver().conflict == entry.entry_id
    assert shop.rows(journal_conflict)[0]["reason"] == "id_taken"
    assert len(stored(shop)) == 1


@pytest.mark.parametrize("break_by", ["bytes", "hash", "order", "no hash"])
def test_broken_chain_is_a_conflict(shop: Shop, break_by: str) -> None:
    """A new entry whose hash does not follow from the one before and its bytes is kept aside and not acknowledged."""
    till = shop.device()
    till.sell()
    till.deliver()
    good = till.sell()
    bad = {
        "bytes": changed(good, data=good.data + b" "),
        "hash": changed(good, hash="00" * 32),
        "order": changed(good, hash=chain_hash(GENESIS, good.data).hex()),
        "no hash": changed(good, hash="not hexadecimal"),
    }[break_by]
    answer = till.deliver([bad])
    assert (answer.sequence, answer.conflict) == (1, good.entry_id)
    assert shop.rows(journal_conflict)[0]["reason"] == "chain_broken"
    assert till.deliver([good]).sequence == 2


def test_series_belongs_to_its_device(shop: Shop) -> None:
    """A device delivers to its own series only."""
    one, other = shop.device("R1"), shop.device("R2")
    one.sell()
    body = msgspec.json.encode(one.batch(one.chain))
    with pytest.raises(NotAllowed):
        open_answer(other.post("/v1/journal", body), None)
    assert stored(shop) == []


@pytest.mark.parametrize("sequences", [(0, 1), (2, 1), (1, 1), (-5,)])
def test_disordered_batch_is_refused(sqlite_shop: Shop, sequences: tuple[int, ...]) -> None:
    """Entries come in sequence, counted from 1; anything else is no batch."""
    till = sqlite_shop.device()
    entry = till.sell()
    entries = tuple(changed(entry, sequence=sequence) for sequence in sequences)
    body = msgspec.json.encode(JournalBatch(till.series, GENESIS.hex(), entries))
    with pytest.raises(InvalidInput):
        open_answer(till.post("/v1/journal", body), None)
    assert stored(sqlite_shop) == []


@pytest.mark.parametrize("entry_id", ["", "x" * 500, "räksmörgås", "a\0b", "01A212412B467441A06FA38428B3538E"])
def test_strange_ids_and_kinds_do_not_stop_deliveries(shop: Shop, entry_id: str) -> None:
    """Whatever an entry contains it is stored and acknowledged; posting is another matter."""
    till = shop.device()
    till.add("k" * 300 + "\0", {}, entry_id=entry_id or None)
    till.chain[0] = changed(till.chain[0], entry_id=entry_id)
    till.sell()
    assert till.deliver().sequence == 2
    assert till.deliver(till.chain).sequence == 2
    assert len(shop.rows(sales_transaction)) == 1


def test_entry_that_is_no_entry_is_stored_and_parked(shop: Shop) -> None:
    """Bytes without meaning are acknowledged, parked with a reason, and the next ones are posted."""
    till = shop.device()
    for data in (b"", b"\xff not json", b"{}", b'{"format": 99}'):
        previous = bytes.fromhex(till.chain[-1].hash) if till.chain else GENESIS
        till.chain.append(WireEntry(len(till.chain) + 1, new_id(), "sale", chain_hash(previous, data).hex(), data))
    till.sell()
    assert till.deliver().sequence == 5
    assert len(shop.rows(parked_entry)) == 4
    assert all(row["reason"] for row in shop.rows(parked_entry))
    assert len(shop.rows(sales_transaction)) == 1


def test_deliveries_at_once_are_stored_once(shop: Shop) -> None:
    """The same batch on several connections at the same moment: acknowledged to all, stored and posted once."""
    till = shop.device()
    for _ in range(5):
        till.sell()
    barrier = threading.Barrier(5)
    answers: list[int] = []

    def send() -> None:
        barrier.wait()
        answers.append(till.deliver(till.chain).sequence)

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [5] * 5
    assert len(stored(shop)) == 5
    assert len(shop.rows(sales_transaction)) == 5


def test_large_batch_is_taken(shop: Shop) -> None:
    """Many more entries than a register sends at once are no trouble."""
    till = shop.device()
    for number in range(1200):
        till.add("drawer", {"number": number}, staff_id="1001")
    assert till.deliver().sequence == 1200
    (row,) = shop.rows(series, series_id=till.series)
    assert row["sequence"] == 1200
