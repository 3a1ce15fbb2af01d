"""What pressing a button hands in: from what is typed, from the selected line, else asked for."""

from __future__ import annotations

from typing import Any

from kassa.errors import InvalidInput
from kassa.money import read_amount, read_count, read_number, read_quantity
from kassa.operations import Entry
from kassa.register.face import GridButton
from kassa.text import texts

_, n_ = texts("kassa_ui")


def entries_of(button: GridButton) -> tuple[Entry, ...]:
    """What ``button`` hands in, less what its layout has already fixed."""
    return tuple(entry for entry in button.entries if entry.parameter not in button.parameters)


def read(entry: Entry, typed: str, currency: str) -> Any:
    """``typed`` as ``entry`` wants it.

    :raises kassa.errors.InvalidInput: it is not such a thing.
    """
    match entry.kind:
        case "quantity":
            return read_quantity(typed)
        case "amount":
            return read_amount(typed, currency)
        case "percent":
            return read_number(typed)
        case "count":
            return read_count(typed)
        case _:
            text = typed.strip()
            if not text:
                raise InvalidInput(_("Nothing was typed."), hint=_("Type it and press Enter."))
            return text
