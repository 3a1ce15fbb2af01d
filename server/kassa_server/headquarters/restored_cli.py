"""``kassa headquarters restored``: after headquarters' database was restored from a backup."""

from __future__ import annotations

from typing import Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, Packages, open_headquarters


def restored(
    list_number: Annotated[
        int, typer.Option(help="At least: the number in a register's message.", min=0, show_default=False)
    ] = 0,
    row_version: Annotated[int, typer.Option(help="At least, if you know it.", min=0, show_default=False)] = 0,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    packages: Packages = None,
) -> None:
    """Headquarters' database was restored from a backup: raise the numbers of its lists, rows and keys above all that
    registers and store servers have seen, and send everything to them once more, whole. Until then they take nothing
    older than they had; they go on selling on the data they have. First let them report: some minutes."""
    from kassa_server.headquarters.distribution import Distribution
    from kassa_server.headquarters.package_place import open_package_files
    from kassa_server.headquarters.restored import Numbers, ahead_of, numbers_here, recover

    with open_headquarters(data_directory, database) as channel:
        with channel.writing() as connection:
            here, ahead = numbers_here(connection), ahead_of(connection)
            told = Numbers(list_number, row_version)
            reached = recover(connection, channel.environment, by="command line", at_least=told)
        typer.echo(f"Before: {here}.")
        for one in ahead:
            typer.echo(f"{one.database_id} has seen: {one.numbers}.")
        typer.echo(f"Now:    {reached}.")
        run = Distribution(channel, open_package_files(data_directory, packages)).run(author="command line")
    typer.echo(f"Job {run.job}: {run.state}. Packages: {run.packages}. Rows: {run.rows}.")
    if run.state == "create_failed":
        typer.echo(f"{run.error}. The numbers are raised; the next run makes the packages.", err=True)
        raise typer.Exit(1)


def add_to(app: typer.Typer) -> None:
    """Put this command among headquarters' others."""
    app.command("restored")(restored)
