"""A plain journal signer, for countries that ask for signed records and no device: the register's own key signs each
step of the fiscal hook, and the signature is in the journal with it."""

from __future__ import annotations

from kassa.fiscal import FiscalAnswer, FiscalRequest
from kassa.hookspecs import PluginInfo, hook
from kassa.register.face import RegisterFace
from kassa_journal_signer.signing import sign

PLUGIN = PluginInfo("journal_signer", "0.1.0", 1, "Journal signer")


@hook
def fiscal(request: FiscalRequest, register: RegisterFace) -> FiscalAnswer | None:
    """Sign it."""
    return sign(request, register)
