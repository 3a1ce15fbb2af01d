"""Card payments whose outcome nobody knew when their sale went on: kept through every kill, and settled at the next
contact with the terminal, so that no card is left charged in silence.

They are in the journal with their sale. What of them is still open is kept in the journal's settings besides, and in
memory for the status header.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from kassa.card_settlement import CARD_SETTLED, CardOutcome, CardSettled
from kassa.journal.entry import SalePayload
from kassa.model import Transaction
from kassa.register.face import RegisterFace
from kassa.sale.cards import PendingCard, unresolved_cards

NAME, KEPT_AS = "payment", "unresolved_cards"
LOOKED_BACK, LOOKED_BACK_SETTLED = 5, 50
"""Sales, and settled payments, that are looked at when the register starts: the last may be from just before a kill."""


class OpenCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """A card payment that is still to be settled. ``charged``: the terminal has said that it cannot be taken back, and
    the customer is to be paid back."""

    payment_id: str
    tender_id: str
    transaction_id: str
    amount: Decimal
    currency: str
    charged: bool = False


class OpenCards:
    """What of them is still open at one register."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        kept = register.setting(NAME, KEPT_AS)
        self.cards: tuple[OpenCard, ...] = () if kept is None else msgspec.json.decode(kept, type=tuple[OpenCard, ...])

    def note(self, transaction: Transaction) -> None:
        """Take up those that ``transaction`` carries."""
        known = {card.payment_id for card in self.cards}
        new = [_open(card, transaction) for card in unresolved_cards(transaction) if card.payment_id not in known]
        if new:
            self._keep((*self.cards, *new))

    def change(self, card: OpenCard, *, charged: bool) -> None:
        """The terminal cannot take ``card`` back; or it is settled."""
        others = [one for one in self.cards if one.payment_id != card.payment_id]
        self._keep([*others, replace(card, charged=True)] if charged else others)

    def recover(self) -> None:
        """Take up what a kill has kept from being noted."""
        settled = self._settled()
        if self._register.transaction is not None:
            self.note(self._register.transaction)
        for entry in self._register.journal_entries(kinds=("sale", "void"), newest_first=True, limit=LOOKED_BACK):
            self.note(msgspec.json.decode(entry.payload, type=SalePayload).transaction)
        for card in self.cards:
            outcome = settled.get(card.payment_id)
            if outcome is not None and not (card.charged and outcome == "charged"):
                self.change(card, charged=outcome == "charged")

    def _settled(self) -> dict[str, CardOutcome]:
        """What has been settled lately, by payment."""
        entries = self._register.journal_entries(kinds=(CARD_SETTLED,), newest_first=True, limit=LOOKED_BACK_SETTLED)
        said = [msgspec.json.decode(entry.payload, type=CardSettled) for entry in reversed(entries)]
        return {one.payment_id: one.outcome for one in said}

    def _keep(self, cards: Iterable[OpenCard]) -> None:
        self.cards = tuple(cards)
        self._register.keep_setting(NAME, KEPT_AS, msgspec.json.encode(self.cards).decode() if self.cards else None)


_open_cards: dict[int, OpenCards] = {}


def open_cards(register: RegisterFace) -> OpenCards:
    """Those of ``register``."""
    found = _open_cards.get(id(register))
    return found if found is not None else _open_cards.setdefault(id(register), OpenCards(register))


def forget(register: RegisterFace) -> None:
    """The register stops."""
    _open_cards.pop(id(register), None)


def _open(card: PendingCard, sale: Transaction) -> OpenCard:
    return OpenCard(card.payment_id, card.tender_id, sale.transaction_id, card.amount, sale.currency)
