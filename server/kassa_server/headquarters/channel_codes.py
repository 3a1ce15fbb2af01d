"""Store servers that join headquarters: one-time codes, and what they make."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, insert, select, update

from kassa.environment import Environment
from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.channel import lock_row
from kassa_server.headquarters.channel_messages import JoinAnswer, JoinRequest
from kassa_server.headquarters.databases import databases_of, put_channel_database
from kassa_server.headquarters.keys import LISTS, PLUGINS, key_sets_after, signing_key
from kassa_server.one_time_codes import code_hash, new_code
from kassa_server.schema import store, store_server, store_server_code
from kassa_server.schema.databases import CHANNEL

_, n_ = texts("kassa_server")

VALID_FOR = timedelta(hours=24)
_KEY_BYTES = 32


def make_channel_code(connection: Connection, environment: Environment, name: str, group_id: str) -> str:
    """A code by which one machine becomes the store server of a channel database group's stores, once, within a day.
    Only its hash is kept. The channel database of that name in the group becomes its own; a new one is made if there is
    none.

    :raises NotFound: there is no such group.
    """
    known = [row.database_id for row in databases_of(connection, group_id) if (row.kind, row.name) == (CHANNEL, name)]
    database_id = known[0] if known else environment.new_id()
    put_channel_database(connection, database_id, group_id, name, environment.clock.utc())
    code, now = new_code(environment), environment.clock.utc()
    row = {
        "code_hash": code_hash(code),
        "database_id": database_id,
        "name": name,
        "made_at": now,
        "expires_at": now + VALID_FOR,
    }
    connection.execute(insert(store_server_code).values(row))
    return code


def group_of_store(connection: Connection, store_id: str) -> str:
    """A store's channel database group.

    :raises NotFound: there is no such store.
    """
    found = connection.execute(select(store.c.channel_database_group).where(store.c.store_id == store_id)).scalar()
    if found is None:
        raise NotFound(_("There is no store {store}.", store=literal(store_id)))
    return str(found)


def join(connection: Connection, environment: Environment, request: JoinRequest) -> JoinAnswer:
    """Make a machine a store server. One that served the same channel database before is replaced: it is refused from
    now on. The same code with the same key gets the same answer again: the first one may have been lost.

    :raises NotAllowed: the code is unknown, used or too old; which of these is not told.
    :raises InvalidInput: the key cannot be used.
    """
    if len(request.public_key) != _KEY_BYTES:
        raise InvalidInput(_("The store server's key cannot be used."), hint=_("Update Kassa on that machine."))
    now = environment.clock.utc()
    wanted = store_server_code.c.code_hash == code_hash(request.code)
    code = lock_row(connection, select(store_server_code).where(wanted))
    if code is None or code.expires_at <= now:
        raise _not_valid()
    for purpose in (LISTS, PLUGINS):
        signing_key(connection, environment, purpose)  # made now if there is none: it is pinned
    if code.store_server_id is None:
        store_server_id = environment.new_id()
        before = (store_server.c.database_id == code.database_id) & store_server.c.replaced_at.is_(None)
        connection.execute(update(store_server).where(before).values(replaced_at=now))
        row = {
            "store_server_id": store_server_id,
            "database_id": code.database_id,
            "name": code.name,
            "public_key": request.public_key,
            "joined_at": now,
        }
        connection.execute(insert(store_server).values(row))
        connection.execute(update(store_server_code).where(wanted).values(store_server_id=store_server_id))
        audit.note(connection, "store_server_joined", now, store_server=store_server_id, machine=request.name[:100])
        return _joined(connection, store_server_id, code.database_id, code.name)
    known = connection.execute(select(store_server).where(store_server.c.store_server_id == code.store_server_id)).one()
    if bytes(known.public_key) != request.public_key or known.replaced_at is not None:
        raise _not_valid()
    return _joined(connection, known.store_server_id, known.database_id, known.name)


def _joined(connection: Connection, store_server_id: str, database_id: str, name: str) -> JoinAnswer:
    key_sets = [key_sets_after(connection, 0, purpose) for purpose in (LISTS, PLUGINS)]
    return JoinAnswer(store_server_id, database_id, name, *key_sets)


def revoke_store_server(connection: Connection, environment: Environment, store_server_id: str) -> None:
    """Take nothing from a store server any more, and give it nothing.

    :raises NotFound: there is no such store server, or it is revoked already.
    """
    mine = (store_server.c.store_server_id == store_server_id) & store_server.c.revoked_at.is_(None)
    now = environment.clock.utc()
    if not connection.execute(update(store_server).where(mine).values(revoked_at=now)).rowcount:
        raise NotFound(_("There is no store server {store_server}.", store_server=literal(store_server_id)))
    audit.note(connection, "store_server_revoked", now, store_server=store_server_id)


def _not_valid() -> NotAllowed:
    return NotAllowed(
        _("This code for a store server is not valid, or not any more."),
        kept=_("Nothing was changed."),
        hint=_("Make a new one in headquarters with: kassa headquarters channel-code NAME"),
    )
