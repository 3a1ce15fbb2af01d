"""Operations: everything a cashier does. Each is a plugin's; this module is what a plugin declares one with."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import msgspec

from kassa.model import RegisterRecord, Staff, Transaction
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.text import Text
from kassa.windows import Window

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace, RegisterView
    from kassa.runtime.request import Request

Answer = TypeVar("Answer")


class Place(enum.Enum):
    """Where on the till an operation may be used."""

    LOGGED_OFF = "logged_off"
    WELCOME = "welcome"
    SALE = "sale"


class Offline(enum.Enum):
    """Whether an operation works without the store server."""

    YES = "yes"
    LIMITED = "limited"
    NO = "no"


class Lane(enum.Enum):
    """Which worker runs an operation. ``SALE``: in order, one at a time. ``CONTROL``: at once, beside everything.
    ``SEARCH``: read-only, beside the sale."""

    SALE = "sale"
    CONTROL = "control"
    SEARCH = "search"


AT_WORK = frozenset({Place.WELCOME, Place.SALE})


class NoParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For operations that take none."""


@dataclass(frozen=True)
class ButtonFace:
    """What an operation's button shows now. ``detail`` is the small line under the name."""

    label: Text
    detail: Text | None = None
    enabled: bool = True


class Entry(msgspec.Struct, frozen=True):
    """Something that pressing an operation's button hands in: from what the cashier has typed, else asked for.

    :param parameter: the parameter's name.
    :param kind: ``line`` (the selected line's id, never asked for); ``quantity``, ``amount``, ``percent`` (Decimals);
        ``count`` (a whole number from 0); ``code``, ``text`` (strings); ``pin`` (digits that are not shown).
    :param prompt: what is asked for.
    """

    parameter: str
    kind: Literal["line", "quantity", "amount", "percent", "count", "code", "text", "pin"]
    prompt: Text


class ManagerApproval(msgspec.Struct, frozen=True):
    """A manager's id and PIN, given to let an operation pass that the cashier may not do alone."""

    staff_id: str
    pin: str

    def __repr__(self) -> str:
        return f"ManagerApproval(staff_id={self.staff_id!r})"


@dataclass(frozen=True)
class Operation:
    """One operation, as its plugin declares it (system.md, what an operation declares).

    :param id: the field's number; partners' start at 5000.
    :param name: for buttons and logs.
    :param run: called with an :class:`OperationContext` on the operation's lane.
    :param parameters: a Struct type that parameters are checked against before ``run``.
    :param offline: works without the store server; ``offline_reason`` says why not, or what is limited.
    :param permission: the permission it needs; None: everyone, also before log on.
    :param override: a different person with the permission may approve it.
    :param starts_transaction: a transaction is created if there is none.
    :param button: the face now, for operations whose button lives; None: the name.
    :param budget_s: how long it may run before its lane is given up.
    :param entries: what the screen hands in when the button is pressed.
    """

    id: int
    name: Text
    run: Callable[[OperationContext], OperationResult | None]
    parameters: type[msgspec.Struct] = NoParameters
    places: frozenset[Place] = AT_WORK
    offline: Offline = Offline.YES
    offline_reason: Text | None = None
    permission: str | None = "sell"
    override: bool = False
    starts_transaction: bool = False
    lane: Lane = Lane.SALE
    button: Callable[[RegisterView], ButtonFace] | None = None
    budget_s: float = 60
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class OperationResult:
    """What an operation hands back to the screen.

    :param message: one quiet line.
    :param window: a window to open.
    :param data: for the caller: what a price check found, the rows of a search.
    """

    message: Text | None = None
    window: Window | None = None
    data: Any = None


@dataclass(frozen=True)
class Finished:
    """A finished sale, void or other journalled event."""

    entry_id: str
    kind: str
    sequence: int
    receipt_number: str | None
    transaction: Transaction | None


class Question(msgspec.Struct, frozen=True):
    """Something that only the cashier can decide, or knows. ``default`` is taken after ``timeout_s``.

    ``entry``: something is to be typed or scanned, and is the answer; the choices stand beside it. Its kind is ``code``
    or ``text``.
    """

    text: Text
    choices: tuple[tuple[str, Text], ...]
    default: str
    timeout_s: float = 10
    entry: Entry | None = None


class OperationContext(Protocol):
    """What a running operation may use. The transaction is changed only by :meth:`save`; it is durable when that
    returns. An operation that raises leaves the transaction as it last saved it."""

    @property
    def operation(self) -> Operation:
        """The operation itself."""

    @property
    def parameters(self) -> Any:
        """The parameters, an instance of the operation's ``parameters`` type."""

    @property
    def register(self) -> RegisterFace:
        """The register."""

    @property
    def approved_by(self) -> str | None:
        """The manager who approved, when one did."""

    @property
    def approver(self) -> Staff | None:
        """That manager, whose permissions and limits hold for this operation."""

    @property
    def record(self) -> RegisterRecord:
        """The register's record."""

    @property
    def staff(self) -> Staff:
        """Who is logged on.

        :raises kassa.errors.NotAvailable: nobody is.
        """

    @property
    def transaction(self) -> Transaction:
        """The transaction in progress.

        :raises kassa.errors.NotAvailable: there is none.
        """

    @property
    def has_transaction(self) -> bool:
        """Whether one is in progress."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The operation's plugin's settings for this register."""

    def now(self) -> datetime:
        """The time, UTC."""

    def new_id(self) -> str:
        """A new UUIDv7."""

    def send(self, request: Request[Answer]) -> Answer:
        """Ask the commerce runtime. A command is in the journal before it is first sent; its answer, and what that
        does to the sale in progress (``Command.TILL_EFFECT``), are in the journal when this returns.

        :raises kassa.errors.Refusal: the answer was no.
        """

    def discounted(self, transaction: Transaction) -> Transaction:
        """``transaction`` with the discount lines that plugins offer it now (hook ``offer_discounts``); ``save`` does
        this by itself."""

    def save(self, transaction: Transaction) -> None:
        """Make ``transaction`` the one in progress, durably. Where its lines, customer or coupons
        have changed, plugins are asked first for the discounts that lines get by themselves.

        :raises kassa.errors.JournalNotWritten: the disk refuses; the transaction is as before.
        """

    def finish(self, transaction: Transaction | None = None) -> Finished:
        """Finish the transaction in progress, or ``transaction`` in its place, which must be paid: one local
        transaction writes entry, receipt number and chain; delivery follows by itself.

        :raises kassa.errors.NotAvailable: something is still to pay.
        """

    def void(self) -> Finished:
        """Void the whole transaction in progress; journalled, without a receipt number."""

    def authorize_card(self, request: CardRequest) -> CardAnswer:
        """Have a card terminal authorise an amount (hook ``authorize_card``).

        :raises kassa.errors.NotAvailable: no plugin has a terminal.
        """

    def reverse_card(self, request: CardRequest) -> CardAnswer:
        """Have the card terminal take back the payment of that id (hook ``reverse_card``).

        :raises kassa.errors.NotAvailable: no plugin has a terminal.
        """

    def journal(self, kind: str, payload: Any) -> Finished:
        """Write an event of a plugin's own kind (``drawer``, ``audit``, …) to the journal."""

    def ask(self, question: Question) -> str:
        """Ask the cashier and wait; the chosen key, or the default."""

    def log_on(self, staff: Staff, *, verifier_version: str, offline: bool) -> None:
        """Make ``staff`` the one logged on."""

    def log_off(self) -> None:
        """Nobody is logged on.

        :raises kassa.errors.NotAvailable: a transaction is in progress.
        """

    def train(self, wanted: bool) -> None:
        """Begin or end training mode: sales are marked, counted as training on the Z, and in no other figure. It ends
        with log off.

        :raises kassa.errors.NotAvailable: a transaction is in progress.
        """

    def lock(self, locked: bool) -> None:
        """Lock the till, or unlock it."""
