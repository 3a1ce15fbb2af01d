"""Readiness: would this register sell right now if the store server vanished? If not, the named causes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kassa.errors import OfflineDatabaseUnavailable
from kassa.register.face import Readiness, ReadinessCause
from kassa.text import texts

if TYPE_CHECKING:
    from kassa.offline_database import OfflineDatabase
    from kassa.register.register import Register

_, n_ = texts("kassa")


def readiness(register: Register) -> Readiness:
    """Looks at what an offline sale needs."""
    causes = tuple(_causes(register))
    return Readiness(not causes, causes)


def _causes(register: Register) -> Iterator[ReadinessCause]:
    if not register.connection.state().can_switch:
        yield ReadinessCause("no_offline_support", _("This register has no offline support."))
    database = register.offline_database
    try:
        if database.items() == 0:
            yield ReadinessCause("no_items", _("The offline database holds no items."))
    except OfflineDatabaseUnavailable as error:
        yield ReadinessCause(_unavailable(database), error.what)
    if not register.credentials.known:
        yield ReadinessCause("no_staff", _("No staff member can log on offline yet."))
    if register.journal.series.stopped is not None:
        stopped = _("The journal gives no further numbers: the register must be activated again.")
        yield ReadinessCause("numbering_stopped", stopped)
    for problem in register.plugins.missing_required:
        yield ReadinessCause("required_plugin", problem.what, {"plugin": problem.name})


def _unavailable(database: OfflineDatabase) -> str:
    if not database.installed:
        return "online_only"
    return "database_unusable" if database.available else "no_data"
