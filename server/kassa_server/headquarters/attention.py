"""What needs a person: the start page's list, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from kassa.text import Text, literal, texts
from kassa_server.headquarters.card_payments import unsettled_cards
from kassa_server.headquarters.completeness import registers_of
from kassa_server.headquarters.device_revocations import DEVICE_REVOKED, held_registers
from kassa_server.headquarters.offline_status import RegisterOfflineStatus, offline_statuses
from kassa_server.headquarters.proof.findings import with_notes
from kassa_server.headquarters.proof.return_findings import returns
from kassa_server.headquarters.restored import ahead_of
from kassa_server.headquarters.returning_devices import returning_devices
from kassa_server.headquarters.scopes import active_scopes
from kassa_server.headquarters.table_group_words import table_group_name
from kassa_server.schema import (
    distribution_run,
    distribution_schedule,
    journal_conflict,
    package_list,
    parked_entry,
    register,
    series,
)
from kassa_server.told_words import told_words

_, n_ = texts("kassa_server")

ERROR, WARNING = "error", "warning"
OLD_DATA = timedelta(hours=24)
_MOST_NAMED = 10


@dataclass(frozen=True)
class Attention:
    """One thing to look at. ``path``: the page that says more."""

    kind: str
    what: Text
    path: str


def needs_attention(connection: Connection, now: datetime) -> list[Attention]:
    """Everything that needs a person now."""
    found = [
        *_restored(connection),
        *_returning(connection),
        *_journal(connection),
        *_distribution(connection),
        *_lists(connection, now),
    ]
    for status in offline_statuses(connection, now):
        found += _register(status)
    return sorted(found, key=lambda one: one.kind != ERROR)


def _register(status: RegisterOfflineStatus) -> list[Attention]:
    name, page = literal(status.name), f"/registers/{status.register_id}"
    found: list[Attention] = []
    for group in status.groups:
        if group.error:
            what = _(
                "{register}: {group} stands still. {error}",
                register=name, group=table_group_name(group.table_group),
                error=told_words(group.said, group.error),
            )  # fmt: skip
            found.append(Attention(ERROR, what, "/sessions?failed=yes"))
    if status.list_error and not status.ahead:
        what = _("{register} was given a list of packages that it does not trust. {error}",
                 register=name, error=told_words(status.list_said, status.list_error))  # fmt: skip
        found.append(Attention(ERROR, what, page))
    if status.upload_failed is not None:
        what = _("{register}: what waits in it is not delivered. {error}", register=name, error=status.upload_failed)
        found.append(Attention(ERROR, what, "/sessions?failed=yes"))
    if status.entries_waiting and status.state == "silent":
        waits = n_(
            "{register}: no contact, and {count} journal entry waits in it.",
            "{register}: no contact, and {count} journal entries wait in it.",
            count=status.entries_waiting, register=name,
        )  # fmt: skip
        found.append(Attention(WARNING, waits, page))
    if status.state == "never":
        found.append(Attention(WARNING, _("{register} has not been activated yet.", register=name), page))
    elif status.support_offline and status.ready is False:
        what = _("{register} would not sell without the store server.", register=name)
        found.append(Attention(WARNING, what, "/offline-status"))
    if status.support_offline and data_is_old(status):
        found.append(Attention(WARNING, _("{register} has data that is more than a day old.", register=name), page))
    return found


def data_is_old(status: RegisterOfflineStatus) -> bool:
    """Whether a register's data has not been checked for a day."""
    return status.data_age_s is not None and status.data_age_s > OLD_DATA.total_seconds()


def _restored(connection: Connection) -> list[Attention]:
    ahead = ahead_of(connection)
    if not ahead:
        return []
    names = literal(", ".join(one.database_id for one in ahead[:_MOST_NAMED]))
    what = n_(
        "Headquarters was restored from a backup: {names} has had newer data, and takes nothing from it until you say "
        "so: kassa headquarters restored",
        "Headquarters was restored from a backup: {names} ({count} in all) have had newer data, and take nothing from "
        "it until you say so: kassa headquarters restored",
        count=len(ahead), names=names,
    )  # fmt: skip
    return [Attention(ERROR, what, "/offline-status")]


def _returning(connection: Connection) -> list[Attention]:
    found = []
    for one in returning_devices(connection):
        what = _(
            "{register}: a device that was activated after the backup waits to be admitted again.",
            register=literal(one.register_id),
        )
        found.append(Attention(ERROR, what, f"/registers/{one.register_id}"))
    return found


def _journal(connection: Connection) -> list[Attention]:
    found: list[Attention] = []
    copied = (
        select(register.c.register_id, register.c.name)
        .join(series, series.c.register_id == register.c.register_id)
        .where(series.c.behind_at.is_not(None), series.c.closed_at.is_(None))
    )
    for row in connection.execute(copied):
        what = _("{register}: its journal was copied or restored from a backup.", register=literal(row.name))
        found.append(Attention(ERROR, what, f"/registers/{row.register_id}"))
    conflicts = connection.execute(select(func.count()).select_from(journal_conflict)).scalar_one()
    if conflicts:
        what = n_(
            "{count} journal entry contradicts what is stored.", "{count} journal entries contradict what is stored.",
            count=conflicts,
        )  # fmt: skip
        found.append(Attention(ERROR, what, "/completeness"))
    held = held_registers(connection)
    names = {row.register_id: row.name for row in connection.execute(select(register))} if held else {}
    for register_id, count in held.items():
        what = n_(
            "{register}: {count} entry of a revoked device waits for somebody to accept it.",
            "{register}: {count} entries of a revoked device wait for somebody to accept them.",
            count=count, register=literal(names[register_id]),
        )  # fmt: skip
        found.append(Attention(ERROR, what, "/parked"))
    stuck = select(func.count()).select_from(parked_entry).where(parked_entry.c.reason != DEVICE_REVOKED)
    parked = connection.execute(stuck).scalar_one()
    if parked:
        what = n_(
            "{count} journal entry is stored but could not be posted.",
            "{count} journal entries are stored but could not be posted.",
            count=parked,
        )
        found.append(Attention(ERROR, what, "/parked"))
    found += _cards(connection)
    back = with_notes(connection, returns(connection, registers_of(connection)))
    found.extend(Attention(ERROR, one.what, "/completeness") for one in back if one.handled is None)
    return found


def _cards(connection: Connection) -> list[Attention]:
    counts = unsettled_cards(connection)
    found: list[Attention] = []
    if counts.charged:
        what = n_(
            "{count} card was charged, and its customer is to be paid back.",
            "{count} cards were charged, and their customers are to be paid back.", count=counts.charged,
        )  # fmt: skip
        found.append(Attention(ERROR, what, "/card-payments"))
    if counts.unknown:
        what = n_(
            "{count} card payment has no answer from its terminal yet.",
            "{count} card payments have no answer from their terminals yet.", count=counts.unknown,
        )  # fmt: skip
        found.append(Attention(WARNING, what, "/card-payments"))
    return found


def _distribution(connection: Connection) -> list[Attention]:
    found: list[Attention] = []
    runs = distribution_run.c
    last = connection.execute(select(runs.state, runs.job).order_by(runs.started_at.desc()).limit(1)).first()
    if last is not None and last.state == "create_failed":
        what = _("The last run of job {job} failed.", job=literal(str(last.job)))
        found.append(Attention(ERROR, what, "/schedules"))
    on = select(distribution_schedule.c.job).where(distribution_schedule.c.enabled)
    if connection.execute(on).first() is None:
        found.append(Attention(WARNING, _("No distribution schedule is switched on."), "/schedules"))
    return found


def _lists(connection: Connection, now: datetime) -> list[Attention]:
    """Lists that nobody has renewed in time: registers warn of them, and go on selling."""
    names = {scope.name for scope in active_scopes(connection)}
    expired = select(package_list.c.scope).where(package_list.c.expires_at < now).distinct()
    return [
        Attention(
            ERROR,
            _("The list of data packages for {scope} has expired: no run has renewed it.", scope=literal(scope)),
            "/schedules",
        )
        for scope in connection.execute(expired.order_by(package_list.c.scope)).scalars()
        if scope in names
    ]
