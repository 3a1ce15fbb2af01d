"""Asking the country's fiscal plugin at each step, and keeping what it says: in the journal, on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from kassa.errors import KassaError
from kassa.fiscal import EVENT_STEPS, KEPT_AS, FiscalAnswer, FiscalRequest, FiscalStep
from kassa.model import Transaction
from kassa.sale.totals import Totals
from kassa.text import Text, texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")
REFUSED = "fiscal_refused"
"""The kind of the journal entry that a refusal leaves."""


class FiscalConnector:
    """A register's side of the hook ``fiscal``.

    :param write: writes an entry of a kind with a payload to the journal.
    """

    def __init__(self, register: Register, write: Callable[[str, Any], object]) -> None:
        self._register = register
        self._write = write

    def sale(
        self, step: FiscalStep, sale: Transaction, totals: Totals | None = None, number: str | None = None
    ) -> Transaction:
        """``sale`` with the answer to a step in its ``extra``; as it was, where no plugin has anything to say.

        :raises kassa.errors.KassaError: the plugin refuses; the refusal is in the journal.
        """
        request = self._request(step, f"{sale.transaction_id}-{step}", number, transaction=sale, totals=totals)
        answer = self._ask(request)
        if answer is None:
            return sale
        answers = {**sale.extra.get(KEPT_AS, {}), step: msgspec.to_builtins(answer)}
        return replace(sale, extra={**sale.extra, KEPT_AS: answers})

    def event(self, kind: str, payload: Any) -> Any:
        """``payload`` of an event with the answer to it, if it is of a kind that the law may want to know of.

        :raises kassa.errors.KassaError: the plugin refuses; the refusal is in the journal.
        """
        if kind not in EVENT_STEPS:
            return payload
        plain = msgspec.to_builtins(payload)
        number = plain.get("receipt_number")
        identity = self._register.environment.new_id()
        answer = self._ask(self._request(EVENT_STEPS[kind], identity, number, payload=plain))
        return payload if answer is None else {**plain, KEPT_AS: msgspec.to_builtins(answer)}

    def _request(self, step: FiscalStep, identity: str, number: str | None, **more: Any) -> FiscalRequest:
        register = self._register
        record, staff = register.record, register.staff
        return FiscalRequest(
            step=step, request_id=identity, at=register.environment.clock.utc(), store_id=record.store.store_id,
            register_id=record.register_id, staff_id=None if staff is None else staff.staff_id,
            receipt_number=number, **more,
        )  # fmt: skip

    def _ask(self, request: FiscalRequest) -> FiscalAnswer | None:
        try:
            answer = self._register.hooks.fiscal(request, self._register)
        except KassaError as error:
            self._refused(request, error.what)
            raise
        if answer is not None:
            failed = answer.outcome == "unsigned"
            self._register.notice("fiscal", answer.message or _("The fiscal device fails.") if failed else None)
        return answer

    def _refused(self, request: FiscalRequest, why: Text) -> None:
        """A refusal is journalled, and never the reason for another failure."""
        self._register.notice("fiscal", why)
        try:
            self._write(REFUSED, {"step": request.step, "receipt_number": request.receipt_number, "why": why})
        except KassaError as error:
            self._register.log("kassa").warning("fiscal_refusal_not_journalled", where=error.where)
