"""The status header: connection state, since when and why; sales that wait; age of the data (S4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kassa.connection import ConnectionState, Reason
from kassa.hookspecs import PluginInfo, hook
from kassa.text import Moment, texts
from kassa.windows import StatusItem

if TYPE_CHECKING:
    from kassa.register.face import RegisterView, SyncStatus

PLUGIN = PluginInfo("status_header", "0.1.0", 1, "Status header")

_, n_ = texts("kassa_status_header")

CONNECTION_STATUS = 917
_TODAY = timedelta(hours=20)

WHY = {
    Reason.UNREACHABLE: _("Store server cannot be reached"),
    Reason.TIMEOUT: _("Store server does not answer"),
    Reason.SERVER_ERROR: _("Store server is in trouble"),
    Reason.NOT_TRUSTED: _("Store server does not accept this register"),
    Reason.DEGRADED: _("Store server is slow"),
    Reason.MANUAL: _("Disconnected by hand"),
    Reason.STARTING: _("No contact yet"),
}
"""Each reason in a few words; the connection status window has the whole story."""


@hook
def status_items(view: RegisterView) -> Sequence[StatusItem]:
    """Pill, reason, what waits, age of the data."""
    return list(_items(view))


def _items(view: RegisterView) -> Iterator[StatusItem]:
    state = view.connection
    yield _pill(state, view.now)
    if not state.online and state.reason is not None:
        yield StatusItem("text", WHY[state.reason], "offline", "warning", CONNECTION_STATUS)
    if view.waiting.count:
        waiting = n_("{count} sale waiting for upload", "{count} sales waiting for upload", count=view.waiting.count)
        yield StatusItem("waiting", waiting, "plain" if state.online else "offline", "", CONNECTION_STATUS)
    yield _data(view.sync, view.now)


def _pill(state: ConnectionState, now: datetime) -> StatusItem:
    if state.online:
        return StatusItem("pill", _("Connected · Store server"), "connected", "dot", CONNECTION_STATUS)
    text = _("Disconnected · since {time}", time=_time(state.since, now))
    return StatusItem("pill", text, "offline", "dot", CONNECTION_STATUS)


def _data(sync: SyncStatus, now: datetime) -> StatusItem:
    """The age counts from the last successful check; a failed attempt since then is a warning."""
    if sync.checked_at is None:
        return StatusItem("data", _("Not synchronised yet"), "warning", "warning", CONNECTION_STATUS)
    failed = sync.download is not None and not sync.download.succeeded
    text = _("Synced {time}", time=_time(sync.checked_at, now))
    return StatusItem(
        "data", text, "warning" if failed else "plain", "warning" if failed else "check", CONNECTION_STATUS
    )


def _time(at: datetime, now: datetime) -> Moment:
    """A time of today, or with its day."""
    return Moment(at, "date" if now - at > _TODAY else "short")
