"""What went wrong with packages, kept through restarts: after three tries a package is a dead letter, left alone until
headquarters makes another or wants it tried again, and its reason is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from kassa.errors import DiskFull, KassaError, NotFound
from kassa.packages.errors import PackageFromTheFuture, PackageOutOfOrder
from kassa.packages.listing import PackageEntry
from kassa.register.face import RegisterFace
from kassa.schema.groups import SCHEMA_REVISION
from kassa.text import Text, texts

_, n_ = texts("kassa_sync")
TRIES = 3
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)
KEPT = ("sync", "failed_packages")
CANCELED = _("Headquarters has canceled this package. The next one puts it right.")
_REMEMBERED = 20
_OF_NO_USE = (NotFound.code, PackageOutOfOrder.code)
"""Trying the same package again cannot help."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A package that is not used, and why.

    :param state: the download state of system.md: ``download_failed``, ``apply_failed``, ``canceled``, or
        ``available`` for one that waits until this register is updated.
    :param next_try: None: it is not tried by itself any more.
    :param revision: the schema revision of the Kassa that could not use it: a newer one tries again.
    """

    package_id: str
    state: str
    tries: int
    error: Text
    code: str
    next_try: datetime | None = None
    revision: int = SCHEMA_REVISION

    @property
    def dead(self) -> bool:
        """Whether it is left alone."""
        return self.next_try is None


class _Book(msgspec.Struct):
    latest: dict[str, Failure] = {}
    given_up: list[str] = []


class Failures:
    """The latest failure of each table group, and the packages that were given up."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        kept = register.setting(*KEPT)
        self._book = _Book() if kept is None else msgspec.json.decode(kept, type=_Book)

    def of(self, table_group: str) -> Failure | None:
        """What is wrong with a table group's next package."""
        return self._book.latest.get(table_group)

    def groups(self) -> list[str]:
        """The table groups with which something is wrong."""
        return sorted(self._book.latest)

    def given_up(self, package_id: str) -> bool:
        """Whether a package is of no use, so that another way to the same rows is looked for."""
        return package_id in self._book.given_up

    def waits(self, table_group: str, package_id: str) -> bool:
        """Whether a package is not to be tried now."""
        known = self._book.latest.get(table_group)
        return known is not None and known.package_id == package_id and not self._is_due(known)

    def any_due(self) -> bool:
        """Whether something that has failed is to be tried now."""
        return any(self._is_due(known) for known in self._book.latest.values())

    def _is_due(self, known: Failure) -> bool:
        if known.revision != SCHEMA_REVISION:
            return True
        if known.next_try is None:
            return False
        now = self._register.environment.clock.utc()
        # A clock that was set back must not make a try wait for days.
        return not now < known.next_try <= now + LONGEST_PAUSE * 2

    def note(self, table_group: str, entry: PackageEntry, error: KassaError, state: str) -> bool:
        """A package has failed. Whether another way to the same rows should be looked for at once."""
        known = self._book.latest.get(table_group)
        tries = known.tries + 1 if known is not None and known.package_id == entry.package_id else 1
        state = "available" if isinstance(error, PackageFromTheFuture) else state
        of_no_use = error.code in _OF_NO_USE
        next_try = None if of_no_use else self._next_try(error, tries)
        self._book.latest[table_group] = Failure(
            package_id=entry.package_id, state=state, tries=tries, error=error.what, code=error.code, next_try=next_try
        )
        given_up = next_try is None and state != "available"
        if given_up:
            self._book.given_up = [*self._book.given_up, entry.package_id][-_REMEMBERED:]
        self._keep()
        return given_up

    def _next_try(self, error: KassaError, tries: int) -> datetime | None:
        """A full disk is not the package's fault: it is tried for as long as it takes."""
        if isinstance(error, PackageFromTheFuture) or (tries >= TRIES and not isinstance(error, DiskFull)):
            return None
        jitter = 0.8 + 0.4 * self._register.environment.random_bytes(1)[0] / 255
        pause: timedelta = min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE) * jitter
        return self._register.environment.clock.utc() + pause

    def cancel(self, table_group: str, package_id: str) -> None:
        """Headquarters wants a package left alone."""
        self._book.latest[table_group] = Failure(
            package_id=package_id, state="canceled", tries=0, error=CANCELED, code="canceled"
        )
        self._keep()

    def clear(self, table_group: str) -> None:
        """A package was applied, or everything is to be tried again."""
        if self._book.latest.pop(table_group, None) is not None:
            self._keep()

    def try_again(self, table_group: str) -> None:
        """Headquarters wants a table group tried again, whatever was given up."""
        self._book.given_up = []
        self._book.latest.pop(table_group, None)
        self._keep()

    def __iter__(self) -> Iterator[tuple[str, Failure]]:
        return iter(sorted(self._book.latest.items()))

    def _keep(self) -> None:
        self._register.keep_setting(*KEPT, msgspec.json.encode(self._book).decode())
