"""Signed heads: where each journal stood, copies found out, and what a certificate may say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.server.conftest import Shop
from tests.server.device import Device

from kassa.device import verify_head
from kassa.errors import DeviceNotTrusted, NotFound
from kassa.protocol import Head
from kassa.requests.contact import Hello
from kassa_server.certificate import Certificate, certify
from kassa_server.schema import device, head, series


def certificate(shop: Shop, ago: float = 0, register_id: str = "R1") -> Certificate:
    with shop.channel.reading() as connection:
        return certify(connection, register_id, shop.clock.utc() - timedelta(seconds=ago))


def copy_of(till: Device, length: int) -> Device:
    """A device with the same key whose journal ends earlier: a copy, or a backup that was restored."""
    copy = Device(till.client, till.clock)
    for name in ("key", "series", "device_id", "register_id", "store_id", "series_number"):
        setattr(copy, name, getattr(till, name))
    copy.chain = till.chain[:length]
    copy.acknowledged = min(till.acknowledged, length)
    return copy


def test_head_is_kept_with_its_signature(shop: Shop) -> None:
    """The latest head of each series is stored as it was signed: proof that stands by itself."""
    till = shop.device()
    till.sell()
    till.deliver()
    (own,) = shop.rows(device)
    rows = shop.rows(head)
    assert sorted(row["covered"] for row in rows) == [False, True]
    for row in rows:
        assert (row["sequence"], row["unsent"]) == (1, 1)
        verify_head(own["public_key"], row["packed"], row["signature"])


def test_head_comes_with_every_request(shop: Shop) -> None:
    """A query carries the head too: the server knows of unsent entries before they come."""
    till = shop.device()
    till.sell()
    till.sell()
    till.ask(Hello())
    (row,) = shop.rows(head)
    assert (row["sequence"], row["unsent"], row["covered"]) == (2, 2, False)
    assert certificate(shop).series[0].missing == 2


def test_head_that_says_nothing_new_is_not_written_often(sqlite_shop: Shop) -> None:
    """Requests in quick succession do not each cost a commit; after ten seconds one does."""
    till = sqlite_shop.device()
    till.ask(Hello())
    first = sqlite_shop.rows(head)
    sqlite_shop.clock.advance(9)
    till.ask(Hello())
    assert sqlite_shop.rows(head) == first
    sqlite_shop.clock.advance(1)
    till.ask(Hello())
    assert sqlite_shop.rows(head)[0]["received_at"] == sqlite_shop.clock.utc()


def test_forged_head_is_not_trusted(sqlite_shop: Shop) -> None:
    """A head is signed by itself; one that somebody made up is refused."""
    till = sqlite_shop.device()
    with pytest.raises(DeviceNotTrusted):
        _raise_refusal(till)


def _raise_refusal(till: Device) -> None:
    from tests.server.device import open_answer

    from kassa.protocol import HEAD_SIGNATURE_HEADER

    body = till.envelope(Hello())
    open_answer(till.post("/v1/requests/kassa.hello", body, **{HEAD_SIGNATURE_HEADER: "AAAA"}), None)


def test_copied_journal_is_found_out(shop: Shop) -> None:
    """A journal whose head is behind what is stored is told so, and remembered."""
    till = shop.device()
    for _ in range(3):
        till.sell()
    till.deliver()
    shop.clock.advance(60)
    copy = copy_of(till, 1)
    answer = copy.deliver([])
    assert answer.head_is_behind
    assert answer.sequence == 3
    assert certificate(shop).series[0].behind_at == shop.clock.utc()
    assert not till.deliver([]).head_is_behind


def test_first_word_tells_how_far_the_server_is(shop: Shop) -> None:
    """The answer to the first request of a connection names the last entry stored of the register's series."""
    till = shop.device()
    assert (till.ask(Hello()).known_sequence, till.ask(Hello()).known_hash) == (0, "00" * 32)
    till.sell()
    till.deliver()
    assert (till.ask(Hello()).known_sequence, till.ask(Hello()).known_hash) == (1, till.chain[0].hash)


def test_two_tablets_with_one_journal_are_found_out(shop: Shop) -> None:
    """A copy that sells makes an entry with a number that is taken: kept as a conflict; and a copy that is as long as
    the real one is behind by its hash."""
    till = shop.device()
    till.sell()
    till.deliver()
    copy = copy_of(till, 1)
    till.sell()
    till.deliver()
    shop.clock.advance(1)
    copy.sell()
    answer = copy.deliver()
    assert answer.head_is_behind
    assert answer.conflict == copy.chain[1].entry_id
    found = certificate(shop).series[0]
    assert (found.conflicts, found.sequence) == (1, 2)


def test_late_request_is_no_copy(shop: Shop) -> None:
    """A request that was under way while a newer one was answered does not make its register a suspect."""
    till = shop.device()
    till.sell()
    old = copy_of(till, 1)
    old.head_override = till.head()
    shop.clock.advance(1)
    till.sell()
    till.deliver()
    assert old.deliver([till.chain[0]]).sequence == 1
    (row,) = shop.rows(series, series_id=till.series)
    assert row["behind_at"] is None
    assert {row["sequence"] for row in shop.rows(head)} == {2}


def test_certificate_needs_a_head_made_after_the_time(shop: Shop) -> None:
    """Everything up to T is in, once a head made after T has come and all that it counts is stored."""
    till = shop.device()
    opened = shop.clock.utc()
    till.sell()
    till.deliver()
    delivered = shop.clock.utc()
    shop.clock.advance(600)
    before = certificate(shop)
    assert (before.complete, before.unknown_since) == (False, delivered)
    assert certificate(shop, ago=600).complete
    till.ask(Hello())
    assert certificate(shop).complete
    assert certificate(shop).unknown_since is None
    assert opened == delivered


def test_unsent_entries_make_it_unknown(shop: Shop) -> None:
    """A head that counts entries which are not here covers nothing, however new it is."""
    till = shop.device()
    till.sell()
    till.deliver()
    known = shop.clock.utc()
    shop.clock.advance(600)
    till.sell()
    till.ask(Hello())
    now = certificate(shop)
    assert (now.complete, now.unknown_since, now.series[0].missing) == (False, known, 1)
    till.deliver()
    assert certificate(shop).complete


def test_clock_that_is_ahead_promises_nothing(shop: Shop) -> None:
    """A head from the future counts from when it came."""
    till = shop.device()
    ahead = shop.clock.utc() + timedelta(days=1)
    till.head_override = Head("R1", till.series, 0, "00" * 32, 0, ahead)
    till.ask(Hello())
    assert certificate(shop, ago=-3600).complete is False
    assert certificate(shop).complete


def test_copy_cannot_vouch(shop: Shop) -> None:
    """The head of a journal that is behind, or beside the chain, covers nothing."""
    till = shop.device()
    till.sell()
    till.sell()
    till.deliver()
    known = shop.clock.utc()
    shop.clock.advance(600)
    copy = copy_of(till, 1)
    copy.ask(Hello())
    copy.sell()
    copy.ask(Hello())
    assert certificate(shop).unknown_since == known


def test_closed_series_is_open_ended(shop: Shop) -> None:
    """After a new activation the old series stands there open-ended; what is said of the register is said of the open
    one."""
    old = shop.device()
    old.sell()
    old.deliver()
    shop.clock.advance(600)
    shop.device()
    shop.clock.advance(600)
    shop.devices[-1].ask(Hello())
    now = certificate(shop)
    assert now.complete
    assert [one.number for one in now.open_ended] == [1]
    assert certificate(shop, ago=1200).open_ended == ()


def test_register_that_was_never_active_is_unknown(shop: Shop) -> None:
    """Nothing is certified of a register without a series, nor of one that does not exist."""
    found = certificate(shop, register_id="R2")
    assert (found.complete, found.series) == (False, ())
    with pytest.raises(NotFound):
        certificate(shop, register_id="R9")
