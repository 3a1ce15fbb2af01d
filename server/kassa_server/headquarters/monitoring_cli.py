"""``kassa headquarters make-token``, ``tokens`` and ``revoke-token``: for programs that watch registers."""

from __future__ import annotations

from typing import Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_headquarters

AUTHOR = "command line"


def make_token(
    name: Annotated[str, typer.Argument(help="What it is for, such as the program's name.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Make a token with which a program reads register offline status, and nothing else. It is shown once."""
    from kassa_server.headquarters import monitoring

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        token = monitoring.make_token(connection, channel.environment, name, by=AUTHOR)
    typer.echo(token)
    typer.echo('curl -H "Authorization: Bearer TOKEN" ADDRESS/v1/headquarters/offline-status')


def tokens(data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """The tokens there are: who made them, when they were last used."""
    from kassa_server.headquarters import monitoring

    with open_headquarters(data_directory, database) as channel, channel.reading() as connection:
        for one in monitoring.list_tokens(connection):
            used = "never used" if one.used_at is None else f"last used {one.used_at:%Y-%m-%d %H:%M} UTC"
            typer.echo(
                f"{one.token_id}  {one.name}  made {one.made_at:%Y-%m-%d} by {one.made_by}, {used}"
                f"{'' if one.revoked_at is None else ', revoked'}"
            )


def revoke_token(
    token_id: Annotated[str, typer.Argument(help="The token's id, as tokens lists it.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Let a token read nothing any more."""
    from kassa_server.headquarters import monitoring

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        monitoring.revoke_token(connection, channel.environment, token_id, by=AUTHOR)
    typer.echo(f"Token {token_id} is revoked.")


def add_to(app: typer.Typer) -> None:
    """Put the commands into ``kassa headquarters``."""
    app.command("make-token")(make_token)
    app.command()(tokens)
    app.command("revoke-token")(revoke_token)
