"""Staff: log on, approval by a manager, and the assertion that an offline log on leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from kassa.model import Staff
from kassa.runtime.request import Query


class LoggedOn(msgspec.Struct, frozen=True):
    """A successful log on; ``verifier_version`` says which verifier the PIN was checked against."""

    staff: Staff
    verifier_version: str


class LogOn(Query[LoggedOn], frozen=True):
    """Check a staff member's PIN. Refused with ``logged_on_wrong``, in the same words and time whatever was wrong;
    after five failed tries the staff member is locked for five minutes, online and offline alike.

    It is a query: what it remembers (failed tries) is kept by each side for itself.
    """

    NAME: ClassVar[str] = "kassa.log_on"
    ANSWER: ClassVar[Any] = LoggedOn
    SEES_OWN_ROWS: ClassVar[bool] = False

    staff_id: str
    pin: str

    def __repr__(self) -> str:
        return f"LogOn(staff_id={self.staff_id!r})"


class PinChanged(msgspec.Struct, frozen=True):
    """A PIN has been changed."""


class ChangePin(Query[PinChanged], frozen=True):
    """A staff member's own new PIN. Store server only; refused with ``logged_on_wrong`` like :class:`LogOn`, and
    counted as a try. Asked again after its answer was lost it is the PIN already, and is answered so.

    It is no command: those are kept in the journal, and no PIN is.
    """

    NAME: ClassVar[str] = "kassa.change_pin"
    ANSWER: ClassVar[Any] = PinChanged
    SEES_OWN_ROWS: ClassVar[bool] = False

    staff_id: str
    pin: str
    new_pin: str

    def __repr__(self) -> str:
        return f"ChangePin(staff_id={self.staff_id!r})"


class StaffAssertion(msgspec.Struct, frozen=True):
    """What an offline log on leaves: this staff member was accepted on this register then, by this verifier."""

    staff_id: str
    register_id: str
    at: datetime
    verifier_version: str


class StaffVerifier(msgspec.Struct, frozen=True):
    """What a register needs to check a PIN by itself: ``mac`` = HMAC-SHA256 by the register's secret of argon2id(PIN).

    ``salt``: 16 bytes; ``parameters``: time cost, memory cost in KiB, parallelism.
    """

    staff_id: str
    salt: bytes
    parameters: tuple[int, int, int]
    mac: bytes
    version: str


class StaffVerifiers(msgspec.Struct, frozen=True):
    """The verifiers of everybody who may log on in the register's store."""

    verifiers: tuple[StaffVerifier, ...]


class ReadStaffVerifiers(Query[StaffVerifiers], frozen=True):
    """The verifiers for offline log on, keyed for the asking register. Store server only."""

    NAME: ClassVar[str] = "kassa.read_staff_verifiers"
    ANSWER: ClassVar[Any] = StaffVerifiers
