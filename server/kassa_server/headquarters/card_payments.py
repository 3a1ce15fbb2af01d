"""Card payments that had no answer when their sale went on: which are settled, and how."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, case, func, select

from kassa_server.schema import card_payment, register, sales_transaction

PAGE = 200


class Unsettled(msgspec.Struct, frozen=True):
    """How many are not: of ``unknown`` nobody knows whether they were charged, the ``charged`` are to be paid back."""

    unknown: int = 0
    charged: int = 0


def unsettled_cards(connection: Connection) -> Unsettled:
    """How many need somebody."""
    outcome = card_payment.c.outcome
    counted = select(outcome, func.count()).where(outcome.is_(None) | (outcome == "charged")).group_by(outcome)
    counts = {row[0]: row[1] for row in connection.execute(counted)}
    return Unsettled(counts.get(None, 0), counts.get("charged", 0))


def list_card_payments(connection: Connection) -> list[Row[Any]]:
    """The latest, with the register's name and the receipt's number: first those that nobody knows of, then those to
    be paid back, then the rest."""
    payments = card_payment.c
    columns: list[Any] = [card_payment, register.c.name, sales_transaction.c.receipt_number]
    first = case((payments.outcome.is_(None), 0), (payments.outcome == "charged", 1), else_=2)
    statement = (
        select(*columns)
        .join(register, register.c.register_id == payments.register_id)
        .outerjoin(sales_transaction, sales_transaction.c.transaction_id == payments.transaction_id)
        .order_by(first, payments.noted_at.desc(), payments.payment_id)
        .limit(PAGE)
    )
    return list(connection.execute(statement).all())
