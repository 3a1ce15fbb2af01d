"""``kassa headquarters serve`` and the commands for store servers that join it."""

from __future__ import annotations

from typing import Annotated

import typer

from kassa_server.cli import (
    DEFAULT_FOLDER,
    Database,
    DataDirectory,
    Host,
    LogToStderr,
    Names,
    Packages,
    Port,
    Tls,
    TlsCa,
    TlsCertificate,
    TlsKey,
    given_certificates,
    open_headquarters,
)

DEFAULT_PORT = 8450


def serve(
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    name: Names = None,
    tls: Tls = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    tls_ca: TlsCa = None,
    log_to_stderr: LogToStderr = False,
    packages: Packages = None,
) -> None:
    """Run headquarters without a store server: its pages, its schedules, and what store servers that join it need."""
    from kassa.logs import log_to
    from kassa_server.roles import Role
    from kassa_server.running import RunningServer, Settings
    from kassa_server.settled_memory import settle_memory

    log_to(None if log_to_stderr else data_directory)
    settings = Settings(
        folder=data_directory,
        database=database,
        host=host,
        port=port,
        tls=tls,
        names=tuple(name or ()),
        given=given_certificates(tls_certificate, tls_key, tls_ca),
        packages=packages,
        role=Role.HEADQUARTERS,
    )
    running = RunningServer(settings)
    settle_memory()
    running.serve(lambda address: print(f"Kassa headquarters at {address}", *running.greeting(), sep="\n", flush=True))


def channel_code(
    name: Annotated[str, typer.Argument(help="What to call the store server.")],
    group: Annotated[str | None, typer.Option(help="The channel database group that it serves.")] = None,
    store: Annotated[str | None, typer.Option(help="Instead: the group that this store is in.")] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    address: Annotated[str | None, typer.Option(help="Headquarters' address, if not the server's own.")] = None,
) -> None:
    """Make a code that makes a machine a store server, once, within 24 hours."""
    from kassa_server.headquarters.channel_codes import group_of_store, make_channel_code
    from kassa_server.running import activation_text, read_published

    if (group is None) == (store is None):
        raise typer.BadParameter("Say --group or --store.")
    read_published(data_directory)
    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        if group is None:
            group = group_of_store(connection, store or "")
        code = make_channel_code(connection, channel.environment, name, group)
    made = activation_text(data_directory, code, address)
    typer.echo(made.text)
    typer.echo(f"On that machine: kassa server --headquarters {made.text}")


def store_servers(data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """The store servers that have joined: when they were last heard of, and what waits there."""
    from kassa_server.headquarters.store_servers import joined_store_servers

    with open_headquarters(data_directory, database) as channel, channel.reading() as connection:
        known = joined_store_servers(connection)
    for one in known:
        contact = "never" if one.contact_at is None else f"{one.contact_at:%Y-%m-%d %H:%M:%S} UTC"
        typer.echo(f"{one.store_server_id}  {one.name}  {one.group}  {one.state}  last contact {contact}")
        typer.echo(f"  waiting there: {one.report.waiting}")
        for line in one.report.refused:
            typer.echo(f"  not taken: {line}")


def revoke(
    store_server: Annotated[str, typer.Argument(help="The store server's id, as store-servers lists it.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Take nothing from a store server any more, and give it nothing."""
    from kassa_server.headquarters.channel_codes import revoke_store_server

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        revoke_store_server(connection, channel.environment, store_server)
    typer.echo(f"Store server {store_server} is revoked.")


def add_to(app: typer.Typer) -> None:
    """Hang these commands into ``kassa headquarters``."""
    app.command()(serve)
    app.command("channel-code")(channel_code)
    app.command("store-servers")(store_servers)
    app.command("revoke-store-server")(revoke)
