"""What is being typed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kassa.errors import InvalidInput
from kassa_ui.presenters.entry import EntryBuffer, split_times


def test_a_secret_is_never_shown() -> None:
    """A PIN is drawn as dots, and no representation for a log has it."""
    entry = EntryBuffer(secret=True)
    entry.type("1234")
    assert entry.shown == "••••"
    assert "1234" not in repr(entry)
    assert entry.take() == "1234"
    assert entry.text == ""


def test_star_is_times() -> None:
    """The keyboard's * types ×; in a PIN it stays what it is."""
    entry, pin = EntryBuffer(), EntryBuffer(secret=True)
    entry.type("3*")
    pin.type("3*")
    assert (entry.text, pin.take()) == ("3×", "3*")


def test_the_entry_has_an_end() -> None:
    """More than fits is refused, so that a key held down fills no memory."""
    entry = EntryBuffer(longest=5)
    entry.type("123456789")
    assert entry.text == "12345"


def test_only_printable_characters() -> None:
    """Control characters, such as a scanner's prefix, do not get in."""
    entry = EntryBuffer()
    entry.type("\x1d12\t3")
    assert entry.text == "123"


@pytest.mark.parametrize(
    ("text", "quantity", "code"),
    [
        ("731", None, "731"),
        ("3×731", Decimal(3), "731"),
        ("0,5×85123A", Decimal("0.5"), "85123A"),
        ("3×", Decimal(3), ""),
    ],
)
def test_quantity_before_code(text: str, quantity: Decimal | None, code: str) -> None:
    """What stands before × is the quantity of the code after it."""
    assert split_times(text) == (quantity, code)


@pytest.mark.parametrize("text", ["0×731", "x×731", "1,5e3×731", "1000000×731"])
def test_no_quantity(text: str) -> None:
    """A quantity that cannot be sold is refused before anything is sent."""
    with pytest.raises(InvalidInput):
        split_times(text)
