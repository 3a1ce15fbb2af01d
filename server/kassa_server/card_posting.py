"""Posting card payments without an answer, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, insert, select, update

from kassa.card_settlement import CardSettled
from kassa.journal.entry import EntryBody
from kassa.masterdata import upsert
from kassa.money import to_minor
from kassa_server.posted_sale import PostedSale
from kassa_server.schema import card_payment


def post_unanswered_cards(connection: Connection, sales: Iterable[PostedSale]) -> None:
    """Note the card payments that sales went on without an answer to; one that is settled already stays so."""
    for sale in sales:
        told = sale.payload.transaction
        for card in told.extra.unresolved_cards:
            known = select(card_payment.c.payment_id).where(card_payment.c.payment_id == card.payment_id)
            if connection.execute(known).first() is not None:
                continue
            row = {
                "payment_id": card.payment_id, "store_id": sale.store_id, "register_id": sale.register_id,
                "transaction_id": told.transaction_id, "tender_id": card.tender_id, "currency": told.currency,
                "amount": to_minor(Decimal(card.amount), told.currency), "noted_at": sale.at,
            }  # fmt: skip
            connection.execute(insert(card_payment).values(row))


def post_card_settled(connection: Connection, body: EntryBody) -> None:
    """Note what became of one, within the caller's transaction. One that was noted stays with the sale that it was
    noted with, whatever the entry says of that.

    :raises msgspec.ValidationError: the entry says no such thing.
    """
    settled = msgspec.json.decode(body.payload, type=CardSettled)
    became = {
        "outcome": settled.outcome, "settled_at": body.at, "settled_by": body.staff_id, "said": settled.said[:200],
    }  # fmt: skip
    noted = update(card_payment).where(card_payment.c.payment_id == settled.payment_id)
    if connection.execute(noted.values(became)).rowcount:
        return
    row = {
        "payment_id": settled.payment_id, "store_id": body.store_id, "register_id": body.register_id,
        "transaction_id": settled.transaction_id, "tender_id": settled.tender_id, "currency": settled.currency,
        "amount": to_minor(settled.amount, settled.currency), "noted_at": body.at, **became,
    }  # fmt: skip
    upsert(connection, card_payment, [row])
