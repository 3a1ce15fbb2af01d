"""The rows of the connection status window: each a fact with its label."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from kassa.connection import ConnectionState, Reason, ReconnectPlan
from kassa.errors import OfflineDatabaseUnavailable
from kassa.text import Moment, Money, Number, Text, literal, texts
from kassa.windows import Row

if TYPE_CHECKING:
    from kassa.register.face import Attempt, GroupStatus, Readiness, RegisterFace

_, n_ = texts("kassa_operation_917")

_TODAY = timedelta(hours=20)
_MB = Decimal(1_000_000)
_GROUPS = {
    "customers": _("Data: customers"),
    "prices": _("Data: prices"),
    "products": _("Data: products"),
    "staff": _("Data: staff"),
    "taxes": _("Data: taxes"),
}
"""The table groups in the words of whoever reads the window."""


def all_rows(register: RegisterFace, state: ConnectionState) -> Iterator[Row]:
    """Every row, from top to bottom."""
    now, status = register.environment.clock.utc(), register.sync_status()
    yield Row(_("State"), _state(state))
    yield Row(_("Since"), _when(state.since, now))
    yield Row(_("Ready to sell offline"), _readiness(register.readiness()))
    yield Row(_("Store server"), literal(register.remote.address))
    if not state.online:
        yield Row(_("Next attempt to connect"), _plan(register.connection.plan(), now))
    labels = _("Last download"), _("Last successful download")
    yield from _attempts(labels, status.download, status.download_success, _brought, now)
    labels = _("Last upload"), _("Last successful upload")
    yield from _attempts(labels, status.upload, status.upload_success, _sent, now)
    if status.running is not None:
        yield Row(_("Synchronisation"), status.running)
    yield Row(_("Waiting for upload"), _waiting(register, now))
    yield Row(_("Offline database"), _database(register, state))
    if status.promised_until is not None:
        yield Row(_("Data promised until"), _promised(status.promised_until, now))
    for group in status.groups:
        yield Row(_GROUPS.get(group.table_group, literal(group.table_group)), _group(group, now))


def _state(state: ConnectionState) -> Text:
    if state.online:
        return _("Connected")
    if state.reason is Reason.MANUAL and state.cause is not None:
        return state.cause
    return _("Disconnected") if state.cause is None else _("Disconnected. {cause}", cause=state.cause)


def _when(at: datetime, now: datetime, style: str = "short") -> Text:
    """A time of today, or with its day."""
    return _("{time}", time=Moment(at, "date" if now - at > _TODAY else style))


def _plan(plan: ReconnectPlan | None, now: datetime) -> Text:
    if plan is None:
        return _("none until Connect is pressed")
    if plan.earliest is None:
        return _("at the next sale")
    return _("at the next sale, {time} at the earliest", time=_when(plan.earliest, now))


def _attempts(
    labels: tuple[Text, Text],
    last: Attempt | None,
    success: Attempt | None,
    work: Callable[[Attempt], Text],
    now: datetime,
) -> Iterator[Row]:
    """The last attempt (S4), of an earlier run if this one made none; the last success too, if it is another one."""
    last = last or success
    yield Row(labels[0], _("not yet") if last is None else _attempt(last, work, now))
    if last is not None and not last.succeeded:
        yield Row(labels[1], _("none yet") if success is None else _attempt(success, work, now))


def _attempt(attempt: Attempt, work: Callable[[Attempt], Text], now: datetime) -> Text:
    time = _when(attempt.at, now, "long")
    if not attempt.succeeded:
        return _("{time} · failed: {error}", time=time, error=attempt.error or literal("?"))
    return _("{time} · {work} · succeeded", time=time, work=work(attempt))


def _brought(attempt: Attempt) -> Text:
    packages = n_("{count} package", "{count} packages", count=attempt.packages)
    return _("{packages} · {rows}", packages=packages, rows=n_("{count} row", "{count} rows", count=attempt.rows))


def _sent(attempt: Attempt) -> Text:
    """An upload counts journal entries: sales, and whatever else the journal holds."""
    return n_("{count} entry", "{count} entries", count=attempt.rows) if attempt.rows else _("nothing waited")


def _waiting(register: RegisterFace, now: datetime) -> Text:
    waiting = register.waiting()
    if not waiting.count:
        return _("nothing")
    sales = n_("{count} sale", "{count} sales", count=waiting.count)
    amount = Money(waiting.amount, register.record.store.currency)
    if waiting.oldest is None:
        return _("{sales} · {amount}", sales=sales, amount=amount)
    return _("{sales} · {amount} · oldest {time}", sales=sales, amount=amount, time=_when(waiting.oldest, now))


def _database(register: RegisterFace, state: ConnectionState) -> Text:
    if not state.can_switch:
        return _("none on this register")
    try:
        items = n_("{count} item", "{count} items", count=register.offline_database.items())
    except OfflineDatabaseUnavailable as error:
        return error.what
    size = Number((Decimal(register.offline_database.size()) / _MB).quantize(Decimal("0.1")))
    engine = literal(register.offline_database.title)
    return _("{engine} · {size} MB · {items}", engine=engine, size=size, items=items)


def _group(group: GroupStatus, now: datetime) -> Text:
    """How many rows, since when, and what is wrong with the next package."""
    rows, time = n_("{count} row", "{count} rows", count=group.rows), _when(group.applied_at, now)
    if group.error is None:
        return _("{rows} · since {time}", rows=rows, time=time)
    return _("{rows} · since {time} · stopped: {error}", rows=rows, time=time, error=group.error)


def _promised(until: datetime, now: datetime) -> Text:
    """Until when headquarters promised the data; a promise that is over warns, and stops nothing."""
    time = _("{time}", time=Moment(until, "date"))
    return _("{time} · passed: headquarters should have renewed it", time=time) if now > until else time


def _readiness(readiness: Readiness) -> Text:
    if readiness.ready:
        return _("yes")
    causes = readiness.causes[0].what if readiness.causes else literal("?")
    for cause in readiness.causes[1:]:
        causes = _("{one} {two}", one=causes, two=cause.what)
    return _("no: {causes}", causes=causes)
