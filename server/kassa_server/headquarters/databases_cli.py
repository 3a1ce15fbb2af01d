"""``kassa headquarters support-offline`` and the other commands for channel database groups and their databases."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_headquarters


class Wanted(Enum):
    """The switch *Support offline*."""

    YES = "yes"
    NO = "no"


def support_offline(
    register: Annotated[str, typer.Argument(help="The register's id.")],
    wanted: Annotated[Wanted, typer.Argument(help="yes or no.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Let REGISTER have an offline database, or retire it once everything that waits in the register is in."""
    from kassa_server.headquarters.support_offline import set_support_offline

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        now = channel.environment.clock.utc()
        state = set_support_offline(connection, register, wanted is Wanted.YES, now)
    typer.echo(f"Register {register}: support offline {wanted.value}. Its offline database: {state or 'none'}.")


def databases(data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """The channel and offline databases that data packages are made for, by channel database group."""
    from kassa_server.headquarters.databases import databases_of

    with open_headquarters(data_directory, database) as channel, channel.reading() as connection:
        for row in sorted(databases_of(connection), key=lambda row: (row.group_id, row.database_id)):
            typer.echo(f"{row.group_id}  {row.kind:<7}  {row.database_id}  {row.state:<8}  {row.name}")


def move_store(
    store: Annotated[str, typer.Argument(help="The store's id.")],
    group: Annotated[str, typer.Argument(help="The channel database group's id; it is made if there is none.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Put STORE, with its registers' offline databases, into another channel database group."""
    from kassa_server.headquarters import databases as groups

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        if group not in groups.group_ids(connection):
            groups.put_channel_database_group(connection, group, group)
        groups.move_store(connection, store, group, channel.environment.clock.utc())
    typer.echo(f"Store {store}: channel database group {group}.")


def add_to(app: typer.Typer) -> None:
    """Put the commands into ``kassa headquarters``."""
    app.command("support-offline")(support_offline)
    app.command("databases")(databases)
    app.command("move-store")(move_store)
