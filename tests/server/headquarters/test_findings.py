"""Findings: listed by register and receipt number, looked at one by one, marked as handled with a note."""

from __future__ import annotations

import pytest
from tests.server.conftest import Shop
from tests.server.test_heads import copy_of

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.requests.contact import Hello
from kassa_server.headquarters.completeness import find, findings, mark_handled
from kassa_server.headquarters.proof.findings import Finding
from kassa_server.schema import audit, journal_conflict


def listed(shop: Shop, **asked: object) -> list[Finding]:
    with shop.channel.reading() as connection:
        return findings(connection, shop.clock.utc(), **asked)  # type: ignore[arg-type]


def mark(shop: Shop, finding_id: str, note: str = "Seen") -> None:
    with shop.channel.writing() as connection:
        mark_handled(connection, finding_id, note, "anna", shop.clock.utc())


@pytest.fixture
def forked(shop: Shop) -> str:
    """R1 was cloned, and both have sold; the conflict's id."""
    till = shop.device()
    till.sell()
    till.deliver()
    clone = copy_of(till, 1)
    till.sell()
    till.deliver()
    shop.clock.advance(1)
    clone.sell("4")
    clone.deliver()
    return next(one.finding_id for one in listed(shop) if one.kind == "conflict")


def test_never_active_is_told(shop: Shop) -> None:
    """A register without a device holds nothing, and says so; so does one that was not heard of for a day."""
    shop.device("R1")
    assert [one.finding_id for one in listed(shop)] == ["never_active-R2"]
    shop.clock.advance(25 * 3600)
    assert [one.finding_id for one in listed(shop, register_id="R1")] == ["unknown-R1-1"]
    with pytest.raises(NotFound):
        listed(shop, register_id="R9")


def test_tail_that_is_not_here(shop: Shop) -> None:
    """Entries that a head counts and that are not here: how many, from where, after which receipt."""
    till = shop.device()
    till.sell()
    till.deliver()
    till.sell()
    till.sell()
    till.ask(Hello())
    (one,) = listed(shop, register_id="R1")
    assert (one.kind, one.place, one.receipt_numbers) == ("missing", "R1 1:2-3", ("S1-R1-1-000001",))
    assert not one.may_be_handled
    with pytest.raises(NotAllowed):
        mark(shop, one.finding_id)


def test_conflict_is_handled_with_a_note(shop: Shop, forked: str) -> None:
    """Handled: not listed any more unless asked for, with who, when and what they say; audited; and still there."""
    mark(shop, forked, " Counted with the cashier ")
    assert forked not in [one.finding_id for one in listed(shop)]
    with shop.channel.reading() as connection:
        one = find(connection, forked, shop.clock.utc())
    assert one.handled is not None
    assert (one.handled.author, one.handled.note) == ("anna", "Counted with the cashier")
    assert one in listed(shop, handled_too=True)
    assert len(shop.rows(audit, kind="finding_handled")) == 1
    assert len(shop.rows(journal_conflict)) == 1
    with pytest.raises(NotAllowed):
        mark(shop, forked)


def test_note_is_needed(shop: Shop, forked: str) -> None:
    """No note, too long a note, and a finding that is not there."""
    for note in ("", "   ", "x" * 1001):
        with pytest.raises(InvalidInput):
            mark(shop, forked, note)
    with pytest.raises(NotFound):
        mark(shop, "conflict-R1-1-99-00000000")
