"""``kassa headquarters plugin choose``, ``roll-back``, ``history``, ``group``: which versions run where."""

from __future__ import annotations

from typing import Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_headquarters

AUTHOR = "command line"
Distribution = Annotated[str, typer.Argument(help="The distribution: acme-loyalty.")]
Place = Annotated[str, typer.Option("--at", help="register:R1, group:NAME, store:S1, or all.")]


def choose(
    distribution: Distribution,
    version: Annotated[
        str,
        typer.Argument(help="An approved version; none switches it off, inherit lets the group, store or all decide."),
    ],
    at: Place,
    percent: Annotated[int, typer.Option(help="Of the registers there, for a staged roll-out.")] = 100,
    settings: Annotated[str, typer.Option(help='By plugin, as JSON: {"acme_loyalty": {…}}.')] = "{}",
    required: Annotated[bool, typer.Option("--required", help="Without it the register starts no sale.")] = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Choose a version for a register, a group, a store or all. They use it at their next start."""
    from kassa_server.headquarters.plugins import sets
    from kassa_server.headquarters.plugins.choices import INHERIT, OFF, Choice
    from kassa_server.headquarters.registers import read_settings

    level, _colon, target = at.partition(":")
    chosen = {"none": OFF, "inherit": INHERIT}.get(version, version)
    choice = Choice(level, target, distribution, chosen, read_settings(distribution, settings), required, percent)
    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        sets.choose(connection, channel.environment, choice, by=AUTHOR)
    typer.echo(f"{distribution}: {version} at {choice.place}, {percent} %.")


def roll_back(
    distribution: Distribution, at: Place, data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None
) -> None:
    """Go back to the version that all registers there had before."""
    from kassa_server.headquarters.plugins import sets

    level, _colon, target = at.partition(":")
    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        now = sets.roll_back(connection, channel.environment, level, target, distribution, by=AUTHOR)
    typer.echo(f"{distribution}: {_version(now.version)} at {now.place}.")


def history(
    distribution: Distribution, data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None
) -> None:
    """Every choice, the newest first."""
    from kassa_server.headquarters.plugins import choices

    with open_headquarters(data_directory, database) as channel, channel.reading() as connection:
        for one in choices.history(connection, distribution):
            at = "" if one.chosen_at is None else f"{one.chosen_at:%Y-%m-%d %H:%M:%S} UTC"
            typer.echo(f"{at}  {one.place}  {_version(one.version)}  {one.percent} %  {one.chosen_by}")


def group(
    name: Annotated[str | None, typer.Argument(help="The group.")] = None,
    registers: Annotated[list[str] | None, typer.Argument(help="Its registers; none: there is no such group.")] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Which registers are in a group; without a name: all groups."""
    from kassa_server.headquarters.plugins import choices, sets

    with open_headquarters(data_directory, database) as channel:
        if name is not None:
            with channel.writing() as connection:
                sets.set_group(connection, channel.environment, name, registers or [], by=AUTHOR)
        with channel.reading() as connection:
            for one, members in choices.groups(connection).items():
                typer.echo(f"{one}: {', '.join(members)}")


def _version(version: str) -> str:
    return {"": "none", "-": "inherit"}.get(version, version)


def add_to(app: typer.Typer) -> None:
    """Put the commands into ``kassa headquarters plugin``."""
    app.command()(choose)
    app.command("roll-back")(roll_back)
    app.command()(history)
    app.command()(group)
