"""Trust on the command line: the keys that sign lists of packages, and devices that are revoked."""

from __future__ import annotations

from typing import Annotated

import typer

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_headquarters

AUTHOR = "command line"


def rotate_key(
    plugins: Annotated[bool, typer.Option("--plugins", help="The key that signs registers' plugins.")] = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Make a new key for signing lists. The old one introduces it to the registers, and stays good until revoked."""
    from kassa_server.headquarters import keys

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        made = keys.rotate_key(connection, channel.environment, keys.PLUGINS if plugins else keys.LISTS)
    typer.echo(f"Key {made} signs from now on.")


def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's id.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Trust a key no more."""
    from kassa_server.headquarters import keys

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        keys.revoke_key(connection, channel.environment, key)
    typer.echo(f"Key {key} is revoked.")


def reseal_keys(
    by_key_file: Annotated[
        bool, typer.Option("--by-key-file", help="With the key file, although there is a passphrase.")
    ] = False,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Encrypt the signing keys anew: with the passphrase in KASSA_KEY_PASSPHRASE if there is one, else with the key
    file. To change the passphrase: first --by-key-file with the old one, then again with the new one."""
    from kassa_server.headquarters import keys

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        count = keys.reseal_keys(connection, by_file=by_key_file)
    typer.echo(f"Keys sealed anew: {count}.")


def revoke_device(
    register: Annotated[str, typer.Argument(help="The register's id.")],
    device: Annotated[str | None, typer.Option(help="One of its former devices, by id.")] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Trust the device that is REGISTER no more: one that was lost, stolen or sold. It is refused from now on; what it
    still hands over is kept, and counts when somebody accepts it (kassa server post-parked --revoked REGISTER)."""
    from kassa_server.headquarters.device_revocations import revoke_device

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        revoked = revoke_device(connection, register, by=AUTHOR, device_id=device)
    typer.echo(f"Device {revoked} of register {register} is revoked.")


def admit_device(
    register: Annotated[str, typer.Argument(help="The register's id.")],
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Admit the device of REGISTER again that was activated after the backup which the database was restored from."""
    from kassa_server.headquarters.returning_devices import admit_again

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        admitted = admit_again(connection, register, by=AUTHOR)
    typer.echo(f"Device {admitted} is register {register} again.")


def add_to(app: typer.Typer) -> None:
    """Put these commands among headquarters' others."""
    app.command("rotate-key")(rotate_key)
    app.command("revoke-key")(revoke_key)
    app.command("reseal-keys")(reseal_keys)
    app.command("revoke-device")(revoke_device)
    app.command("admit-device")(admit_device)
