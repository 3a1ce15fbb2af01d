"""No offline database: a register that was installed online only."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine, exc

from kassa.errors import OfflineDatabaseUnavailable
from kassa.offline_database.interface import OfflineDatabase
from kassa.text import texts

_, n_ = texts("kassa")


class NoOfflineDatabase(OfflineDatabase):
    """Says that there is none."""

    title = "-"
    kind = "none"
    installed = False

    def size(self) -> int:
        """None, so 0."""
        return 0

    def where(self) -> str:
        """Nowhere."""
        return ""

    def _missing(self) -> OfflineDatabaseUnavailable:
        return OfflineDatabaseUnavailable(
            _("This register was installed without an offline database."),
            hint=_("A sale in progress can be paid. To sell without the store server, install the register again."),
        )

    @staticmethod
    def _is_name(name: str) -> bool:
        return False

    @staticmethod
    def _name(new_id: str) -> str:
        raise NotImplementedError("a register that is online only loads nothing")

    def _engine(self, name: str, *, read_only: bool) -> Engine:
        raise NotImplementedError("there is none")

    def copies(self) -> Iterable[str]:
        return ()

    def _create(self, name: str) -> None:
        raise NotImplementedError("there is none")

    def _remove(self, name: str) -> None:
        """There is none."""

    def _is_silent(self, error: exc.DBAPIError) -> bool:
        return False

    def _is_damage(self, error: exc.DBAPIError) -> bool:
        return False
