"""What this country does at each step: what the control unit is told of, and what a unit that is down means."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from kassa.errors import NotAvailable
from kassa.fiscal import FiscalAnswer, FiscalRequest
from kassa.journal.entry import SalePayload
from kassa.model import Transaction
from kassa.register.face import RegisterFace
from kassa.sale.totals import Totals
from kassa.text import Text, texts
from kassa_fiscal_simulator_se.unit import NAME, ControlMessage, sign

_, n_ = texts("kassa_fiscal_simulator_se")
_ZERO = Decimal(0)
TOLD = ("finish", "copy")
"""The steps that the unit is told of: a receipt, a copy. Reports and the drawer are the register's own to count."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The plugin's settings.

    :param unit: the simulated unit's number.
    :param down_file: while this file exists the unit does not answer.
    :param when_down: ``no_new_sale`` (the sale in progress is finished without a code), ``refuse`` (nor is that), or
        ``go_on``.
    :param sale_and_return_together: they may stand on one receipt.
    """

    organisation_number: str = "000000-0000"
    unit: str = "SIMULATED-0001"
    down_file: str = ""
    when_down: Literal["no_new_sale", "refuse", "go_on"] = "no_new_sale"
    sale_and_return_together: bool = False


def settings_of(register: RegisterFace) -> Settings:
    """The settings in force."""
    given = next((plugin.settings for plugin in register.record.plugins if plugin.name == NAME), {})
    return msgspec.convert(given, Settings)


def is_down(settings: Settings) -> bool:
    """Whether the unit does not answer now."""
    return bool(settings.down_file) and Path(settings.down_file).exists()


def answer(request: FiscalRequest, register: RegisterFace) -> FiscalAnswer | None:
    """The unit's answer to a step; None: it is not told of it.

    :raises NotAvailable: it is down, and this step may not do without it.
    """
    settings = settings_of(register)
    if is_down(settings):
        return _without_unit(request, settings)
    if request.step not in TOLD:
        return None
    code = sign(request.request_id, _message(request, settings, register), register)
    grouped = " ".join(code[place : place + 8] for place in range(0, len(code), 8))
    printed = (
        (_("Control unit"), settings.unit),
        (_("Control code"), grouped),
        (_("Simulated: proves nothing"), ""),
    )
    return FiscalAnswer("signed", None, {"code": code, "unit": settings.unit, "simulated": "yes"}, printed)


def _without_unit(request: FiscalRequest, settings: Settings) -> FiscalAnswer | None:
    refused = {"no_new_sale": ("begin", "copy"), "refuse": ("begin", "finish", "copy"), "go_on": ()}
    if request.step in refused[settings.when_down]:
        raise NotAvailable(
            _("The control unit does not answer (simulated)."),
            hint=_("Note the time, sell at another register, and tell the tax agency without delay."),
        )
    if request.step not in TOLD:
        return None
    words = _("The control unit does not answer (simulated): no control code.")
    return FiscalAnswer("unsigned", words, {"unit": settings.unit, "simulated": "yes"})


def _message(request: FiscalRequest, settings: Settings, register: RegisterFace) -> ControlMessage:
    sale, totals = _sale_of(request, register)
    amounts = {line.line_id: line.net for line in totals.lines}
    nets = [amounts[line.line_id] for line in sale.sold_lines]
    zone = ZoneInfo(register.record.store.timezone)
    return ControlMessage(
        date_time=request.at.astimezone(zone).strftime("%Y%m%d%H%M"),
        organisation_number=settings.organisation_number,
        designation=request.register_id,
        number=request.receipt_number or "",
        kind="kopia" if request.step == "copy" else "normal",
        total=_sum(net for net in nets if net > 0),
        returned=-_sum(net for net in nets if net < 0),
        taxes={str((tax.rate * 100).normalize() + 0): tax.tax for tax in totals.taxes},
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, _ZERO)


def _sale_of(request: FiscalRequest, register: RegisterFace) -> tuple[Transaction, Totals]:
    """Of a finish the sale itself; of a copy the one in the journal."""
    if request.transaction is not None and request.totals is not None:
        return request.transaction, request.totals
    entry = register.journal_entry(entry_id=request.payload["entry_id"])
    if entry is None:
        raise NotAvailable(_("The receipt of this copy is not in the journal."))
    kept = msgspec.json.decode(entry.payload, type=SalePayload)
    return kept.transaction, kept.totals


def objection(transaction: Transaction, register: RegisterFace) -> Text | None:
    """A sale and a return on one receipt, where that is not allowed."""
    quantities = [line.quantity for line in transaction.sold_lines]
    mixed = any(quantity > 0 for quantity in quantities) and any(quantity < 0 for quantity in quantities)
    if not mixed or settings_of(register).sale_and_return_together:
        return None
    return _("A sale and a return cannot stand on one receipt. Finish one, then do the other.")
