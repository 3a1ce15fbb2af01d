"""How often a package has failed, kept through restarts: after three tries it is left alone until headquarters makes
another, and its reason is shown."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from kassa.errors import KassaError
from kassa.register.face import RegisterFace
from kassa.text import Text

TRIES = 3
FIRST_PAUSE = timedelta(minutes=1)
KEPT = ("sync", "failed_packages")


class Failure(msgspec.Struct, frozen=True):
    """A package that could not be used."""

    package_id: str
    tries: int
    error: Text
    code: str
    next_try: datetime

    @property
    def dead(self) -> bool:
        """Whether it is not tried any more."""
        return self.tries >= TRIES


class Failures:
    """The latest failure of each table group."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        kept = register.setting(*KEPT)
        self._known = {} if kept is None else msgspec.json.decode(kept, type=dict[str, Failure])

    def of(self, table_group: str) -> Failure | None:
        """What is wrong with a table group's next package."""
        return self._known.get(table_group)

    def waits(self, table_group: str, package_id: str) -> bool:
        """Whether a package is not to be tried now."""
        known = self._known.get(table_group)
        if known is None or known.package_id != package_id:
            return False
        return known.dead or self._register.environment.clock.utc() < known.next_try

    def note(self, table_group: str, package_id: str, error: KassaError) -> None:
        """A package has failed."""
        known = self._known.get(table_group)
        tries = known.tries + 1 if known is not None and known.package_id == package_id else 1
        jitter = 0.8 + 0.4 * self._register.environment.random_bytes(1)[0] / 255
        pause = FIRST_PAUSE * (2 ** (tries - 1)) * jitter
        next_try = self._register.environment.clock.utc() + pause
        self._known[table_group] = Failure(package_id, tries, error.what, error.code, next_try)
        self._keep()

    def clear(self, table_group: str) -> None:
        """A package was applied."""
        if self._known.pop(table_group, None) is not None:
            self._keep()

    def _keep(self) -> None:
        self._register.keep_setting(*KEPT, msgspec.json.encode(self._known).decode())
