"""Asking a database server on behalf of a register that is being installed: is it there, may we, whose is it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Column, Connection, MetaData, Table, exc, insert, inspect, select, text
from sqlalchemy.schema import CreateSchema, CreateTable

from kassa.environment import Environment
from kassa.errors import SetupError
from kassa.model import RegisterRecord
from kassa.offline_database.location import without_password
from kassa.schema import make_engine
from kassa.schema.columns import UtcDateTime, code
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")
SCHEMA = "kassa"
CONNECT_S = 5
_NOTHING_CHANGED = _("Nothing was changed.")

owner = Table(
    "owner",
    MetaData(schema=SCHEMA),
    Column("register_id", code(40), primary_key=True),
    Column("store_id", code(20), nullable=False),
    Column("claimed_at", UtcDateTime(), nullable=False),
)
"""Whose the database is: one row."""


def check_database(url: URL) -> list[Text]:
    """Look whether a register's database can be made there, by doing it and undoing it. What is worth knowing.

    :raises SetupError: it cannot; says why and what to do.
    """
    with _opened(url) as connection:
        with connection.begin() as attempt:
            _make_room(connection)
            connection.execute(CreateSchema("kassa_probe"))
            connection.execute(CreateTable(Table("probe", MetaData(), Column("a", code(1)), schema="kassa_probe")))
            attempt.rollback()
        return list(_advice(connection))


def claim_database(url: URL, record: RegisterRecord, environment: Environment) -> None:
    """Note in the database whose it is.

    :raises SetupError: it is another register's, or cannot be opened.
    """
    with _opened(url) as connection, connection.begin():
        _make_room(connection)
        found = connection.execute(select(owner)).first()
        if found is None:
            now = environment.clock.utc()
            connection.execute(
                insert(owner).values(register_id=record.register_id, store_id=record.store.store_id, claimed_at=now)
            )
        elif (found.store_id, found.register_id) != (record.store.store_id, record.register_id):
            raise SetupError(
                _(
                    "That database belongs to register {register} of store {store}.",
                    register=literal(found.register_id),
                    store=literal(found.store_id),
                ),
                kept=_("The code stays valid for this device."),
                hint=_("Give this register a database of its own, and run the same command with its URL."),
                where=without_password(url),
            )


def _make_room(connection: Connection) -> None:
    """The table that says whose the database is."""
    if SCHEMA not in inspect(connection).get_schema_names():
        connection.execute(CreateSchema(SCHEMA))
    owner.create(connection, checkfirst=True)


@contextmanager
def _opened(url: URL) -> Iterator[Connection]:
    arguments = {"timeout": CONNECT_S} if url.get_backend_name() == "mssql" else {"connect_timeout": CONNECT_S}
    engine = make_engine(url, arguments=arguments)
    try:
        try:
            connection = engine.connect()
        except exc.DBAPIError as error:
            raise _not_opened(url, error) from error
        with connection:
            yield connection
    except exc.DBAPIError as error:
        raise _not_allowed(url, error) from error
    finally:
        engine.dispose()


def _not_opened(url: URL, error: exc.DBAPIError) -> SetupError:
    told = " ".join(str(error.orig).split())
    hint = _("Look at its address, the name of the database, the user and the password.")
    if any(sign in told.lower() for sign in ("certificate", "ssl provider")):
        hint = _(
            "The connection is encrypted, and nobody that this device knows vouches for the server's certificate. Give"
            " the server a certificate of a CA that this device trusts; or, if it is this very machine, add"
            " --trust-server-certificate."
        )
    return SetupError(
        _("The database for this register cannot be opened."),
        kept=_NOTHING_CHANGED,
        hint=hint,
        where=f"{without_password(url)}: {told}",
    )


def _not_allowed(url: URL, error: exc.DBAPIError) -> SetupError:
    user = url.username or "kassa"
    grant = f"GRANT CREATE ON DATABASE {url.database} TO {user}"
    if url.get_backend_name() == "mssql":
        grant = f"GRANT CREATE SCHEMA, CREATE TABLE TO [{user}]"
    return SetupError(
        _("The database does not let this register make its tables."),
        kept=_NOTHING_CHANGED,
        hint=_("Have its administrator run: {statement}", statement=literal(grant)),
        where=f"{without_password(url)}: {error.orig}",
    )


def _advice(connection: Connection) -> Iterator[Text]:
    if connection.dialect.name != "mssql":
        return
    found = connection.execute(
        text("SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = DB_NAME()")
    ).scalar()
    if not found:
        yield _(
            "READ_COMMITTED_SNAPSHOT is off in this database: a scan may wait while data arrives. Have its"
            " administrator run: ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE"
        )
