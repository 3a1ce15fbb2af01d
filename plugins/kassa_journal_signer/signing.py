"""What is signed, and how it is verified: Ed25519 by the device key over one line of text."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from kassa import signatures
from kassa.fiscal import KEPT_AS, FiscalAnswer, FiscalRequest, kept_answer
from kassa.journal.entry import EntryBody, SalePayload
from kassa.register.face import RegisterFace
from kassa.sale.totals import Totals
from kassa.text import texts

_, n_ = texts("kassa_journal_signer")

NAME = "journal_signer"
SHOWN = 16


def sign(request: FiscalRequest, register: RegisterFace) -> FiscalAnswer | None:
    """The signature of a step; a sale that only begins is not signed."""
    if request.step == "begin":
        return None
    text = _line(request.step, request.store_id, request.register_id, request.receipt_number, _content(request))
    signature, key = register.sign(NAME, text)
    reference = {"signature": _base64(signature), "key": _base64(key)}
    return FiscalAnswer("signed", None, reference, ((_("Signature"), reference["signature"][:SHOWN]),))


def verify(entry: EntryBody, public_key: bytes) -> bool:
    """Whether a journal entry was signed by that device key as it reads now. False where it was not signed."""
    found = _signed(entry)
    if found is None:
        return False
    step, content, answer = found
    text = _line(step, entry.store_id, entry.register_id, _number(entry, content), content)
    return signatures.verify(public_key, NAME, text, base64.b64decode(answer.reference["signature"]))


def _signed(entry: EntryBody) -> tuple[str, Any, FiscalAnswer] | None:
    if entry.kind in ("sale", "void"):
        payload = msgspec.json.decode(entry.payload, type=SalePayload)
        step = "finish" if entry.kind == "sale" else "cancel"
        answer = kept_answer(payload.transaction.extra, step)
        return None if answer is None else (step, _sums(payload.totals), answer)
    plain: dict[str, Any] = msgspec.json.decode(entry.payload)
    answer = kept_answer(plain, "")
    return None if answer is None else (entry.kind, {key: plain[key] for key in plain if key != KEPT_AS}, answer)


def _number(entry: EntryBody, content: Any) -> str | None:
    number = entry.receipt_number or content.get("receipt_number")
    return None if number is None else str(number)


def _content(request: FiscalRequest) -> Any:
    return request.payload if request.totals is None else _sums(request.totals)


def _sums(totals: Totals) -> dict[str, Any]:
    taxes = [[tax.tax_code, tax.rate, tax.base, tax.tax] for tax in totals.taxes]
    return {"total": totals.total, "rounding": totals.rounding, "taxes": taxes}


def _line(step: str, *parts: Any) -> bytes:
    """One line of JSON, keys in order: the same for whoever verifies."""
    return msgspec.json.encode([step, *parts], order="sorted")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
