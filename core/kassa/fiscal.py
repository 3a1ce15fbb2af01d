"""What the till and a country's fiscal device say to each other (hook ``fiscal``): control units, signers.

Each step of a sale that the law may want to know of is one :class:`FiscalRequest`. A country's plugin signs it, lets it
pass unsigned and says why, or refuses it; the answer is in the journal with what it belongs to, and on the receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from kassa.model import Transaction
from kassa.sale.totals import Totals
from kassa.text import Text

FiscalStep = Literal["begin", "finish", "cancel", "x_report", "z_report", "copy", "drawer"]
EVENT_STEPS: dict[str, FiscalStep] = {
    "x_report": "x_report",
    "z_report": "z_report",
    "copy": "copy",
    "drawer": "drawer",
}
"""Journal entries, by kind, that a fiscal plugin is asked about before they are written."""
KEPT_AS = "fiscal"
"""Where answers are kept: in ``Transaction.extra`` by step, and in an event's payload."""


class FiscalRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step, told before it is in the journal.

    :param request_id: names the step. Asked again with the same id (the register was killed while it finished a sale,
        and finishes it again) it is the same step.
    :param receipt_number: of ``finish``, the number that the sale is about to take; of ``copy``, the receipt's.
    :param transaction: of ``begin``, ``finish`` and ``cancel``; ``totals`` of the last two.
    :param payload: of the others, what is about to be journalled.
    """

    step: FiscalStep
    request_id: str
    at: datetime
    store_id: str
    register_id: str
    staff_id: str | None
    receipt_number: str | None = None
    transaction: Transaction | None = None
    totals: Totals | None = None
    payload: dict[str, Any] = {}


class FiscalAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a step.

    :param outcome: ``signed``; or ``unsigned``: the device failed and the country's plugin lets the till go on, which
        is shown, printed and journalled with ``message`` as the reason.
    :param reference: what to keep: control code, unit number, ``simulated`` where nothing real has signed.
    :param printed: label and value of what must stand on the receipt.
    """

    outcome: Literal["signed", "unsigned"]
    message: Text | None = None
    reference: dict[str, str] = {}
    printed: tuple[tuple[Text, str], ...] = ()


def kept_answer(extra: dict[str, Any], step: str = "finish") -> FiscalAnswer | None:
    """The answer that a transaction's ``extra`` (or an event's payload, with ``step`` empty) holds."""
    kept = extra.get(KEPT_AS)
    if step and kept is not None:
        kept = kept.get(step)
    return None if kept is None else msgspec.convert(kept, FiscalAnswer)
