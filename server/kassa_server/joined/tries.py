"""Packages that could not be used: tried three times with growing pauses, then left alone until headquarters makes
another."""

from __future__ import annotations

from dataclasses import dataclass

from kassa.environment import Environment
from kassa.errors import KassaError

TRIES = 3
FIRST_PAUSE_S = 60.0


@dataclass(frozen=True)
class Failure:
    """What is wrong with a table group's next package."""

    package_id: str
    tries: int
    error: KassaError
    next_try: float

    @property
    def is_given_up(self) -> bool:
        """Whether it is not tried any more."""
        return self.tries >= TRIES


class Failures:
    """The latest failure of each table group, in this run."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._known: dict[str, Failure] = {}

    def of(self, table_group: str) -> Failure | None:
        """What is wrong with a table group; None: nothing."""
        return self._known.get(table_group)

    def waiting(self, table_group: str, package_id: str) -> Failure | None:
        """Why a package is not to be tried now."""
        known = self._known.get(table_group)
        if known is None or known.package_id != package_id:
            return None
        waits = known.is_given_up or self._environment.clock.monotonic() < known.next_try
        return known if waits else None

    def note(self, table_group: str, package_id: str, error: KassaError) -> Failure:
        """A package has failed."""
        before = self._known.get(table_group)
        tries = before.tries + 1 if before is not None and before.package_id == package_id else 1
        next_try = self._environment.clock.monotonic() + FIRST_PAUSE_S * 2 ** (tries - 1)
        self._known[table_group] = Failure(package_id, tries, error, next_try)
        return self._known[table_group]

    def clear(self, table_group: str) -> None:
        """It went well."""
        self._known.pop(table_group, None)
