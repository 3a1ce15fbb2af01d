"""Staff: PINs, lockout, verifiers for offline log on, and assertions that come back."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from tests.server.conftest import Shop
from tests.server.device import Device

from kassa.credentials import hash_pin, keyed
from kassa.errors import InvalidInput, LoggedOnWrong, NotAllowed
from kassa.model import Store
from kassa.requests.contact import Hello
from kassa.requests.staff import LogOn, ReadStaffVerifiers, StaffAssertion
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN
from kassa_server.schema import audit, staff_credential
from kassa_server.setup_store import NewStaff, block_staff, put_permission_group, put_staff, put_store


def wrong(till: Device, staff_id: str = CASHIER, pin: str = "0000") -> str:
    with pytest.raises(LoggedOnWrong) as caught:
        till.ask(LogOn(staff_id, pin))
    return f"{caught.value.what} {caught.value.hint}"


def test_log_on_tells_what_one_may_do(shop: Shop) -> None:
    """The right PIN gives name, permissions and limits of the permission group."""
    till = shop.device()
    logged_on = till.ask(LogOn(CASHIER, CASHIER_PIN))
    assert logged_on.staff.name == "Elin Berg"
    assert "sell" in logged_on.staff.permissions
    assert logged_on.staff.limits == {"discount_percent": Decimal(10)}
    assert logged_on.verifier_version


def test_whatever_is_wrong_the_words_are_the_same(shop: Shop) -> None:
    """Wrong PIN, unknown number, blocked staff, staff of another store, a locked number: one text, which helps nobody
    to guess."""
    till = shop.device()
    with shop.channel.writing() as connection:
        put_store(connection, Store("S2", "Elsewhere", "SEK"))
        put_staff(connection, shop.channel.environment, "S2", [NewStaff("3001", "Olle", "4321", "cashier")])
        block_staff(connection, MANAGER)
    said = {wrong(till), wrong(till, "9999"), wrong(till, MANAGER, MANAGER_PIN), wrong(till, "3001", "4321")}
    for _ in range(4):
        said.add(wrong(till))
    said.add(wrong(till, CASHIER, CASHIER_PIN))
    assert len(said) == 1


def test_five_wrong_tries_lock_for_five_minutes(shop: Shop) -> None:
    """After the fifth the right PIN does not help; after five minutes it does, and the count begins anew."""
    till = shop.device()
    for _ in range(5):
        wrong(till)
    shop.clock.advance(299)
    wrong(till, CASHIER, CASHIER_PIN)
    shop.clock.advance(1)
    assert till.ask(LogOn(CASHIER, CASHIER_PIN))
    for _ in range(4):
        wrong(till)
    assert till.ask(LogOn(CASHIER, CASHIER_PIN))


def test_tries_count_on_all_registers_together(shop: Shop) -> None:
    """Going from till to till gives nobody more tries."""
    one, other = shop.device("R1"), shop.device("R2")
    for till in (one, other, one, other, one):
        wrong(till)
    wrong(other, CASHIER, CASHIER_PIN)


def test_tries_at_once_are_counted_one_by_one(shop: Shop) -> None:
    """Many tries at the same moment: no more than five are looked at before the number is locked."""
    till = shop.device()
    threads = [threading.Thread(target=lambda: till.send(LogOn(CASHIER, "0000"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (row,) = shop.rows(staff_credential, staff_id=CASHIER)
    assert row["failed_tries"] == 5
    assert row["locked_until"] == shop.clock.utc() + timedelta(minutes=5)


def test_no_pin_is_kept_or_logged(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the database nor the log holds a PIN."""
    till = shop.device()
    till.ask(LogOn(MANAGER, MANAGER_PIN))
    wrong(till, MANAGER, "86753099")
    rows = str(shop.rows(staff_credential))
    said = capsys.readouterr()
    for secret in (MANAGER_PIN, "86753099"):
        assert secret not in rows + said.out + said.err


def test_pin_must_fit_what_its_owner_may_do(shop: Shop) -> None:
    """Four digits to sell, six for more; nothing but digits."""
    environment = shop.channel.environment
    with shop.channel.writing() as connection:
        put_permission_group(connection, "boss", ["sell", "manage"])
        for pin, group in (("123", "cashier"), ("12345", "boss"), ("12a4", "cashier"), ("١٢٣٤", "cashier")):
            with pytest.raises(InvalidInput):
                put_staff(connection, environment, "S1", [NewStaff("4001", "Bo", pin, group)])
        put_staff(connection, environment, "S1", [NewStaff("4001", "Bo", "123456", "boss")])


def test_verifiers_are_keyed_for_the_register(shop: Shop) -> None:
    """A register gets what it can check a PIN with by its own secret: HMAC of argon2id, of its store's staff alone."""
    till = shop.device()
    verifiers = {verifier.staff_id: verifier for verifier in till.ask(ReadStaffVerifiers()).verifiers}
    assert sorted(verifiers) == [CASHIER, MANAGER]
    one = verifiers[CASHIER]
    made = hash_pin(CASHIER_PIN, one.salt, one.parameters)
    assert one.mac == keyed(till.key.secret, made.hash)
    assert one.mac != keyed(bytes(32), made.hash)
    (row,) = shop.rows(staff_credential, staff_id=CASHIER)
    assert bytes(row["hash"]) == made.hash
    assert made.hash not in msgspec.json.encode(one)


def test_assertions_are_audited_whether_accepted_or_not(shop: Shop) -> None:
    """Each offline log on comes back once, with whether it was right; telling it twice is one row."""
    till = shop.device()
    now = shop.clock.utc()
    version = till.ask(LogOn(CASHIER, CASHIER_PIN)).verifier_version
    assertions = (
        StaffAssertion(CASHIER, "R1", now, version),
        StaffAssertion("9999", "R1", now, version),
        StaffAssertion(MANAGER, "R2", now, "old"),
    )
    for _ in range(2):
        till.ask(Hello(assertions=assertions))
    found = {row["staff_id"]: msgspec.json.decode(row["detail"]) for row in shop.rows(audit, kind="staff_assertion")}
    assert len(shop.rows(audit, kind="staff_assertion")) == 3
    assert (found[CASHIER]["accepted"], found[CASHIER]["verifier_in_force"]) == (True, True)
    assert (found["9999"]["accepted"], found["9999"]["reason"]) == (False, "unknown")
    assert (found[MANAGER]["accepted"], found[MANAGER]["verifier_in_force"]) == (False, False)


def test_staff_who_may_not_be_logged_on_are_named(shop: Shop) -> None:
    """A register whose cashier was blocked meanwhile is told who; with somebody else, or nobody, it is welcome, and an
    assertion of the past does not stand in its way."""
    till = shop.device()
    with shop.channel.writing() as connection:
        block_staff(connection, CASHIER)
    past = (StaffAssertion(CASHIER, "R1", shop.clock.utc(), "v"),)
    with pytest.raises(NotAllowed, match="1001"):
        till.ask(Hello(staff_id=CASHIER, assertions=past))
    assert till.ask(Hello(staff_id=MANAGER, assertions=past))
    assert till.ask(Hello(assertions=past))


def test_staff_of_another_store_may_not_be_logged_on(shop: Shop) -> None:
    """Being somebody somewhere is not enough."""
    till = shop.device()
    with shop.channel.writing() as connection:
        put_store(connection, Store("S2", "Elsewhere", "SEK"))
        put_staff(connection, shop.channel.environment, "S2", [NewStaff("3001", "Olle", "4321", "cashier")])
    with pytest.raises(NotAllowed, match="3001"):
        till.ask(Hello(staff_id="3001"))
