"""What is handed to plugins is theirs to read: what its records leave open is put back as it was."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import is_dataclass
from typing import Any

from kassa.model import Transaction


class Handed:
    """The open parts (dictionaries) of the transactions among a hook's arguments, as they were."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._parts: list[dict[str, Any]] = []
        for value in arguments.values():
            self._parts += _open_parts(value)
        self._before = [deepcopy(part) if part else {} for part in self._parts]

    def was_changed(self) -> bool:
        """Whether somebody has written into one of them."""
        return self._parts != self._before

    def restore(self) -> None:
        """Put them back."""
        for part, before in zip(self._parts, self._before, strict=True):
            part.clear()
            part.update(deepcopy(before))


def _open_parts(value: Any) -> list[dict[str, Any]]:
    """The dictionaries within a transaction, or within the one that a record carries."""
    transaction = getattr(value, "transaction", None) if is_dataclass(value) else value
    if not isinstance(transaction, Transaction):
        return []
    lines = [line.extra for line in transaction.lines]
    return [transaction.extra, *lines, *(payment.reference for payment in transaction.payments)]
