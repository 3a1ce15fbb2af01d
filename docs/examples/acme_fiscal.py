"""A partner's plugin: a country's fiscal device that numbers what it signs, and a law of that country."""

from __future__ import annotations

from kassa.errors import NotAvailable
from kassa.fiscal import FiscalAnswer, FiscalRequest
from kassa.hookspecs import PluginInfo, hook
from kassa.model import Transaction
from kassa.register.face import RegisterFace
from kassa.text import Text, texts

_, n_ = texts("acme_fiscal")

PLUGIN = PluginInfo(name="acme_fiscal", version="1.0", api_level=1, title="Acme fiscal device")
NAME = "acme_fiscal"
device = {"works": True, "hours": 24}
signed: dict[str, int] = {}


@hook
def fiscal(request: FiscalRequest, register: RegisterFace) -> FiscalAnswer | None:
    if request.step == "begin":
        return None  # this country does not ask for it
    if not device["works"]:
        if device["hours"] <= 0:
            raise NotAvailable(_("The fiscal device has been down for too long."), hint=_("Call its service."))
        return FiscalAnswer("unsigned", _("The fiscal device is down: write receipts by hand after 24 hours."))
    number = signed.setdefault(request.request_id, len(signed) + 1)  # asked again: the same step, signed once
    register.log(NAME).info("signed", step=request.step, number=number)
    return FiscalAnswer("signed", reference={"number": str(number)}, printed=((_("Fiscal number"), str(number)),))


@hook
def check_transaction(transaction: Transaction, register: RegisterFace) -> Text | None:
    quantities = [line.quantity for line in transaction.sold_lines]
    if any(quantity < 0 for quantity in quantities) and any(quantity > 0 for quantity in quantities):
        return _("Sale and return may not stand on one receipt here.")
    return None
