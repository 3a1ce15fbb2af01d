"""Paying: cash (200, 206), card (201), voiding a payment (211), and card payments without an answer (217)."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.hookspecs import PluginInfo, hook
from kassa.operations import Operation
from kassa.register.face import RegisterFace, RegisterView
from kassa.windows import StatusItem, Window
from kassa_payment import settling
from kassa_payment.table import OPERATIONS
from kassa_payment.unresolved import forget, open_cards

PLUGIN = PluginInfo(name="payment", version="0.1.0", api_level=1, title="Payments in cash and by card")


@hook
def register_operations() -> Sequence[Operation]:
    """The operations that take payments."""
    return OPERATIONS


@hook
def register_ready(register: RegisterFace) -> None:
    """Take up card payments without an answer, a kill before they were noted included."""
    open_cards(register).recover()


@hook
def register_stopping(register: RegisterFace) -> None:
    """Forget the register."""
    forget(register)


@hook
def status_items(view: RegisterView, register: RegisterFace) -> Sequence[StatusItem]:
    """Card payments without an answer."""
    return settling.status(register)


@hook
def describe_window(name: str, register: RegisterFace) -> Window | None:
    """The window of card payments without an answer."""
    return settling.window(register) if name == settling.WINDOW else None
