"""Posting: what journal entries mean, written into business tables. The second step, after the acknowledgement.

Entries of a series are posted in sequence. One that cannot be is parked with its reason, and the next ones go on; a
person repairs the cause and posts it again (``kassa server post-parked``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.exc import OperationalError

from kassa.errors import KassaError, NotServed
from kassa.journal.entry import CommandPayload, EntryBody, decode_entry
from kassa.masterdata import upsert
from kassa.runtime.request import Command, RequestContext
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.card_posting import post_card_settled
from kassa_server.channel import Channel, lock_row
from kassa_server.headquarters.device_revocations import DEVICE_REVOKED, accept_entries
from kassa_server.host import Call, Host
from kassa_server.intake import FreshEntry, stored_id
from kassa_server.parking import why_parked
from kassa_server.posted_sale import PostedSale, read_sale
from kassa_server.sales_posting import CannotPost, post_sales
from kassa_server.schema import PARKED, POSTED, WAITING, journal_entry, parked_entry, register, series
from kassa_server.shift_posting import post_shift_event, post_shift_report
from kassa_server.told_words import as_document

_, n_ = texts("kassa_server")

AT_ONCE = 200
"""Entries posted in one transaction. Sales that follow one another are written together, which takes a fifth of the
time; if one of them cannot be posted, each of them is tried in a savepoint of its own, like any other entry."""
SALES = frozenset({"sale", "void"})
LONGEST_REASON = 1000
_HELD = select(parked_entry.c.entry_id).where(parked_entry.c.reason == DEVICE_REVOKED)
RESTS_ON_OTHERS_FOR = timedelta(hours=1)
"""How long after it came a parked command is tried again by itself."""


@dataclass(frozen=True)
class Posted:
    """How many entries were posted and how many parked."""

    posted: int = 0
    parked: int = 0

    def __add__(self, other: Posted) -> Posted:
        return Posted(self.posted + other.posted, self.parked + other.parked)


class PluginNotServed(CannotPost):
    """A command of a plugin that this server does not have in the version that made it."""

    def __init__(self, payload: CommandPayload) -> None:
        plugin = f"{payload.plugin} {payload.version}".strip()[:100]
        super().__init__(
            _("{plugin} is not served here, and {request} is its command. Choose that version for a register again, or "
              "install it beside the server: the command is done then, by itself.",
              plugin=literal(plugin), request=literal(payload.name[:100]))
        )  # fmt: skip


class NotAtOnce(Exception):
    """Entries that cannot be posted in the transaction that stores them."""


class Poster:
    """Posts entries; ``host`` runs the commands among them."""

    def __init__(self, channel: Channel, host: Host) -> None:
        self._channel = channel
        self._host = host
        self._log = structlog.get_logger("kassa.server.posting")

    def post_series(self, series_id: str) -> Posted:
        """Post what waits of one series, in sequence.

        :raises OperationalError: the database does not answer; what was not posted still waits.
        """
        done = Posted()
        while True:
            with self._channel.writing() as connection:
                part = self._post_some(connection, series_id)
            done += part
            if part.posted + part.parked < AT_ONCE:
                return done

    def post_waiting(self) -> Posted:
        """Post what waits of every series: what a server that was killed has left."""
        with self._channel.reading() as connection:
            waiting = select(journal_entry.c.series_id).where(journal_entry.c.posting == WAITING).distinct()
            left = list(connection.execute(waiting).scalars())
        return sum((self.post_series(series_id) for series_id in left), Posted())

    def post_parked(self) -> Posted:
        """Try every parked entry again, but for what a revoked device has handed over."""
        with self._channel.writing() as connection:
            again = (journal_entry.c.posting == PARKED) & journal_entry.c.entry_id.not_in(_HELD)
            connection.execute(update(journal_entry).where(again).values(posting=WAITING))
        return self.post_waiting()

    def post_accepted(self, register_id: str, by: str) -> Posted:
        """Post what a register's revoked devices have handed over: somebody answers for it.

        :raises kassa.errors.NotFound: nothing of that register waits for it.
        """
        with self._channel.writing() as connection:
            accept_entries(connection, register_id, by=by)
        return self.post_waiting()

    def post_parked_commands(self) -> Posted:
        """Try commands again that could not be posted lately: one may rest on another that has come only now from
        another register, as a recall rests on its suspension. With them those of plugins that are served only now."""
        lately = self._channel.environment.clock.utc() - RESTS_ON_OTHERS_FOR
        parked = (journal_entry.c.posting == PARKED) & (journal_entry.c.kind == "command")
        statement = (
            select(journal_entry.c.entry_id)
            .join(parked_entry, parked_entry.c.entry_id == journal_entry.c.entry_id)
            .where(parked, journal_entry.c.received_at > lately, parked_entry.c.reason != DEVICE_REVOKED)
        )
        with self._channel.reading() as connection:
            again = list(connection.execute(statement).scalars())
        done = self._post_again(again)
        return done + self.post_served() if self._host.has_news() else done

    def post_served(self) -> Posted:
        """Post commands whose plugin was not served in the version that made them, and is now: however long ago."""
        return self._post_again(self._served_by_now())

    def _served_by_now(self) -> list[str]:
        of_plugins = parked_entry.c.reason.startswith(PluginNotServed.__name__)
        statement = (
            select(journal_entry.c.entry_id, journal_entry.c.data)
            .join(parked_entry, parked_entry.c.entry_id == journal_entry.c.entry_id)
            .where(journal_entry.c.posting == PARKED, of_plugins)
        )
        with self._channel.reading() as connection:
            parked = connection.execute(statement).all()
        served: dict[tuple[str, str, str], bool] = {}
        again: list[str] = []
        for row in parked:
            body = decode_entry(row.data)
            payload = msgspec.json.decode(body.payload, type=CommandPayload)
            kind = (payload.plugin, payload.version, payload.name)
            if kind not in served:
                served[kind] = self._is_served(_call(body, payload))
            if served[kind]:
                again.append(row.entry_id)
        return again

    def _is_served(self, call: Call) -> bool:
        try:
            self._host.decode(call)
        except NotServed:
            return False
        except KassaError:
            return True  # and there is something else to say of it
        return True

    def _post_again(self, entry_ids: list[str]) -> Posted:
        if not entry_ids:
            return Posted()
        with self._channel.writing() as connection:
            _mark(connection, entry_ids, WAITING)
        return self.post_waiting()

    def post_fresh(self, connection: Connection, entries: Sequence[FreshEntry]) -> None:
        """Post entries in the transaction that stores them: all of them.

        :raises NotAtOnce: one of them needs more care; the caller rolls back, and posts them apart.
        """
        try:
            if any(entry.kind == "command" for entry in entries):
                raise NotAtOnce("a command")
            # Sales first: a Z among the others is compared with them.
            post_sales(connection, (_sale(entry) for entry in entries if entry.kind in SALES))
            for entry in entries:
                if entry.kind not in SALES:
                    self._post(connection, entry)
        except NotAtOnce:
            raise
        except Exception as error:
            raise NotAtOnce(f"{type(error).__name__}: {error}") from error

    def _post_some(self, connection: Connection, series_id: str) -> Posted:
        lock_row(connection, select(series.c.series_id).where(series.c.series_id == series_id))
        waiting = (journal_entry.c.series_id == series_id) & (journal_entry.c.posting == WAITING)
        entry = journal_entry.c
        columns: list[Any] = [entry.entry_id, entry.series_id, entry.sequence, entry.kind, entry.data]
        rows: Sequence[Any] = connection.execute(
            select(*columns, series.c.register_id, register.c.store_id)
            .join(series, series.c.series_id == journal_entry.c.series_id)
            .join(register, register.c.register_id == series.c.register_id)
            .where(waiting)
            .order_by(journal_entry.c.sequence)
            .limit(AT_ONCE)
        ).all()
        posted: list[str] = []
        for together, some in groupby(rows, lambda row: row.kind in SALES):
            posted += self._post_run(connection, list(some), together)
        if posted:
            these = waiting & entry.sequence.between(rows[0].sequence, rows[-1].sequence)
            connection.execute(
                delete(parked_entry).where(parked_entry.c.entry_id.in_(select(entry.entry_id).where(these)))
            )
            connection.execute(update(journal_entry).where(these).values(posting=POSTED))
        return Posted(len(posted), len(rows) - len(posted))

    def _post_run(self, connection: Connection, rows: list[Row[Any]], together: bool) -> list[str]:
        """Post entries that follow one another; the ids of those that were posted."""
        if together and len(rows) > 1 and self._post_sales(connection, rows):
            return [row.entry_id for row in rows]
        return [row.entry_id for row in rows if self._post_one(connection, row)]

    def _post_sales(self, connection: Connection, rows: list[Row[Any]]) -> bool:
        """Write sales together; False, and nothing written, if one of them is no sale that can be posted."""
        try:
            with connection.begin_nested():
                post_sales(connection, map(_sale, rows))
        except OperationalError:
            raise
        except Exception:
            return False
        return True

    def _post_one(self, connection: Connection, row: Row[Any]) -> bool:
        try:
            with connection.begin_nested():
                self._post(connection, row)
        except OperationalError:
            raise
        except Exception as error:
            self._park(connection, row, error)
            return False
        return True

    def _post(self, connection: Connection, row: Row[Any] | FreshEntry) -> None:
        body = _body(row)
        match body.kind:
            case "sale" | "void":
                post_sales(connection, [_sale(row)])
            case "command":
                self._post_command(connection, body)
            case "shift":
                post_shift_event(connection, body)
            case "card_settled":
                post_card_settled(connection, body)
            case "z_report":
                post_shift_report(connection, body, row.entry_id)
            case _:
                audit.note(
                    connection,
                    body.kind[:40],
                    body.at,
                    register_id=body.register_id,
                    staff_id=body.staff_id,
                    entry_id=row.entry_id,
                    payload=msgspec.json.decode(body.payload),
                )

    def _post_command(self, connection: Connection, body: EntryBody) -> None:
        """Do a command that was taken while the server was away, unless it was done here before."""
        payload = msgspec.json.decode(body.payload, type=CommandPayload)
        call = _call(body, payload)
        try:
            request = self._host.decode(call)
        except NotServed as error:
            raise PluginNotServed(payload) from error
        if not isinstance(request, Command):
            raise CannotPost(_("{name} is no command.", name=literal(payload.name[:100])))
        outcome = self._host.command(connection, call, request)
        if outcome.refusal is not None:
            what = _("Refused here, done at the register: {why}", why=outcome.refusal.what)
            raise CannotPost(what)

    def _park(self, connection: Connection, row: Row[Any], error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}".replace("\0", "")[:LONGEST_REASON]
        known = connection.execute(select(parked_entry.c.tries).where(parked_entry.c.entry_id == row.entry_id)).scalar()
        stone = {
            "entry_id": row.entry_id,
            "reason": reason,
            "said": as_document(why_parked(error)),
            "parked_at": self._channel.environment.clock.utc(),
            "tries": (known or 0) + 1,
        }
        upsert(connection, parked_entry, [stone])
        _mark(connection, [row.entry_id], PARKED)
        self._log.error("entry_parked", entry=row.entry_id, kind=row.kind, reason=reason)


def _call(body: EntryBody, payload: CommandPayload) -> Call:
    context = RequestContext(
        body.store_id, body.register_id, body.staff_id, plugin=payload.plugin, version=payload.version
    )
    return Call(payload.name, bytes(payload.request), context)


def _mark(connection: Connection, entry_ids: list[str], state: str) -> None:
    connection.execute(update(journal_entry).where(journal_entry.c.entry_id.in_(entry_ids)).values(posting=state))


def _body(row: Row[Any] | FreshEntry) -> EntryBody:
    """What an entry's bytes say.

    :raises CannotPost: not what they were delivered as, or they do not speak for their own register.
    :raises msgspec.DecodeError: nothing.
    """
    body = decode_entry(row.data)
    _check_speaker(row, body)
    return body


def _sale(row: Row[Any] | FreshEntry) -> PostedSale:
    """The same of a sale, a return or a void."""
    sale = read_sale(row.data)
    if sale.kind not in SALES:
        raise CannotPost(_("{kind} is no sale.", kind=literal(sale.kind[:40])))
    _check_speaker(row, sale)
    return sale


def _check_speaker(row: Row[Any] | FreshEntry, body: EntryBody | PostedSale) -> None:
    told = (body.series, body.sequence, stored_id(body.entry_id))
    if told != (row.series_id, row.sequence, row.entry_id):
        raise CannotPost(_("The entry says that it is another: {told}", told=literal(str(told)[:200])))
    if (body.register_id, body.store_id) != (row.register_id, row.store_id):
        raise CannotPost(
            _(
                "The entry speaks for register {register} in store {store}.",
                register=literal(body.register_id[:40]), store=literal(body.store_id[:40]),
            )
        )  # fmt: skip


def parked_entries(channel: Channel) -> list[str]:
    """What is parked, a line each, oldest first."""
    statement = (
        select(parked_entry, series.c.register_id, series.c.number, journal_entry.c.sequence, journal_entry.c.kind)
        .join(journal_entry, journal_entry.c.entry_id == parked_entry.c.entry_id)
        .join(series, series.c.series_id == journal_entry.c.series_id)
        .order_by(parked_entry.c.parked_at, journal_entry.c.sequence)
    )
    with channel.reading() as connection:
        return [
            f"{row.register_id} series {row.number} entry {row.sequence} ({row.kind}): {row.reason}"
            for row in connection.execute(statement)
        ]
