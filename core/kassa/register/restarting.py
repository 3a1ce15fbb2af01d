"""When a register with other plugins waiting may start itself again: never while anybody would notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.register.command_owners import owners_of_pending
from kassa.text import texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")
BY_HAND = _("Headquarters has changed this register's plugins. It uses them after it has been started again.")
BY_ITSELF = _(
    "Headquarters has changed this register's plugins. It starts itself again and uses them when no shift is open and "
    "nobody is logged on."
)
QUIET_S = 15.0
"""How long nothing must have gone on: whoever has just logged off may log on again."""


class Restarting:
    """Asked each second by whatever can start the process again."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._quiet_since: float | None = None
        self.by_itself = False
        """Whether there is something that starts the process again, as far as it is known now."""
        self.asked_for = False
        """Somebody wants it: an open shift does not stand in the way then."""

    @property
    def waits(self) -> bool:
        """Whether the next start uses other plugins than this one."""
        register = self._register
        folders = register.plugin_folders
        enabled = tuple(plugin.name for plugin in folders.enabled(register.record.plugins))
        if enabled != register.plugins.names:
            return True
        return folders.is_ready and folders.would_use_ready(owners_of_pending(register.journal))

    def tell(self) -> None:
        """Show on the screen that other plugins wait."""
        words = BY_ITSELF if self.by_itself else BY_HAND
        self._register.notice("plugins", words if self.waits else None)

    def is_due(self) -> bool:
        """Whether to close the register and start it again, now; never where nobody would start it."""
        self.tell()
        if not self.by_itself or not (self.asked_for or self.waits) or not self._is_quiet():
            self._quiet_since = None
            return False
        now = self._register.environment.clock.monotonic()
        if self._quiet_since is None:
            self._quiet_since = now
        return now - self._quiet_since >= QUIET_S

    def _is_quiet(self) -> bool:
        register = self._register
        shift_open = register.shift_id is not None and not self.asked_for
        return register.transaction is None and register.staff is None and not shift_open and not register.lanes.busy
