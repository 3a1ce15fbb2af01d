"""Shifts: opened at log on or by 918, cash movements (1200-1212), counting (1052), X and Z (1055-1057)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kassa.documents import Document
from kassa.hookspecs import PluginInfo, hook
from kassa.journal import EntryBody, JournalPlace
from kassa.model import Staff, Transaction
from kassa.operations import Operation
from kassa.text import Text, texts
from kassa.windows import Window
from kassa_shift.book import book_of
from kassa_shift.printing import compose
from kassa_shift.settings import settings_of
from kassa_shift.table import OPERATIONS
from kassa_shift.window import MANAGE_SHIFTS, NAME, manage_shifts

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_shift")

PLUGIN = PluginInfo(name="shift", version="0.1.0", api_level=1, title="Shifts, X and Z")


@hook
def register_operations() -> Sequence[Operation]:
    """The operations on shifts."""
    return OPERATIONS


@hook
def register_ready(register: RegisterFace) -> None:
    """Read the journal from the last Z on: the shift that was open is open still."""
    book_of(register).follow()


@hook
def journal_needed(register: RegisterFace) -> Sequence[JournalPlace]:
    """Nothing of an open shift is purged, nor what the next one will begin with, unless it is older than what is kept
    of the journal: then what it has come to is kept instead."""
    book = book_of(register).follow()
    book.carry_old(register.environment.clock.utc(), register.record.profile.retention_days)
    return [book.needed_from]


@hook
def check_transaction(transaction: Transaction, register: RegisterFace) -> Text | None:
    """Where the retailer requires an open shift, no sale begins without one; a sale in progress is finished."""
    if len(transaction.lines) > 1 or book_of(register).shift is not None:
        return None
    if settings_of(register.record).require_shift:
        return _("No shift is open: open one under Manage shifts, or log off and on again.")
    return None


@hook
def compose_document(entry: EntryBody, register: RegisterFace) -> Document | None:
    """X, Z and copies of a Z, for whoever prints them."""
    return compose(entry, register)


@hook
def logged_on(staff: Staff, offline: bool, register: RegisterFace) -> None:
    """Open a shift, or offer it, once the log on is done: this hook itself has no operation's means."""
    register.submit(MANAGE_SHIFTS, action="at_log_on")


@hook
def describe_window(name: str, register: RegisterFace) -> Window | None:
    """What is open and suspended, as it is now."""
    return manage_shifts(register) if name == NAME else None
