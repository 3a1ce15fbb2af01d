"""What needs a person: the start page's list, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from kassa.text import Text, literal, texts
from kassa_server.headquarters.register_overview import RegisterOverview, overview_of
from kassa_server.schema import distribution_run, distribution_schedule, journal_conflict, parked_entry

_, n_ = texts("kassa_server")

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Attention:
    """One thing to look at. ``path``: the page that says more."""

    kind: str
    what: Text
    path: str


def needs_attention(connection: Connection, now: datetime) -> list[Attention]:
    """Everything that needs a person now."""
    found = [*_journal(connection), *_distribution(connection)]
    for register in overview_of(connection):
        found += _register(register, now)
    return sorted(found, key=lambda one: one.kind != ERROR)


def _register(register: RegisterOverview, now: datetime) -> list[Attention]:
    name, page = literal(register.name), f"/registers/{register.register_id}"
    found: list[Attention] = []
    if register.behind_at is not None:
        found.append(
            Attention(ERROR, _("{register}: its journal was copied or restored from a backup.", register=name), page)
        )
    for group in register.failed_groups:
        what = _("{register}: {group} stands still. {error}", register=name, group=group.table_group, error=group.error)
        found.append(Attention(ERROR, what, page))
    if register.waiting and register.state(now) == "silent":
        waits = n_(
            "{register}: no contact, and {count} journal entry waits in it.",
            "{register}: no contact, and {count} journal entries wait in it.",
            count=register.waiting, register=name,
        )  # fmt: skip
        found.append(Attention(WARNING, waits, page))
    if register.support_offline and register.is_ready is False:
        what = _("{register} would not sell without the store server.", register=name)
        found.append(Attention(WARNING, what, "/offline-status"))
    if register.data_is_old(now):
        found.append(Attention(WARNING, _("{register} has data that is more than a day old.", register=name), page))
    if register.state(now) == "new":
        found.append(Attention(WARNING, _("{register} has not been activated yet.", register=name), page))
    return found


def _journal(connection: Connection) -> list[Attention]:
    conflicts = connection.execute(select(func.count()).select_from(journal_conflict)).scalar_one()
    parked = connection.execute(select(func.count()).select_from(parked_entry)).scalar_one()
    found: list[Attention] = []
    if conflicts:
        what = n_(
            "{count} journal entry contradicts what is stored.", "{count} journal entries contradict what is stored.",
            count=conflicts,
        )  # fmt: skip
        found.append(Attention(ERROR, what, "/registers"))
    if parked:
        what = n_(
            "{count} journal entry is stored but could not be posted.",
            "{count} journal entries are stored but could not be posted.",
            count=parked,
        )
        found.append(Attention(ERROR, what, "/parked"))
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
