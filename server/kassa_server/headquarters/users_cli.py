"""``kassa headquarters add-user`` and the other commands for headquarters' users. A password is never an argument: it
would stay in the shell's history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_channel

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from kassa.environment import Environment

AUTHOR = "command line"

Name = Annotated[str, typer.Argument(help="The user's name.")]
Role = Annotated[str, typer.Option(help="administrator, manager or viewer.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it, once.")]


def add_user(
    name: Name,
    role: Role = "viewer",
    generate: Generate = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Let somebody use headquarters' pages. The password is asked for, or made with --generate."""
    from kassa_server.headquarters import users

    with _writing(data_directory, database) as (connection, environment):
        password = _password(environment, generate)
        made = users.add_user(connection, environment, name, role, password, by=AUTHOR)
    typer.echo(f"User {made.name}, {made.role}.")
    _tell(password, generate)


def set_password(
    name: Name,
    generate: Generate = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Give a user another password; a lock goes, and whoever is logged on as that user is logged off."""
    from kassa_server.headquarters import users

    with _writing(data_directory, database) as (connection, environment):
        user = users.user_named(connection, name)
        password = _password(environment, generate)
        users.set_password(connection, environment, user.user_id, password, by=AUTHOR)
    typer.echo(f"User {user.name} has another password.")
    _tell(password, generate)


def set_role(name: Name, role: Role, data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """Give a user another role."""
    from kassa_server.headquarters import users

    with _writing(data_directory, database) as (connection, environment):
        user = users.user_named(connection, name)
        users.set_role(connection, environment, user.user_id, role, by=AUTHOR)
    typer.echo(f"User {user.name}, {role}.")


def block_user(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let the user log on again.")] = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Let a user log on no more, and log them off now."""
    from kassa_server.headquarters import users

    with _writing(data_directory, database) as (connection, environment):
        user = users.user_named(connection, name)
        users.set_blocked(connection, environment, user.user_id, not undo, by=AUTHOR)
    typer.echo(f"User {user.name} {'may log on again' if undo else 'is blocked'}.")


def list_users(data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """Headquarters' users."""
    from kassa_server.headquarters import users

    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        for user in users.list_users(connection):
            last = "never" if user.logged_on_at is None else f"{user.logged_on_at:%Y-%m-%d %H:%M} UTC"
            typer.echo(f"{user.name}  {user.role}{'  blocked' if user.blocked else ''}  last log on: {last}")


@contextmanager
def _writing(data_directory: DataDirectory, database: Database) -> Iterator[tuple[Connection, Environment]]:
    with open_channel(data_directory, database) as channel, channel.writing() as connection:
        yield connection, channel.environment


def _password(environment: Environment, generate: bool) -> str:
    from kassa_server.headquarters.users import new_password

    if generate:
        return new_password(environment)
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _tell(password: str, generate: bool) -> None:
    if generate:
        typer.echo(f"Password, shown this once: {password}")


def add_to(headquarters: typer.Typer) -> None:
    """Hang the commands into ``kassa headquarters``."""
    for name, command in (
        ("add-user", add_user),
        ("set-password", set_password),
        ("set-role", set_role),
        ("block-user", block_user),
        ("users", list_users),
    ):
        headquarters.command(name)(command)
