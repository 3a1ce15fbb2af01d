"""``kassa register install`` and ``kassa register replace``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path
from sqlalchemy import URL

from kassa.environment import Environment
from kassa.installer.install import install as install_register
from kassa.installer.plan import DatabasePlan, plan_as_before
from kassa.installer.replace import HandedOver
from kassa.installer.replace import replace as replace_register
from kassa.installer.sql_server import set_up, this_machine
from kassa.offline_database.location import NONE, read_location
from kassa.schema.odbc import trusting

DEFAULT = user_data_path("kassa") / "register"
SQL_SERVER = "sqlserver"
PASSWORD, ADMINISTRATOR_PASSWORD = "KASSA_DATABASE_PASSWORD", "KASSA_ADMINISTRATOR_PASSWORD"

Code = Annotated[str, typer.Argument(help="As headquarters gave it; it works once.")]
Directory = Annotated[Path, typer.Option("--directory", "-d", help="The register's folder.")]
Name = Annotated[str, typer.Option(help="What this device is called.")]
Database = Annotated[
    str | None,
    typer.Option(
        help="sqlite (the default), sqlserver (on this machine), or a URL: postgresql://user@host/database,"
        f" mssql://user@host/database. The password is asked for, or taken from {PASSWORD}."
    ),
]
OnlineOnly = Annotated[bool, typer.Option("--online-only", help="Without an offline database.")]
AcceptLicense = Annotated[
    bool, typer.Option("--accept-license", help="Accept Microsoft's licence, to install SQL Server Express.")
]
Installer = Annotated[Path | None, typer.Option(help="Microsoft's SQLEXPR_x64_ENU.exe, for --database sqlserver.")]
Trust = Annotated[
    bool, typer.Option("--trust-server-certificate", help="Take SQL Server's own certificate; for this machine only.")
]


def install(
    code: Code,
    directory: Directory = DEFAULT,
    name: Name = "",
    database: Database = None,
    online_only: OnlineOnly = False,
    accept_license: AcceptLicense = False,
    installer: Installer = None,
    trust_server_certificate: Trust = False,
) -> None:
    """Make this device a register: its key, its journal in a new series, its offline database."""
    plan = _plan(directory, database, online_only, trust_server_certificate, accept_license, installer)
    record = install_register(directory, code, plan, device_name=name)
    _say_notes(plan)
    typer.echo(f"Register {record.register_id} ({record.name}) in store {record.store.name} is active in {directory}.")
    typer.echo(f"Offline database: {_shown(plan)}")


def replace(
    code: Code,
    directory: Directory = DEFAULT,
    name: Name = "",
    database: Database = None,
    online_only: OnlineOnly = False,
    accept_license: AcceptLicense = False,
    installer: Installer = None,
    trust_server_certificate: Trust = False,
) -> None:
    """Replace a dead, cloned or restored device: a new key and a new series. What waits here is handed over."""
    plan = _plan(directory, database, online_only, trust_server_certificate, accept_license, installer)
    done = replace_register(directory, code, plan, device_name=name)
    _say_notes(plan)
    record = done.record
    typer.echo(f"Register {record.register_id} ({record.name}) in store {record.store.name} is active in {directory}.")
    _say_handed_over(done.before, done.after)
    typer.echo("Headquarters shows the series before as open-ended until everything in it is known to be there.")


def _plan(
    directory: Path,
    database: str | None,
    online_only: bool,
    trust_certificate: bool,
    accept_license: bool,
    installer: Path | None,
) -> DatabasePlan:
    if online_only:
        return DatabasePlan(NONE)
    if database is None:
        return plan_as_before(directory)
    if database == SQL_SERVER:
        return DatabasePlan(_sql_server(accept_license, installer))
    location = read_location(database)
    if isinstance(location, str):
        return DatabasePlan(location)
    if location.username and location.password is None:
        location = location.set(password=_secret(PASSWORD, f"Password of {location.username}"))
    if location.get_backend_name() == "mssql":
        location = trusting(location, trust_certificate)
    return DatabasePlan(location)


def _sql_server(accept_license: bool, installer: Path | None) -> URL:
    machine = this_machine()
    password = None
    if machine.instances() and not machine.windows:
        password = _secret(ADMINISTRATOR_PASSWORD, "Password of sa")
    return set_up(
        machine,
        consent=lambda: accept_license or _asked("Install SQL Server Express, and accept Microsoft's licence terms?"),
        installer=installer,
        administrator_password=password,
        environment=Environment(),
    )


def _secret(variable: str, prompt: str) -> str | None:
    """A password from the environment, or asked for where somebody can answer."""
    given = os.environ.get(variable)
    if given is not None or not sys.stdin.isatty():
        return given
    answer: str = typer.prompt(prompt, hide_input=True, default="", show_default=False)
    return answer or None


def _asked(question: str) -> bool:
    return sys.stdin.isatty() and typer.confirm(question)


def _say_notes(plan: DatabasePlan) -> None:
    for note in plan.notes:
        typer.echo(note.words("en"), err=True)


def _shown(plan: DatabasePlan) -> str:
    if isinstance(plan.location, URL):
        return plan.location.set(password=None).render_as_string()
    return "none: online only" if plan.location == NONE else plan.location


def _say_handed_over(before: HandedOver, after: HandedOver) -> None:
    if before.series is None:
        typer.echo("There was no journal here to hand over.")
        return
    handed = before.entries + after.entries
    typer.echo(f"Series {before.series}: {handed} of its journal's entries handed over, {after.waiting} waiting.")
    if after.waiting and after.why is not None:
        typer.echo(f"They are kept, and handed over when the register runs. {after.why.words('en')}")
