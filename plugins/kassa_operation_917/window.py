"""The connection status window (system.md), as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.connection import ConnectionState, Reason
from kassa.text import Text, texts
from kassa.windows import Action, Window
from kassa_operation_917.rows import all_rows

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_operation_917")

NUMBER, NAME = 917, "connection_status"


def connection_status(register: RegisterFace) -> Window:
    """The window as it is now. Answers at once: nothing here asks the network."""
    state = register.connection.state()
    return Window(
        NAME,
        _("Connection status"),
        _subtitle(register, state),
        tuple(all_rows(register, state)),
        _actions(register, state),
    )


def switch_label(state: ConnectionState) -> Text:
    """The live name (S5): *Disconnect* while connected, *Connect* while disconnected."""
    return _("Disconnect") if state.online else _("Connect")


def _subtitle(register: RegisterFace, state: ConnectionState) -> Text:
    if state.online:
        return _("The register works with the store server.")
    if state.can_switch and register.offline_database.available:
        return _("The register goes on selling from the offline database. No sale is lost.")
    return _("The sale in progress can be paid. New sales wait for the store server.")


def _actions(register: RegisterFace, state: ConnectionState) -> tuple[Action, ...]:
    by_hand = not state.online and state.reason is Reason.MANUAL
    if by_hand and register.connection.plan() is not None:
        stay = Action(_("Stay disconnected"), NUMBER, {"action": "disconnect"})
        return Action(_("Close")), stay, Action(switch_label(state), NUMBER, {"action": "connect"}, primary=True)
    running = register.sync_status().running
    synchronise = Action(
        _("Synchronise now"), NUMBER, {"action": "synchronise"}, enabled=not by_hand and running is None,
        reason=_("Disconnected by hand") if by_hand else running,
    )  # fmt: skip
    stuck = state.online and not state.can_switch
    switch = Action(
        switch_label(state), NUMBER, {"action": "disconnect" if state.online else "connect"}, primary=True,
        enabled=not stuck, reason=_("No offline database on this register") if stuck else None,
    )  # fmt: skip
    return Action(_("Close")), synchronise, switch
