"""What headquarters wants done about sessions: rerun and cancel. Each order is carried out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kassa.packages.listing import SessionOrder
from kassa.register.face import RegisterFace
from kassa_sync.tries import Failures

LAST = ("sync", "last_order")
RELOADS = ("sync", "reload_groups")


class Orders:
    """Carries out orders as they come with the list.

    :param deliver: called when the backlog is to be delivered at once.
    """

    def __init__(self, register: RegisterFace, failures: Failures, deliver: Callable[[], None]) -> None:
        self._register = register
        self._failures = failures
        self._deliver = deliver

    @property
    def last(self) -> str:
        """The last order that was carried out."""
        return self._register.setting(*LAST) or ""

    def carry_out(self, orders: Sequence[SessionOrder]) -> bool:
        """Carry out those that are new; whether there were any."""
        fresh = [order for order in orders if order.order_id > self.last]
        for order in fresh:
            self._one(order)
            self._register.keep_setting(*LAST, order.order_id)
        return bool(fresh)

    def _one(self, order: SessionOrder) -> None:
        if not order.table_group:
            self._deliver()
            return
        failures = self._failures
        if order.action == "cancel":
            failures.cancel(order.table_group, order.package_id)
        elif failures.of(order.table_group) is not None:
            failures.try_again(order.table_group)
        else:
            self._keep_reloads({*self.reloads(), order.table_group})

    def reloads(self) -> set[str]:
        """Table groups that are to be loaded anew."""
        return set(filter(None, (self._register.setting(*RELOADS) or "").split(" ")))

    def reloaded(self, table_group: str) -> None:
        """A table group was loaded anew."""
        if table_group in self.reloads():
            self._keep_reloads(self.reloads() - {table_group})

    def _keep_reloads(self, groups: set[str]) -> None:
        self._register.keep_setting(*RELOADS, " ".join(sorted(groups)) or None)
