"""Readiness: would this register sell right now if the store server vanished? If not, the named causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.errors import OfflineDatabaseUnavailable
from kassa.register.face import Readiness
from kassa.text import Text, texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")


def readiness(register: Register) -> Readiness:
    """Looks at what an offline sale needs."""
    causes: list[Text] = []
    if not register.connection.state().can_switch:
        causes.append(_("This register has no offline support."))
    try:
        if register.offline_database.items() == 0:
            causes.append(_("The offline database holds no items."))
    except OfflineDatabaseUnavailable as error:
        causes.append(error.what)
    if not register.credentials.known:
        causes.append(_("No staff member can log on offline yet."))
    series = register.journal.series
    if series.stopped is not None:
        causes.append(_("The journal gives no further numbers: the register must be activated again."))
    causes += [problem.what for problem in register.plugins.missing_required]
    return Readiness(not causes, tuple(causes))
