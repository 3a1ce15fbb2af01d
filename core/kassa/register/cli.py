"""``kassa register …`` and ``kassa status``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from kassa.register.activation import activate as activate_register
from kassa.register.status import read_status

register = typer.Typer(help="This register: activate it, look at its journal.", no_args_is_help=True)

Directory = Annotated[Path, typer.Option("--directory", "-d", help="The register's folder.")]
DEFAULT = user_data_path("kassa") / "register"


@register.command()
def activate(
    code: Annotated[str, typer.Argument(help="As headquarters gave it.")],
    directory: Directory = DEFAULT,
    name: Annotated[str, typer.Option(help="What this device is called.")] = "",
) -> None:
    """Make this device a register, or the same register again in a new series."""
    record = activate_register(directory, code, device_name=name)
    typer.echo(f"Register {record.register_id} ({record.name}) in store {record.store.name} is active in {directory}.")


@register.command()
def verify(directory: Directory = DEFAULT) -> None:
    """Read the whole journal and check its chain."""
    from kassa.environment import Environment
    from kassa.journal import Journal
    from kassa.register.installation import Installation

    Installation.load(directory)
    journal = Journal(directory, Environment())
    try:
        journal.verify()
        series = journal.series
        typer.echo(f"Series {series.number}: {series.sequence} entries, {series.receipts} receipts, chain unbroken.")
    finally:
        journal.close()


def status(directory: Directory = DEFAULT) -> None:
    """What the register's folder says, also while the register runs: series, sales that wait, offline database."""
    for label, value in read_status(directory):
        typer.echo(f"{label + ':':<26}{value}")
