"""A simulated Swedish control unit: gives control codes that prove nothing, fails when told, and says what it is."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.devices import DeviceStatus
from kassa.fiscal import FiscalAnswer, FiscalRequest
from kassa.hookspecs import PluginInfo, hook
from kassa.model import Transaction
from kassa.register.face import RegisterFace
from kassa.text import Text, literal, texts
from kassa_fiscal_simulator_se import rules

PLUGIN = PluginInfo("fiscal_simulator_se", "0.1.0", 1, "Simulated Swedish control unit")

_, n_ = texts("kassa_fiscal_simulator_se")


@hook
def fiscal(request: FiscalRequest, register: RegisterFace) -> FiscalAnswer | None:
    """A control code for receipts and copies."""
    return rules.answer(request, register)


@hook
def check_transaction(transaction: Transaction, register: RegisterFace) -> Text | None:
    """Sale and return apart."""
    return rules.objection(transaction, register)


@hook
def check_devices(register: RegisterFace) -> Sequence[DeviceStatus]:
    """The unit."""
    settings = rules.settings_of(register)
    if rules.is_down(settings):
        return [DeviceStatus(_("Control unit"), "failed", _("does not answer"), simulated=True)]
    return [DeviceStatus(_("Control unit"), "ready", literal(settings.unit), simulated=True)]
