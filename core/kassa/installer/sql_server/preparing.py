"""A database for a register on a SQL Server: made by an administrator's connection, with a login that may do no more
than make and use its own tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, Connection, exc, text
from sqlalchemy.sql.elements import TextClause

from kassa.environment import Environment
from kassa.errors import NotAllowed, SetupError
from kassa.installer.sql_server.express import installation_plan, run_plan
from kassa.installer.sql_server.machine import Instance, Machine
from kassa.offline_database.location import without_password
from kassa.schema import make_engine
from kassa.schema.odbc import sql_server_url
from kassa.text import texts

_, n_ = texts("kassa")
DATABASE = LOGIN = "kassa"
ADMINISTRATOR = "sa"

# Names and passwords are parameters here too: QUOTENAME puts them into statements that take none.
CREATE_DATABASE = text(
    "DECLARE @made nvarchar(max) = N'CREATE DATABASE ' + QUOTENAME(:database); IF DB_ID(:database) IS NULL EXEC(@made)"
)
SNAPSHOT = text(
    "DECLARE @set nvarchar(max) = N'ALTER DATABASE ' + QUOTENAME(:database)"
    " + N' SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE'; EXEC(@set)"
)
CREATE_LOGIN = text(
    "DECLARE @login nvarchar(max) = CASE WHEN SUSER_ID(:login) IS NULL THEN N'CREATE' ELSE N'ALTER' END"
    " + N' LOGIN ' + QUOTENAME(:login) + N' WITH PASSWORD = ' + QUOTENAME(:password, '''')"
    " + N', DEFAULT_DATABASE = ' + QUOTENAME(:database); EXEC(@login)"
)
GRANT = text(
    "DECLARE @inside nvarchar(max) = N'USE ' + QUOTENAME(:database) + N'; IF USER_ID(N''' + :login + N''') IS NULL"
    " CREATE USER ' + QUOTENAME(:login) + N' FOR LOGIN ' + QUOTENAME(:login)"
    " + N'; GRANT CREATE SCHEMA, CREATE TABLE TO ' + QUOTENAME(:login); EXEC(@inside)"
)
STATEMENTS = (CREATE_DATABASE, SNAPSHOT, CREATE_LOGIN, GRANT)


def set_up(
    machine: Machine,
    *,
    consent: Callable[[], bool],
    installer: Path | None,
    administrator_password: str | None,
    environment: Environment,
) -> URL:
    """A database on this machine's SQL Server, which is installed first if there is none and ``consent`` is given to
    Microsoft's licence; its URL with the login's password.

    :raises NotAllowed: there is no SQL Server, and no consent.
    :raises SetupError: it cannot be installed or prepared; names the commands for a person.
    """
    found = machine.instances()
    password = administrator_password
    if not found:
        password = password or new_password(environment)
        plan = installation_plan(machine, installer, password)
        if plan.command is not None and not consent():
            raise NotAllowed(
                _("SQL Server Express is installed only with consent to Microsoft's licence terms."),
                kept=_("Nothing was changed."),
                hint=_("Add --accept-license, or leave --database out: SQLite needs nothing."),
            )
        run_plan(machine, plan)
        found = machine.instances()
    if not found:
        raise SetupError(
            _("SQL Server was installed and does not answer yet."),
            kept=_("The register was not changed."),
            hint=_("Start the machine again, then run the same command."),
        )
    return prepare(found[0], password, environment)


def prepare(instance: Instance, administrator_password: str | None, environment: Environment) -> URL:
    """Database, login and READ_COMMITTED_SNAPSHOT on an instance; again: the login gets a new password.

    :param administrator_password: of ``sa``; None: whoever runs this is known to the instance (Windows).
    :raises SetupError: the instance does not let us.
    """
    user = None if instance.trusted and administrator_password is None else ADMINISTRATOR
    # On this machine nobody stands between: the certificate that SQL Server makes for itself is taken.
    master = sql_server_url(
        instance.host, "master", port=instance.port, user=user, password=administrator_password, trust_certificate=True
    )
    password = new_password(environment)
    engine = make_engine(master, arguments={"timeout": 5})
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            run_statements(connection, password)
    except exc.DBAPIError as error:
        raise SetupError(
            _("The database for this register could not be made in SQL Server."),
            kept=_("The register was not changed."),
            hint=_("Run this as an administrator of SQL Server, or give the password of sa when it is asked for."),
            where=f"{without_password(master)}: {error.orig}",
        ) from error
    finally:
        engine.dispose()
    return sql_server_url(
        instance.host, DATABASE, port=instance.port, user=LOGIN, password=password, trust_certificate=True
    )


def run_statements(connection: Connection, password: str) -> None:
    """Database, snapshot reads, login and its rights, each by itself."""
    known = {"database": DATABASE, "login": LOGIN, "password": password}
    for statement in STATEMENTS:
        connection.execute(statement, {name: known[name] for name in _parameters(statement)})


def _parameters(statement: TextClause) -> list[str]:
    return list(statement.compile().params)


def new_password(environment: Environment) -> str:
    """A password that every policy of SQL Server takes: 26 letters and digits with a sign."""
    return "K1-" + environment.random_bytes(16).hex()[:26] + "Q"
