"""``kassa headquarters plugin …``: the allow-list from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, Packages, open_headquarters
from kassa_server.headquarters.plugins import choosing_cli

AUTHOR = "command line"
plugin = typer.Typer(help="Plugins from wheels: which are allowed.", no_args_is_help=True)
Sha256 = Annotated[str, typer.Argument(help="The wheel's SHA-256, as list shows it.")]


@plugin.command()
def add(
    wheel: Annotated[Path, typer.Argument(help="The wheel: acme_loyalty-1.0-py3-none-any.whl.", exists=True)],
    sha256: Annotated[str | None, typer.Option(help="The hash that its maker gave.")] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    packages: Packages = None,
) -> None:
    """Put a wheel on the list. It runs nowhere before it is approved and chosen."""
    from kassa_server.headquarters.package_place import open_package_files
    from kassa_server.headquarters.plugins.allow_list import add_wheel

    with open_headquarters(data_directory, database) as channel:
        files = open_package_files(data_directory, packages)
        added = add_wheel(channel, files, wheel.name, wheel.read_bytes(), by=AUTHOR, sha256=sha256)
    typer.echo(f"{added.name} is on the list, {added.state}. SHA-256:")
    typer.echo(added.facts.sha256)


@plugin.command("list")
def list_all(data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """The wheels on the list."""
    from kassa_server.headquarters.plugins.allow_list import list_wheels

    with open_headquarters(data_directory, database) as channel, channel.reading() as connection:
        for one in list_wheels(connection):
            names = ", ".join(one.facts.plugins) or "a library"
            typer.echo(f"{one.facts.sha256}  {one.name}  {one.state}  {names}")


@plugin.command()
def approve(
    sha256: Sha256,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    packages: Packages = None,
) -> None:
    """Let registers have a wheel. Its plugins are loaded once, in a process of their own."""
    from kassa_server.headquarters.package_place import open_package_files
    from kassa_server.headquarters.plugins.allow_list import approve_wheel

    with open_headquarters(data_directory, database) as channel:
        approved = approve_wheel(channel, open_package_files(data_directory, packages), sha256, by=AUTHOR)
    typer.echo(f"{approved.name} is approved.")


@plugin.command()
def withdraw(sha256: Sha256, data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """Let no register have a wheel any more."""
    from kassa_server.headquarters.plugins.allow_list import withdraw_wheel
    from kassa_server.headquarters.plugins.sets import uses_of

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        withdraw_wheel(connection, channel.environment, sha256, by=AUTHOR, used=uses_of)
    typer.echo("The wheel is withdrawn.")


def add_to(app: typer.Typer) -> None:
    """Put the commands into ``kassa headquarters``."""
    choosing_cli.add_to(plugin)
    app.add_typer(plugin, name="plugin")
