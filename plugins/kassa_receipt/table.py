"""The operations that this plugin declares."""

from __future__ import annotations

from collections.abc import Callable

from kassa.operations import Lane, Operation, OperationContext, OperationResult, Place
from kassa.text import texts
from kassa_receipt import drawer, health, show_journal

_, n_ = texts("kassa_receipt")


def operations(check: Callable[[OperationContext], OperationResult]) -> tuple[Operation, ...]:
    """All of them; ``check`` is 717, which knows the register's print queue."""
    return (
        Operation(show_journal.NUMBER, _("Show journal"), show_journal.show_journal, show_journal.JournalParameters),
        Operation(
            health.NUMBER, _("Health check"), check, health.HealthParameters, frozenset(Place), permission=None,
            lane=Lane.SEARCH,
        ),
        Operation(1000, _("Open drawer"), drawer.open_drawer, drawer.DrawerParameters, lane=Lane.CONTROL),
    )  # fmt: skip
