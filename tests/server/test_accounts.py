"""Gift cards and accounts in the store server: an entry moves once, two tills at once share what is there."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.conftest import Shop
from tests.server.device import Device

from kassa.environment import new_id
from kassa.errors import NotAllowed, NotFound
from kassa.requests.accounts import CreditAccount, DebitAccount, FindAccount, ReleaseEntry
from kassa.schema.master import tender_account, tender_account_entry
from kassa_server.schema import journal_entry, parked_entry

D = Decimal


def debit(amount: str, number: str = "G100", entry_id: str | None = None) -> DebitAccount:
    return DebitAccount(
        command_id=entry_id or new_id(), number=number, kind="gift_card", amount=D(amount), worth=D(amount),
        transaction_id=new_id(),
    )  # fmt: skip


def release(entry_id: str, number: str = "G100") -> ReleaseEntry:
    return ReleaseEntry(
        command_id=new_id(), number=number, kind="gift_card", entry_id=entry_id, transaction_id=new_id()
    )


def on(shop: Shop, number: str = "G100") -> Decimal:
    (row,) = shop.rows(tender_account, account_number=number)
    balance: Decimal = row["balance"]
    return balance


def test_the_same_debit_again_gets_the_same_answer(shop: Shop) -> None:
    """A card that was debited while its answer was lost is debited once, online, late in the journal, or both."""
    till = shop.device()
    command = debit("40")
    first = till.ask(command)
    assert till.ask(command) == first
    till.late_command(command, online=True)
    till.deliver()
    assert (first.balance, on(shop)) == (D(60), D(60))
    assert shop.rows(parked_entry) == []
    assert len(shop.rows(tender_account_entry)) == 1


def test_two_tills_at_once_share_one_card(shop: Shop) -> None:
    """Both want 60 of 100 at the same moment: one gets it, the other is refused."""
    tills = [shop.device(name) for name in ("R1", "R2")]
    ready = threading.Barrier(2)
    came: list[str] = []

    def pay(till: Device) -> None:
        ready.wait()
        try:
            till.ask(debit("60"))
            came.append("paid")
        except NotAllowed:
            came.append("refused")

    threads = [threading.Thread(target=pay, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["paid", "refused"]
    assert on(shop) == D(40)


def test_released_before_it_came_it_never_comes(shop: Shop) -> None:
    """What was given up at the till is not done when its first request arrives after all."""
    till = shop.device()
    command = debit("40")
    till.ask(release(command.command_id))
    with pytest.raises(NotAllowed, match="taken back"):
        till.ask(command)
    assert on(shop) == D(100)


def test_spent_at_two_offline_tills_is_a_finding(shop: Shop) -> None:
    """Each had been told of 100 and took 60: the first counts, the second is parked with its reason, for a person."""
    for name in ("R1", "R2"):
        till = shop.device(name)
        till.late_command(debit("60"))
        till.deliver()
    assert on(shop) == D(40)
    (parked,) = shop.rows(parked_entry)
    assert "not enough" in parked["reason"]
    assert len(shop.rows(journal_entry, kind="command")) == 2


def test_unknown_and_blocked(sqlite_shop: Shop) -> None:
    """Another kind of account is not this one; a blocked card pays nothing, but money that was paid for is on it."""
    till = sqlite_shop.device()
    with pytest.raises(NotFound):
        till.ask(FindAccount("L100", "gift_card"))
    with pytest.raises(NotFound):
        till.ask(debit("1", "G999"))
    with sqlite_shop.channel.writing() as connection:
        connection.execute(tender_account.update().values(blocked=True))
    with pytest.raises(NotAllowed, match="blocked"):
        till.ask(debit("1"))
    credited = till.ask(
        CreditAccount(
            command_id=new_id(), number="G100", kind="gift_card", amount=D(5), transaction_id=new_id(), currency="SEK"
        )
    )
    assert credited.balance == D(105)


moves = st.lists(
    st.tuples(st.sampled_from(("debit", "credit", "release", "again")), st.integers(1, 80), st.integers(0, 9)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_the_balance_is_what_its_entries_say(sqlite_shop: Shop, moves: list[tuple[str, int, int]]) -> None:
    """However credits, debits, releases and repetitions follow one another: the balance is the sum of the entries that
    stand, is never below zero, and a repetition changes nothing."""
    till = sqlite_shop.devices[0] if sqlite_shop.devices else sqlite_shop.device()
    number, made = f"P{new_id()[-8:]}", list[DebitAccount | CreditAccount]()
    stands: dict[str, Decimal] = {}
    for what, amount, which in moves:
        if what in ("release", "again") and not made:
            continue
        command = made[which % len(made)] if made else None
        if what == "credit":
            made.append(CreditAccount(command_id=new_id(), number=number, kind="gift_card", amount=D(amount),
                                      transaction_id=new_id(), currency="SEK"))  # fmt: skip
            till.ask(made[-1])
            stands[made[-1].command_id] = D(amount)
        elif what == "debit":
            command = debit(str(amount), number)
            try:
                till.ask(command)
            except (NotAllowed, NotFound):
                continue
            made.append(command)
            stands[command.command_id] = D(-amount)
        elif what == "again" and command is not None:
            till.ask(command)
        elif isinstance(command, DebitAccount):
            till.ask(release(command.command_id, number))
            stands[command.command_id] = D(0)
    if stands:
        assert on(sqlite_shop, number) == sum(stands.values()) >= 0
