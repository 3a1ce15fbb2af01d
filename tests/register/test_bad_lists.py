"""Lists of packages that are not headquarters' word: refused, said everywhere, and the register sells on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from tests.register import forging
from tests.register.forging import round_over, set_price
from tests.register.test_bad_packages import AT_WILL, prices, put_right, said, sells, sells_alone
from tests.register.test_clock import SetClock

from kassa.environment import Environment
from kassa.packages.keys import HeadquartersKey
from kassa.packages.listing import KeySet
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until

NOT_SIGNED = "not signed by this retailer's headquarters"
OLDER = "an older list of data packages"
RESTORED = "Headquarters was restored from a backup"


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, clock: SetClock) -> Iterator[Shop]:
    """One shop for all of these."""
    with Shop(tmp_path_factory.mktemp("lists"), profile=AT_WILL, environment=Environment(clock=clock)) as made:
        yield made


@pytest.fixture(scope="module")
def register(shop: Shop) -> Register:
    """A register that has its data."""
    opened = shop.open_register()
    shop.log_on(opened)
    return shop.with_data(opened)


def attention(shop: Shop) -> str:
    """What headquarters' start page says."""
    from kassa_server.headquarters.attention import needs_attention

    channel = shop.server.channel()
    with channel.reading() as connection:
        found = [one.what.words("en") for one in needs_attention(connection, channel.environment.clock.utc())]
    channel.close()
    return "\n".join(found)


def refused(shop: Shop, register: Register, why: str = NOT_SIGNED, noticed: str = NOT_SIGNED) -> None:
    """The list is not believed: said in 917, ``kassa status`` and headquarters; the data stays, and is sold from."""
    before = prices(register)
    round_over(register)
    download = register.sync_status().download
    assert download is not None
    assert download.error is not None
    assert why in download.error.words("en")
    told = said(register)
    assert why in told
    assert download.error.words("sv") in told
    assert re.search(f"^Last download failed: .+ UTC: {re.escape(download.error.words('en'))}$", told, re.MULTILINE)
    wait_until(lambda: noticed in attention(shop), "headquarters knows it")
    assert prices(register) == before
    sells_alone(shop, register)


def believed_again(shop: Shop, register: Register, price: str) -> None:
    put_right(shop, register, price)
    known = (NOT_SIGNED, RESTORED)
    wait_until(lambda: not any(why in attention(shop) for why in known), "headquarters knows that too")


def test_signed_by_another_key(shop: Shop, register: Register) -> None:
    """A store server in somebody else's hands signs a list of its own."""
    forging.sign(shop, lambda known: known, HeadquartersKey(Ed25519PrivateKey.generate()))
    refused(shop, register)
    believed_again(shop, register, "60.00")


def test_an_old_list_again(shop: Shop, register: Register) -> None:
    """A list that was good is served again, after the register has seen a later one."""
    old = forging.current_list(shop)
    set_price(shop, "1001", "61.00")
    round_over(register)
    assert prices(register)["1001"] == Decimal(61)
    forging.serve(shop, old, forging.listed(old).number)
    refused(shop, register, OLDER, RESTORED)
    forging.sign(shop, lambda known: msgspec.structs.replace(known, number=known.number + 5))
    believed_again(shop, register, "62.00")


def test_another_stores_list(shop: Shop, register: Register) -> None:
    """Headquarters' own word, for somebody else."""
    forging.sign(shop, lambda known: msgspec.structs.replace(known, scope="S2"))
    refused(shop, register)
    forging.sign(shop, lambda known: msgspec.structs.replace(known, scope="S1"))
    believed_again(shop, register, "63.00")


def test_any_bit_of_a_list(shop: Shop, register: Register) -> None:
    """Whichever bit of a list or its signature is flipped: it is not believed."""
    set_price(shop, "1001", "64.00")
    good = forging.current_list(shop)
    number = forging.listed(good).number

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(["body", "signature"]), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
    def check(part: str, where: float, bit: int) -> None:
        wrong = bytearray(getattr(good, part))
        wrong[int(where * len(wrong))] ^= 1 << bit
        forging.serve(shop, msgspec.structs.replace(good, **{part: bytes(wrong)}), number)
        round_over(register)
        download = register.sync_status().download
        assert download is not None
        assert download.error is not None
        assert NOT_SIGNED in download.error.words("en")
        assert prices(register)["1001"] == Decimal(63)

    check()
    sells(register)
    forging.serve(shop, good, number)
    believed_again(shop, register, "65.00")


def with_keys(shop: Shop, work: Callable[..., object]) -> object:
    channel = shop.server.channel()
    with channel.writing() as connection:
        done = work(connection, channel.environment)
    channel.close()
    return done


def test_keys_are_rotated_and_revoked(shop: Shop, register: Register) -> None:
    """A register follows a rotation without a visit; a list by a key that was revoked, with whatever number, is
    refused and said; a register that was away through several rotations follows them all."""
    from kassa_server.headquarters.keys import current_key_set, revoke_key, rotate_key, signing_key

    def pinned() -> KeySet:
        kept = register.setting("kassa", "headquarters_keys")
        return msgspec.json.decode(kept or "", type=KeySet)

    stolen = with_keys(shop, signing_key)
    assert isinstance(stolen, HeadquartersKey)
    old = stolen.signing_key.key_id
    made = with_keys(shop, rotate_key)
    put_right(shop, register, "66.00")
    assert [key.key_id for key in pinned().keys][-1] == made
    with_keys(shop, lambda connection, environment: revoke_key(connection, environment, old))
    put_right(shop, register, "67.00")
    assert old in pinned().revoked
    forging.sign(shop, lambda known: msgspec.structs.replace(known, number=known.number + 100), stolen)
    refused(shop, register)
    for _time in range(3):
        before = with_keys(shop, lambda connection, _environment: current_key_set(connection).keys[-1].key_id)
        with_keys(shop, rotate_key)
        with_keys(shop, lambda connection, environment, key=before: revoke_key(connection, environment, key))
    believed_again(shop, register, "68.00")
    assert len(pinned().revoked) == 4


def test_a_promise_that_is_over(shop: Shop, register: Register, clock: SetClock) -> None:
    """A list that nobody renews expires: it warns in 917, ``kassa status`` and headquarters, after a restart without
    contact too, and stops nothing; a new one ends that."""
    from kassa_server.schema import package_list

    put_right(shop, register, "69.00")
    assert "passed" not in said(register)
    assert "expired" not in attention(shop)
    over = clock.utc() - timedelta(hours=1)
    forging.sign(shop, lambda known: msgspec.structs.replace(known, expires_at=over))
    round_over(register)
    download = register.sync_status().download
    assert download is not None
    assert "older than headquarters promised" in str(download.error)
    told = said(register)
    assert "passed: headquarters should have renewed it" in told
    assert "passerad: huvudkontoret borde ha förnyat den" in told
    channel = shop.server.channel()
    with channel.writing() as connection:
        connection.execute(update(package_list).values(expires_at=over))
    channel.close()
    assert "The list of data packages for S1 has expired" in attention(shop)
    sells_alone(shop, register)
    put_right(shop, register, "70.00")
    assert "passed" not in said(register)
    assert "expired" not in attention(shop)
    clock.shift = timedelta(days=8)
    try:
        assert "passed: headquarters should have renewed it" in said(register)
        sells_alone(shop, register)
    finally:
        clock.shift = timedelta()


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_two_days_off(shop: Shop, register: Register, clock: SetClock, days: int) -> None:
    """Data arrives all the same, no promise is taken for over, the cashier is told of the clock, sales go on, and
    headquarters counts the age of the data by its own clock."""
    clock.shift = timedelta(days=days)
    try:
        put_right(shop, register, f"{80 + days}.00")
        assert "passed: headquarters" not in said(register)
        problems = [problem.words("en") for problem in register.view().problems]
        assert any("differ by more than 5 minutes" in problem or "set back" in problem for problem in problems)
        sells_alone(shop, register)
        shop.delivered(register)
        from kassa_server.headquarters.offline_status import offline_statuses

        channel = shop.server.channel()
        with channel.reading() as connection:
            (status,) = offline_statuses(connection, channel.environment.clock.utc(), register_id="R1")
        channel.close()
        assert status.data_age_s is not None
        assert status.data_age_s < 3600
    finally:
        clock.shift = timedelta()
    put_right(shop, register, f"{90 + days}.00")
