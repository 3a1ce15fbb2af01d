"""``kassa server``, ``kassa store``, ``kassa import``, ``kassa activation-code``.

What a command needs is imported when it runs: a command line that only says its help starts at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_data_path

if TYPE_CHECKING:
    from kassa_server.certificate import SeriesCertificate
    from kassa_server.channel import Channel
    from kassa_server.tls import Certificates

DEFAULT_FOLDER = user_data_path("kassa") / "server"

DataDirectory = Annotated[
    Path, typer.Option("--data-directory", "-d", help="Where database, certificates and logs are.")
]
Database = Annotated[
    str | None, typer.Option(help="The channel database, as an SQLAlchemy URL. Default: SQLite in the data directory.")
]

Packages = Annotated[
    str | None,
    typer.Option(
        envvar="KASSA_PACKAGES",
        help="Data packages in an object store: s3://bucket/prefix?endpoint=https://… Default: the data directory.",
    ),
]
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")]
Names = Annotated[
    list[str] | None, typer.Option("--name", help="A name or address by which this machine is reached. Repeatable.")
]
Tls = Annotated[bool | None, typer.Option(help="Speak https. Always, off loopback.")]
TlsCertificate = Annotated[Path | None, typer.Option(help="A certificate from elsewhere, PEM.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its key, PEM.")]
TlsCa = Annotated[Path | None, typer.Option(help="Its CA, PEM, if that is no public one.")]
LogToStderr = Annotated[bool, typer.Option(help="Log to standard error, not to the data directory.")]

REGISTERS_JOB = 1090
server = typer.Typer(help="The store server: run it, look after what it holds.", invoke_without_command=True)
store = typer.Typer(help="Stores in the channel database.", no_args_is_help=True)


@server.callback()
def run(
    context: typer.Context,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    host: Host = "127.0.0.1",
    port: Port = 8440,
    name: Names = None,
    tls: Tls = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    tls_ca: TlsCa = None,
    log_to_stderr: LogToStderr = False,
    packages: Packages = None,
    headquarters: Annotated[
        str | None, typer.Option(help="Join a headquarters elsewhere with this code. Remembered from then on.")
    ] = None,
    headquarters_interval: Annotated[
        float, typer.Option(help="Seconds between questions to headquarters for something new.", min=1)
    ] = 30,
) -> None:
    """Run the store server. Off loopback it speaks https only, with a CA of its own unless a certificate is given."""
    if context.invoked_subcommand is not None:
        return
    import socket

    from kassa.environment import Environment
    from kassa.logs import log_to
    from kassa_server.joined.membership import join_headquarters
    from kassa_server.running import RunningServer, Settings
    from kassa_server.settled_memory import settle_memory

    log_to(None if log_to_stderr else data_directory)
    if headquarters is not None:
        joined = join_headquarters(data_directory, headquarters, Environment(), socket.gethostname())
        print(f"Store server “{joined.name}” of headquarters at {joined.address}", flush=True)
    settings = Settings(
        folder=data_directory,
        database=database,
        host=host,
        port=port,
        tls=tls,
        names=tuple(name or ()),
        given=given_certificates(tls_certificate, tls_key, tls_ca),
        headquarters_every_s=headquarters_interval,
        packages=packages,
    )
    running = RunningServer(settings)
    settle_memory()
    running.serve(lambda address: print(f"Kassa store server at {address}", *running.greeting(), sep="\n", flush=True))


def given_certificates(certificate: Path | None, key: Path | None, ca: Path | None) -> Certificates | None:
    """The certificate that the command line names."""
    from kassa_server.tls import Certificates

    if certificate is None:
        return None
    if key is None:
        raise typer.BadParameter("--tls-certificate needs --tls-key")
    return Certificates(certificate, key, None if ca is None else ca.read_text())


@server.command()
def status(data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """How the contact with headquarters goes, where that is elsewhere."""
    from kassa_server.joined.membership import load_membership
    from kassa_server.joined.status import contacts

    membership = load_membership(data_directory)
    if membership is None:
        print("Headquarters is in this store server.")
        return
    print(f"Store server “{membership.name}” of headquarters at {membership.address}")
    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        known = contacts(connection)
    for one in known:
        success = "never" if one.success_at is None else f"{one.success_at:%Y-%m-%d %H:%M:%S} UTC"
        print(f"{one.what}: last attempt {one.attempt_at:%Y-%m-%d %H:%M:%S} UTC, last success {success}")
        print(f"  waiting for headquarters: {one.waiting}")
        if one.error:
            print(f"  {one.error}")
    if not known or any(one.error for one in known):
        raise typer.Exit(1)


@server.command("post-parked")
def post_parked(
    revoked: Annotated[
        str | None,
        typer.Option(metavar="REGISTER", help="Accept and post what this register's revoked devices handed over."),
    ] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Post the journal entries again that could not be posted, after their cause was repaired. What a revoked device
    has handed over is not among them until --revoked accepts it."""
    from kassa_server.host import Host
    from kassa_server.joined.membership import load_membership
    from kassa_server.joined.own_rows import noting_own_row
    from kassa_server.posting import Poster, parked_entries

    noting = None if load_membership(data_directory) is None else noting_own_row
    with open_channel(data_directory, database) as channel:
        poster = Poster(channel, Host(channel, noting=noting))
        done = poster.post_parked() if revoked is None else poster.post_accepted(revoked, by="command line")
        print(f"Posted: {done.posted}. Still parked: {done.parked}.")
        for line in parked_entries(channel):
            print(line)
    if done.parked:
        raise typer.Exit(1)


@server.command()
def certificate(
    register: Annotated[str, typer.Argument(help="The register's id.")],
    until: Annotated[datetime | None, typer.Option(help="The time to certify, UTC. Default: now.")] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Say whether everything that REGISTER has journalled up to a time is in the channel database."""
    from kassa_server.certificate import certify

    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        wanted = channel.environment.clock.utc() if until is None else until.replace(tzinfo=UTC)
        found = certify(connection, register, wanted)
    if found.complete:
        print(f"Register {register}: everything up to {wanted:%Y-%m-%d %H:%M:%S} UTC is in.")
    elif found.unknown_since is None:
        print(f"Register {register}: never active, nothing is known.")
    else:
        print(f"Register {register}: unknown since {found.unknown_since:%Y-%m-%d %H:%M:%S} UTC.")
    for one in found.series:
        print(f"  series {one.number}: {_say(one)}")
    print("A tail cut off before its first head was sent, by whoever holds disk and key, would not show.")
    if not found.complete:
        raise typer.Exit(1)


def _say(one: SeriesCertificate) -> str:
    said = [f"{one.sequence} entries, known to {one.known_to:%Y-%m-%d %H:%M:%S} UTC"]
    if one.closed_at is not None:
        said.append(f"open-ended: replaced {one.closed_at:%Y-%m-%d %H:%M:%S} UTC")
    if one.missing:
        said.append(f"{one.missing} not delivered yet")
    if one.conflicts:
        said.append(f"{one.conflicts} in conflict")
    if one.parked:
        said.append(f"{one.parked} parked")
    if one.behind_at is not None:
        said.append(f"copied or restored journal seen {one.behind_at:%Y-%m-%d %H:%M:%S} UTC")
    return "; ".join(said)


@store.command()
def create(
    file: Annotated[Path, typer.Argument(help="The store's description, JSON.", exists=True, dir_okay=False)],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Create or change a store with registers, staff, tenders, taxes and items, all in one step."""
    from kassa_server.store_file import create_store, read_description

    description = read_description(file.read_bytes())
    with open_headquarters(data_directory, database) as channel:
        create_store(channel, description)
    registers = ", ".join(new.register_id for new in description.registers)
    print(f"Store {description.store.store_id} ({description.store.name}), registers: {registers}.")


def import_catalogue(
    file: Annotated[Path, typer.Argument(help="CSV with a line of column names.", exists=True, dir_okay=False)],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Import items from CSV: item_number, description, unit_price, tax_code, and, if wanted, barcode and unit.

    All of the file is imported, or nothing, with every fault named by line and column.
    """
    from kassa_server import catalogue_import
    from kassa_server.headquarters.changes import Author, changes_by

    importing = changes_by(Author(file.name[:100], "import"))
    with open_channel(data_directory, database) as channel, importing, channel.writing() as connection:
        count = catalogue_import.import_catalogue(connection, file.read_bytes())
    print(f"Imported {count} items.")


def activation_code(
    register: Annotated[str, typer.Argument(help="The register's id.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    address: Annotated[str | None, typer.Option(help="The address to use, if not the server's own.")] = None,
    store_server: Annotated[
        str | None, typer.Option(help="The store server that will serve it, where several serve its store.")
    ] = None,
) -> None:
    """Make a code that activates a device as REGISTER, once, within 24 hours."""
    from kassa_server.activation import make_code
    from kassa_server.headquarters.store_servers import store_server_of
    from kassa_server.running import activation_text, read_published

    read_published(data_directory)
    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        code = make_code(connection, channel.environment, register, store_server)
        serving = store_server_of(connection, register, store_server)
    if serving is not None:
        _send_codes(data_directory, database)
    made = activation_text(data_directory, code, address, serving)
    print(made.text)
    print(f"To be typed: {made.short}")


def _send_codes(data_directory: Path, database: str | None) -> None:
    """Have the store servers get new codes now, not with the next run of the schedule."""
    from kassa_server.headquarters.distribution import Distribution
    from kassa_server.headquarters.package_place import open_package_files

    with open_headquarters(data_directory, database) as channel:
        Distribution(channel, open_package_files(data_directory)).run(REGISTERS_JOB)


@contextmanager
def open_headquarters(data_directory: Path, database: str | None) -> Iterator[Channel]:
    """As :func:`open_channel`, for what is decided in headquarters.

    :raises kassa.errors.SetupError: headquarters is elsewhere.
    """
    from kassa_server.joined.membership import refuse_if_joined

    refuse_if_joined(data_directory)
    with open_channel(data_directory, database) as channel:
        yield channel


@contextmanager
def open_channel(data_directory: Path, database: str | None) -> Iterator[Channel]:
    """The channel database that a command works on, brought to this version's tables. Changes are the command
    line's."""
    from kassa_server.channel import Channel
    from kassa_server.headquarters.changes import Author, changes_by
    from kassa_server.migrate import upgrade
    from kassa_server.running import Settings

    data_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    channel = Channel(Settings(data_directory, database).database_url, folder=data_directory)
    try:
        upgrade(channel.engine)
        with changes_by(Author("command line", "cli")):
            yield channel
    finally:
        channel.close()
