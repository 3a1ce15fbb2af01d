"""Everything that Kassa raises, as one tree.

::

    KassaError                     what, what is kept, what to do, where; retryable?
    ├── Refusal                    an *answer* that says no (S1: never switches the connection); has a stable code
    │   ├── NotFound               nothing has that number, barcode or name
    │   ├── InvalidInput           what was entered cannot be used
    │   │   └── TooLarge           what was sent is larger than the other side, or the way to it, takes
    │   ├── NotAllowed             a permission, a limit or a rule says no; ``override`` if a manager may say yes
    │   ├── NotAvailable           cannot be done now: the place, the connection or the state is wrong
    │   ├── LoggedOnWrong          staff id or PIN is wrong, or locked out
    │   ├── DeviceNotTrusted       the store server does not accept this register's device key
    │   ├── NotServed              the store server has no such request, plugin or version
    │   └── ProtocolNotSpoken      the two sides share no protocol version
    ├── NoAnswer                   the store server gave no answer; ``reason`` says how (S1, S2)
    │   └── Canceled               the request was cut off by Disconnect
    ├── UnknownOutcome             a command was sent and its answer never came; asked by id before any retry
    ├── DiskFull                   the disk of this device takes no more
    ├── OfflineDatabaseUnavailable the offline database is missing, damaged or does not answer
    ├── JournalError               the register's own book cannot be used as asked
    │   ├── JournalInUse           another process has it
    │   ├── JournalDamaged         it does not read back as it was written
    │   ├── JournalNotWritten      the disk is full or refuses; nothing of the change was kept
    │   ├── JournalBehind          the store server knows later entries: numbering has stopped
    │   └── StaleGeneration        a worker that has been replaced tried to write
    ├── PluginFailure              a plugin raised, answered the wrong type or passed its budget
    └── SetupError                 the installation lacks something, or a setting is wrong

An error is raised with texts for the cashier; what support needs is in ``where`` and ``__cause__`` and goes to the
log. A traceback never reaches the screen.
"""

from __future__ import annotations

from typing import ClassVar

from kassa.text import Text, texts

_, n_ = texts("kassa")

NOTHING_LOST = _("Nothing is lost.")
SALE_KEPT = _("The sale is kept as it was.")


class KassaError(Exception):
    """Any failure that Kassa knows how to explain.

    :param what: what happened, for the cashier.
    :param kept: what is kept.
    :param hint: what to do now.
    :param where: the place for support: a file, an address, a request's name.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, what: Text, *, kept: Text = SALE_KEPT, hint: Text | None = None, where: str = "") -> None:
        super().__init__(what, kept, hint, where)
        self.what = what
        self.kept = kept
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        place = f" [{self.where}]" if self.where else ""
        return f"{self.what}{place}"


class Refusal(KassaError):
    """An answer that says no. It is the other side's considered word and never switches the connection (S1)."""

    code = "refused"
    status: ClassVar[int] = 422
    by_store_server: bool = False
    """The store server has said so: its word on a command is final. A register's own is not (system.md, commands)."""


class NotFound(Refusal):
    """Nothing has that number, barcode or name."""

    code = "not_found"
    status = 404


class InvalidInput(Refusal):
    """What was entered cannot be used: a quantity of 0, ``1,5e3``, a price below zero."""

    code = "invalid_input"


class TooLarge(InvalidInput):
    """What was sent is larger than the other side, or something on the way to it, takes: send it in smaller parts."""

    code = "too_large"
    status = 413


class NotAllowed(Refusal):
    """A permission, a limit or a rule says no. ``override`` tells that a manager may say yes."""

    code = "not_allowed"
    status = 409

    def __init__(
        self, what: Text, *, kept: Text = SALE_KEPT, hint: Text | None = None, where: str = "", override: bool = False
    ) -> None:
        super().__init__(what, kept=kept, hint=hint, where=where)
        self.override = override


class NotAvailable(Refusal):
    """It cannot be done now: in this place, in this connection state, or before something else is done."""

    code = "not_available"
    status = 409


class LoggedOnWrong(Refusal):
    """Staff id or PIN is wrong, or the two are locked for a while after too many tries."""

    code = "logged_on_wrong"
    status = 409


class DeviceNotTrusted(Refusal):
    """The store server does not accept this register's device key; switches with reason ``not_trusted`` (S1)."""

    code = "device_not_trusted"
    status = 403


class NotServed(Refusal):
    """The store server has no such request, or not this plugin in this version."""

    code = "not_served"
    status = 404


class ProtocolNotSpoken(Refusal):
    """The two sides share no protocol version."""

    code = "protocol_not_spoken"
    status = 400


class NoAnswer(KassaError):
    """The store server gave no answer, or something that is not one.

    :param reason: ``unreachable``, ``timeout`` or ``server_error`` (system.md, connection state).
    :param sent: False when it is certain that the request never reached the server.
    :param status: the HTTP status that came instead of an answer; None: none came.
    :param retry_after_s: seconds to wait before the next try, if whoever sent that status asks for it.
    """

    code = "no_answer"
    retryable = True

    def __init__(
        self,
        what: Text,
        *,
        reason: str,
        sent: bool = True,
        where: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(what, hint=_("Try again in a while."), where=where)
        self.reason = reason
        self.sent = sent
        self.status = status
        self.retry_after_s = retry_after_s


class Canceled(NoAnswer):
    """The request was cut off, by Disconnect or because another request has already switched."""

    code = "canceled"


class UnknownOutcome(KassaError):
    """A command was sent and no answer came: it may have been done. It is asked by its id before any retry."""

    code = "unknown_outcome"
    retryable = True


class OfflineDatabaseUnavailable(KassaError):
    """The offline database is missing, damaged or does not answer. The sale in progress can still be finished."""

    code = "offline_database_unavailable"


class DiskFull(KassaError):
    """The disk of this device takes no more. Nothing of what was being written is kept, everything before it is."""

    code = "disk_full"
    retryable = True

    def __init__(self, *, where: str) -> None:
        super().__init__(
            _("The disk of this device is full or refuses."),
            kept=_("The register goes on selling on the data it has."),
            hint=_("Free some space, or call support."),
            where=where,
        )


class JournalError(KassaError):
    """The register's own book cannot be used as asked."""

    code = "journal"


class JournalInUse(JournalError):
    """Another process has the journal open."""

    code = "journal_in_use"


class JournalDamaged(JournalError):
    """The journal does not read back as it was written. It is never repaired by deleting."""

    code = "journal_damaged"


class JournalNotWritten(JournalError):
    """The disk is full or refuses to write. Nothing of the change was kept; everything before it is."""

    code = "journal_not_written"
    retryable = True


class JournalBehind(JournalError):
    """The store server knows later entries of this series than the journal: a copy or an old backup. No new number."""

    code = "journal_behind"


class StaleGeneration(JournalError):
    """A worker that was given up and replaced tried to write. Refused, so that nothing is written twice."""

    code = "stale_generation"


class PluginFailure(KassaError):
    """A plugin raised, answered the wrong type or passed its time budget."""

    code = "plugin_failure"

    def __init__(self, what: Text, *, plugin: str, where: str = "") -> None:
        super().__init__(what, hint=_("Go on without it, or call support: plugin {name}.", name=plugin), where=where)
        self.plugin = plugin


class SetupError(KassaError):
    """The installation lacks something, or a setting cannot be used."""

    code = "setup"


REFUSALS: dict[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        Refusal,
        NotFound,
        InvalidInput,
        TooLarge,
        NotAllowed,
        NotAvailable,
        LoggedOnWrong,
        DeviceNotTrusted,
        NotServed,
        ProtocolNotSpoken,
    )
}
"""Each refusal by its code, as an answer from the store server names it."""
