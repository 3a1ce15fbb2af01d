"""What the simulated terminal answers, and what it remembers.

The last two digits of the amount in minor units decide:

=====  ==========================================================
``13``  declined
``17``  no answer the first time, although the card is charged; approved when asked again
``19``  no answer, ever, to charging and to taking back
``21``  charged, but no answer until it was asked six times: it answers after its time-out
``27``  the same, and cannot be taken back
``23``  approved, and cannot be taken back
others  approved
=====  ==========================================================

The settings ``declined``, ``unknown_once``, ``unknown``, ``late``, ``late_irreversible`` and ``irreversible`` (lists of
text) change the digits.

Like a real terminal it knows a payment by its id: asked again it gives the same answer and charges nothing more. It
remembers the last payments over a restart.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec
from msgspec.structs import replace

from kassa.money import to_minor
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.register.face import RegisterFace
from kassa.text import Text, texts

_, n_ = texts("kassa_card_simulator")

NAME = "card_simulator"
MEMORY = "payments"
REMEMBERED = 50
DIGITS = {"declined": ["13"], "unknown_once": ["17"], "unknown": ["19"], "irreversible": ["23"]}
DIGITS |= {"late": ["21"], "late_irreversible": ["27"]}
SILENT = 6
"""So often a late terminal gives no answer about a payment."""


class Remembered(msgspec.Struct, frozen=True):
    """A payment that the terminal knows."""

    payment_id: str
    amount: Decimal
    state: Literal["charged", "declined", "reversed"]
    asked: int = 1


def authorize(request: CardRequest, register: RegisterFace) -> CardAnswer:
    """The answer to charging, or refunding, an amount."""
    rule = _rule(request, register)
    if rule == "unknown":
        return CardAnswer("unknown", _said(_("no answer")))
    known = _memory(register).get(request.payment_id)
    if known is None:
        known = Remembered(request.payment_id, request.amount, "declined" if rule == "declined" else "charged")
        _remember(register, known)
        if rule == "unknown_once":
            return CardAnswer("unknown", _said(_("no answer")))
    if _is_silent(rule, known, register):
        return CardAnswer("unknown", _said(_("no answer")))
    if known.state == "charged":
        return CardAnswer("approved", _said(_("approved")), _reference(request))
    return CardAnswer("declined", _said(_("declined")), _reference(request))


def reverse(request: CardRequest, register: RegisterFace) -> CardAnswer:
    """The answer to taking a payment back. One that it never charged is approved: nothing is charged."""
    rule = _rule(request, register)
    if rule == "unknown":
        return CardAnswer("unknown", _said(_("no answer")))
    known = _memory(register).get(request.payment_id)
    if known is not None and known.state == "charged" and _is_silent(rule, known, register):
        return CardAnswer("unknown", _said(_("no answer")))
    if rule in ("irreversible", "late_irreversible") and known is not None and known.state == "charged":
        return CardAnswer("declined", _said(_("cannot be taken back")), _reference(request))
    _remember(register, Remembered(request.payment_id, request.amount, "reversed"))
    return CardAnswer("approved", _said(_("taken back")), _reference(request))


def charged(register: RegisterFace) -> Decimal:
    """What the terminal has charged in all, of the payments that it remembers."""
    return sum((known.amount for known in _memory(register).values() if known.state == "charged"), Decimal(0))


def _is_silent(rule: str | None, known: Remembered, register: RegisterFace) -> bool:
    if rule not in ("late", "late_irreversible") or known.asked > SILENT:
        return False
    _remember(register, replace(known, asked=known.asked + 1))
    return True


def _rule(request: CardRequest, register: RegisterFace) -> str | None:
    settings = next((plugin.settings for plugin in register.record.plugins if plugin.name == NAME), {})
    ending = f"{abs(to_minor(request.amount, request.currency)) % 100:02}"
    for rule, endings in DIGITS.items():
        if ending in settings.get(rule, endings):
            return rule
    return None


def _memory(register: RegisterFace) -> dict[str, Remembered]:
    kept = register.setting(NAME, MEMORY)
    payments = [] if kept is None else msgspec.json.decode(kept, type=list[Remembered])
    return {payment.payment_id: payment for payment in payments}


def _remember(register: RegisterFace, payment: Remembered) -> None:
    others = [known for known in _memory(register).values() if known.payment_id != payment.payment_id]
    kept = [*others, payment][-REMEMBERED:]
    register.keep_setting(NAME, MEMORY, msgspec.json.encode(kept).decode())


def _reference(request: CardRequest) -> dict[str, str]:
    return {"simulated": "yes", "number": "•••• 0000", "authorisation": request.payment_id[-6:].upper()}


def _said(what: Text) -> Text:
    return _("Simulated card terminal: {what}", what=what)
