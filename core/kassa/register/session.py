"""Who is at the till: staff, lock, and the assertions that offline log-ons leave for the store server."""

from __future__ import annotations

import msgspec

from kassa.environment import Environment
from kassa.journal import Journal
from kassa.model import Staff
from kassa.operations import Place
from kassa.requests.staff import StaffAssertion

ASSERTIONS = "staff_assertions"


class Session:
    """The session at the till. It does not survive a restart; the sale in progress does."""

    def __init__(self, journal: Journal, environment: Environment) -> None:
        self._journal = journal
        self._environment = environment
        self.staff: Staff | None = None
        self.locked = False
        self.training = False
        kept = journal.setting("kassa", ASSERTIONS)
        self._assertions = () if kept is None else msgspec.json.decode(kept.encode(), type=tuple[StaffAssertion, ...])

    @property
    def place(self) -> Place:
        """Where on the till the cashier is."""
        if self.staff is None:
            return Place.LOGGED_OFF
        return Place.WELCOME if self._journal.sale is None else Place.SALE

    @property
    def assertions(self) -> tuple[StaffAssertion, ...]:
        """Offline log-ons that the store server has not yet accepted, oldest first."""
        return self._assertions

    def log_on(self, staff: Staff, *, verifier_version: str, offline: bool) -> None:
        """``staff`` is at the till; an offline log on leaves an assertion, durably."""
        if offline:
            record = self._journal.record
            assert record is not None
            now = self._environment.clock.utc()
            made = StaffAssertion(staff.staff_id, record.register_id, now, verifier_version)
            self._keep((*self._assertions, made))
        self.staff = staff
        self.locked = self.training = False

    def log_off(self) -> None:
        """Nobody is at the till."""
        self.staff = None
        self.locked = self.training = False

    def accepted(self, assertions: tuple[StaffAssertion, ...]) -> None:
        """The store server has accepted these assertions."""
        if assertions:
            self._keep(tuple(made for made in self._assertions if made not in assertions))

    def _keep(self, assertions: tuple[StaffAssertion, ...]) -> None:
        value = msgspec.json.encode(assertions).decode() if assertions else None
        self._journal.keep_setting("kassa", ASSERTIONS, value)
        self._assertions = assertions
