"""``kassa headquarters sessions``, ``rerun``, ``cancel`` and ``offline-status``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_channel

RegisterId = Annotated[str, typer.Argument(help="The register.")]
TableGroup = Annotated[str, typer.Argument(help="The table group; * for a whole database; uploads for deliveries.")]
AUTHOR = "command line"


def sessions(
    register: Annotated[str | None, typer.Option(help="Of this register only.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only what has failed.")] = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Download and upload sessions: which register has what, and what is wrong."""
    from kassa_server.headquarters.session_list import download_sessions
    from kassa_server.headquarters.sessions import FAILED
    from kassa_server.headquarters.upload_sessions import upload_sessions

    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        for down in download_sessions(connection, database_id=register, states=FAILED if failed else ()):
            dead = " (not tried any more)" if down.dead else ""
            failures = f", {down.tries} tries{dead}" if down.tries else ""
            tries = f"{failures}: {down.error}" if down.error else failures
            typer.echo(
                f"down  {down.database_id:10} {down.table_group:16} {down.state}  version {down.version} of"
                f" {down.newest}, {down.rows} rows, since {_time(down.applied_at)}{tries}"
            )
        for up in upload_sessions(connection, register_id=register):
            if failed and not up.state.endswith("failed"):
                continue
            typer.echo(
                f"up    {up.register_id:10} series {up.series:<9} {up.state}  {up.sequence} entries in, {up.missing} to"
                f" come, {up.parked} parked, {up.conflicts} in conflict{': ' + up.error if up.error else ''}"
            )


def rerun(
    register: RegisterId,
    table_group: TableGroup,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Have a session tried again at once; of what is applied, load the table group anew."""
    from kassa_server.headquarters import session_orders

    with open_channel(data_directory, database) as channel, channel.writing() as connection:
        group = session_orders.UPLOADS if table_group == "uploads" else table_group
        session_orders.rerun(connection, channel.environment, register, group, author=AUTHOR)
    typer.echo(f"{register}, {table_group}: goes to the register with its next list.")


def cancel(
    register: RegisterId,
    table_group: TableGroup,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Have a register leave a package alone, until headquarters makes another."""
    from kassa_server.headquarters import session_orders

    with open_channel(data_directory, database) as channel, channel.writing() as connection:
        group = session_orders.UPLOADS if table_group == "uploads" else table_group
        session_orders.cancel(connection, channel.environment, register, group, author=AUTHOR)
    typer.echo(f"{register}, {table_group}: canceled; goes to the register with its next list.")


def offline_status(
    store: Annotated[str | None, typer.Option(help="Of this store only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Offline status of all registers: what waits in them, how old their data is, whether they would sell alone."""
    from kassa_server.headquarters.offline_status import offline_status_json, offline_statuses
    from kassa_server.headquarters.readiness_words import cause_words

    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        now = channel.environment.clock.utc()
        if as_json:
            typer.echo(offline_status_json(connection, now, store_id=store).decode())
            return
        for one in offline_statuses(connection, now, store_id=store):
            causes = " ".join(str(cause_words(cause)) for cause in one.causes)
            ready = {None: "unknown", True: "yes", False: f"no: {causes}"}[one.ready]
            age = "none" if one.data_age_s is None else f"{one.data_age_s} s old"
            typer.echo(
                f"{one.register_id:10} {one.state} {one.reason}  last contact {_time(one.last_contact)}, data {age},"
                f" {one.sales_waiting} sales waiting ({one.amount_waiting}), oldest {_time(one.oldest_waiting)},"
                f" ready: {ready}"
            )


def _time(at: datetime | None) -> str:
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def add_to(commands: typer.Typer) -> None:
    """Put these commands among headquarters' others."""
    commands.command()(sessions)
    commands.command()(rerun)
    commands.command()(cancel)
    commands.command("offline-status")(offline_status)
