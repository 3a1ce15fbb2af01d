"""What an operation may write to the journal by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kassa.journal.entry import decode_entry
from kassa.operations import Operation
from kassa.register import Register
from kassa.register.context import RunningOperation
from kassa.text import literal

OPERATION = Operation(5001, literal("Acme"), lambda _context: None)


def context(register: Register) -> RunningOperation:
    """A partner's operation that is running."""
    return RunningOperation(register, OPERATION, "acme", None, register.journal.generation, None)


def test_event_of_a_plugin_is_an_entry(register: Register) -> None:
    """An event of a plugin's own kind takes the next sequence number and no receipt number, and names who was on."""
    before = register.journal.series
    written = context(register).journal("acme.drawer", {"reason": "change", "amount": Decimal("20.00")})
    entry = register.journal.entries(after=before.sequence)[0]
    body = decode_entry(entry.data)
    assert (written.kind, written.sequence, written.receipt_number) == ("acme.drawer", before.sequence + 1, None)
    assert (body.staff_id, bytes(body.payload)) == ("1001", b'{"reason":"change","amount":"20.00"}')
    assert register.journal.series.receipts == before.receipts


@pytest.mark.parametrize("kind", ["sale", "void", "command"])
def test_event_cannot_call_itself_a_sale(register: Register, kind: str) -> None:
    """Kinds that others rely on are the core's own: a plugin's event with such a name is refused and not written."""
    before = register.journal.series.sequence
    with pytest.raises(ValueError, match=kind):
        context(register).journal(kind, {"total": 1})
    assert register.journal.series.sequence == before
