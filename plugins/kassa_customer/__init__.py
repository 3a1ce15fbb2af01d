"""Customers: search (602), on the sale (600), off it (603), add (612); their loyalty card (117); gift cards: issue
(512), add to (519), balance (520). With requests and handlers of its own."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.hookspecs import PluginInfo, hook
from kassa.model import Transaction
from kassa.operations import Operation
from kassa.register.face import RegisterFace
from kassa.runtime.request import Handler
from kassa.text import Text
from kassa_customer import gift_cards
from kassa_customer.handlers import HANDLERS
from kassa_customer.table import OPERATIONS

PLUGIN = PluginInfo(name="customer", version="0.1.0", api_level=1, title="Customers, loyalty cards and gift cards")


@hook
def register_operations() -> Sequence[Operation]:
    """The operations on customers."""
    return OPERATIONS


@hook
def register_handlers() -> Sequence[Handler]:
    """Customers found and added, in the store server and in the register alike."""
    return HANDLERS


@hook
def check_transaction(transaction: Transaction, register: RegisterFace) -> Text | None:
    """A gift card is not taken back as goods."""
    return gift_cards.check(transaction, register)
