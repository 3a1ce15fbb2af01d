"""``kassa server``, ``kassa import``, ``kassa activation-code``. What a command needs is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_data_path

if TYPE_CHECKING:
    from kassa_server.channel import Channel

DEFAULT_FOLDER = user_data_path("kassa") / "server"

DataDirectory = Annotated[
    Path, typer.Option("--data-directory", "-d", help="Where database, certificates and logs are.")
]
Database = Annotated[
    str | None, typer.Option(help="The channel database, as an SQLAlchemy URL. Default: SQLite in the data directory.")
]


def server(
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8440,
    name: Annotated[
        list[str] | None, typer.Option(help="A name or address by which registers reach this machine. Repeatable.")
    ] = None,
    tls: Annotated[bool | None, typer.Option(help="Speak https. Always, off loopback.")] = None,
    tls_certificate: Annotated[Path | None, typer.Option(help="A certificate from elsewhere, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    tls_ca: Annotated[Path | None, typer.Option(help="Its CA, PEM, if that is no public one.")] = None,
    log_to_folder: Annotated[bool, typer.Option(help="Log to the data directory, not to standard error.")] = True,
) -> None:
    """Run the store server: requests, journal intake, activation."""
    from kassa.logs import log_to
    from kassa_server.running import RunningServer, Settings

    log_to(data_directory if log_to_folder else None)
    settings = Settings(
        folder=data_directory,
        database=database,
        host=host,
        port=port,
        tls=tls,
        names=tuple(name or ()),
        given=_given(tls_certificate, tls_key, tls_ca),
    )
    RunningServer(settings).serve(lambda address: print(f"Kassa store server at {address}", flush=True))


def _given(certificate: Path | None, key: Path | None, ca: Path | None):  # type: ignore[no-untyped-def]
    from kassa_server.tls import Certificates

    if certificate is None:
        return None
    if key is None:
        raise typer.BadParameter("--tls-certificate needs --tls-key")
    return Certificates(certificate, key, None if ca is None else ca.read_text())


def activation_code(
    register: Annotated[str, typer.Argument(help="The register's id.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    address: Annotated[str | None, typer.Option(help="The address to use, if not the server's own.")] = None,
) -> None:
    """Make a code that activates a device as REGISTER, once, within 24 hours."""
    from kassa_server.activation import make_code
    from kassa_server.running import activation_text

    channel = _channel(data_directory, database)
    with channel.writing() as connection:
        code = make_code(connection, channel.environment, register)
    made = activation_text(data_directory, code, address)
    print(made.text)
    print(f"To be typed: {made.short}")


def _channel(data_directory: Path, database: str | None) -> Channel:
    from kassa_server.channel import Channel
    from kassa_server.migrate import upgrade
    from kassa_server.running import Settings

    channel = Channel(Settings(data_directory, database).database_url)
    upgrade(channel.engine)
    return channel
