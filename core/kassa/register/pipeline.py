"""The way of an operation: known, allowed here, permitted, available in this state; then run, then events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from kassa.errors import InvalidInput, KassaError, NotAllowed, NotAvailable, PluginFailure
from kassa.model import Staff, Transaction
from kassa.operations import ManagerApproval, Offline, Operation, OperationResult, Place
from kassa.register.context import RunningOperation
from kassa.requests.staff import LogOn
from kassa.text import Text, literal, texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")
APPROVE = "approve"
"""The permission to approve what another may not do alone."""


class Pipeline:
    """Runs operations for a register."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def find(self, operation_id: int) -> tuple[Operation, str]:
        """The operation and its plugin's name.

        :raises NotAvailable: no plugin of this register has it.
        """
        found = self._register.operations.get(operation_id)
        if found is None:
            raise NotAvailable(
                _("Operation {id} is not on this register.", id=str(operation_id)),
                hint=_("Ask headquarters to enable its plugin."),
            )
        return found

    def unavailable(self, operation: Operation, plugin: str) -> Text | None:
        """Why an operation cannot run as things are; None: it can. Shown before it is pressed."""
        if self._register.plugins.is_switched_off(plugin):
            return _("Switched off: it has failed too often")
        state = self._register.connection.state()
        if state.online or operation.offline is not Offline.NO:
            return None
        return operation.offline_reason or _("Needs the store server")

    def needs_manager(self, operation: Operation) -> bool:
        """Whether whoever is logged on may run it only with a manager's approval."""
        staff = self._register.staff
        return bool(
            staff and operation.override and operation.permission and operation.permission not in staff.permissions
        )

    def run(
        self, operation_id: int, parameters: dict[str, Any], approval: ManagerApproval | None, generation: int
    ) -> OperationResult:
        """Run an operation on this thread.

        :raises kassa.errors.KassaError: it is not allowed or not available, or says no itself.
        """
        operation, plugin = self.find(operation_id)
        values = self._parameters(operation, plugin, parameters)
        self._check_place(operation)
        approver = self._approver(operation, approval, generation)
        self._check_permission(operation, approver)
        reason = self.unavailable(operation, plugin)
        if reason is not None:
            off = self._register.plugins.is_switched_off(plugin)
            raise NotAvailable(
                reason, hint=_("Call support.") if off else _("Try again when the register is connected.")
            )
        context = RunningOperation(self._register, operation, plugin, values, generation, approver)
        begun = self._begin_transaction(operation, context, approver is not None)
        try:
            return self._call(operation, plugin, context)
        finally:
            context.give_up()
            if begun and self._register.journal.sale is None:
                self._register.connection.transaction_ended()

    def _parameters(self, operation: Operation, plugin: str, given: dict[str, Any]) -> Any:
        try:
            return msgspec.convert(given, operation.parameters, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidInput(
                _("{operation} cannot use what was entered.", operation=operation.name),
                hint=_("Type it again."), where=f"operation {operation.id}: {error}",
            ) from error  # fmt: skip
        except Exception as error:
            raise self._failed(operation, plugin, error) from error

    def _check_place(self, operation: Operation) -> None:
        session = self._register.session
        if session.locked and operation.permission is not None:
            raise NotAvailable(_("The till is locked."), hint=_("Unlock it with your PIN."))
        if session.place in operation.places:
            return
        if session.place is Place.LOGGED_OFF:
            raise NotAvailable(_("Nobody is logged on."), hint=_("Log on first."))
        if session.place is Place.WELCOME:
            raise NotAvailable(_("There is no sale in progress."), hint=_("Scan an item to start one."))
        raise NotAvailable(_("A sale is in progress."), hint=_("Finish it, suspend it or void it first."))

    def _approver(self, operation: Operation, approval: ManagerApproval | None, generation: int) -> Staff | None:
        if approval is None:
            return None
        _refuse_own(self._register.staff, approval.staff_id)
        request = LogOn(approval.staff_id, approval.pin)
        approver = self._register.exchange.send(request, plugin="kassa", generation=generation).staff
        # However the number was typed, it is the same person.
        _refuse_own(self._register.staff, approver.staff_id)
        wanted = {APPROVE} | ({operation.permission} if operation.permission else set())
        if not wanted <= approver.permissions:
            raise NotAllowed(
                _("{name} may not approve this.", name=literal(approver.name)), hint=_("Ask a manager."), override=True
            )
        return approver

    def _check_permission(self, operation: Operation, approver: Staff | None) -> None:
        if operation.permission is None:
            return
        staff = self._register.staff
        if staff is None:
            raise NotAvailable(_("Nobody is logged on."), hint=_("Log on first."))
        approved = approver is not None and operation.override
        if operation.permission not in staff.permissions and not approved:
            raise NotAllowed(
                _("{name} may not use {operation}.", name=literal(staff.name), operation=operation.name),
                hint=_("A manager can approve it.") if operation.override else _("Ask a manager to do it."),
                override=operation.override,
            )

    def _begin_transaction(self, operation: Operation, context: RunningOperation, approved: bool) -> bool:
        """A new transaction, if the operation starts one. It is in progress once the operation has saved it: one that
        fails leaves no empty sale behind."""
        register = self._register
        if not operation.starts_transaction or register.journal.sale is not None:
            return False
        register.require_plugins()
        register.connection.transaction_starting(approved)
        try:
            register.journal.numbering()
            context.begin(self._new_transaction())
        except KassaError:
            register.connection.transaction_ended()
            raise
        return True

    def _new_transaction(self) -> Transaction:
        register = self._register
        record, staff = register.record, register.staff
        assert staff is not None, "operations that start a transaction need somebody logged on"
        return Transaction(
            transaction_id=register.environment.new_id(), store_id=record.store.store_id,
            register_id=record.register_id, staff_id=staff.staff_id, currency=record.store.currency,
            tax_included=record.store.tax_included, started_at=register.environment.clock.utc(),
        )  # fmt: skip

    def _call(self, operation: Operation, plugin: str, context: RunningOperation) -> OperationResult:
        try:
            result = operation.run(context)
        except KassaError:
            raise
        except (Exception, SystemExit) as error:
            raise self._failed(operation, plugin, error) from error
        if result is None:
            return OperationResult()
        if not isinstance(result, OperationResult):
            raise self._failed(operation, plugin, TypeError(f"answered {type(result).__name__}"))
        return result

    def _failed(self, operation: Operation, plugin: str, error: BaseException) -> PluginFailure:
        """The error to raise for a plugin that did not keep to the contract; it is named on the screen."""
        where = f"operation {operation.id}: {error}"
        self._register.plugins.failed(plugin, f"operation {operation.id}", error)
        return PluginFailure(_("{operation} did not work.", operation=operation.name), plugin=plugin, where=where)


def _refuse_own(own: Staff | None, approver_id: str) -> None:
    if own is not None and own.staff_id == approver_id:
        raise NotAllowed(_("Another person must approve this."), hint=_("Ask a manager."), override=True)
