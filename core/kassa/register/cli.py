"""``kassa register …``, ``kassa status`` and ``kassa sync …``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from kassa.installer.cli import install, replace
from kassa.register.control import ask_running, is_running
from kassa.register.status import read_status

register = typer.Typer(help="This register: install it, replace it, look at it.", no_args_is_help=True)
sync = typer.Typer(help="Synchronisation of the running register.", no_args_is_help=True)

Directory = Annotated[Path, typer.Option("--directory", "-d", help="The register's folder.")]
DEFAULT = user_data_path("kassa") / "register"

register.command()(install)
register.command("activate", help="The same as install, by its older name.", hidden=True)(install)
register.command()(replace)


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


@register.command()
def readiness(directory: Directory = DEFAULT) -> None:
    """Would this register sell right now if the store server vanished? If not: why, and exit code 1."""
    causes = _causes(directory)
    if not causes:
        typer.echo("Ready: this register sells without the store server.")
        return
    typer.echo("Not ready:")
    for cause in causes:
        typer.echo(f"  {cause}")
    raise typer.Exit(1)


@register.command()
def restart(directory: Directory = DEFAULT) -> None:
    """Start the running register again, as soon as there is no sale and nobody is logged on."""
    ask_running(directory, "restart")
    typer.echo("It is started again when no sale is in progress and nobody has been logged on for 15 seconds.")


def _causes(directory: Path) -> list[str]:
    if is_running(directory):
        answer: list[str] = ask_running(directory, "readiness")
        return answer
    from kassa.register.opening import look_into

    with look_into(directory) as looked_into:
        return [cause.words("en") for cause in looked_into.readiness().causes]


@sync.command()
def now(directory: Directory = DEFAULT) -> None:
    """Synchronise at once. Only a running register does (S9)."""
    started = ask_running(directory, "synchronise")
    typer.echo("Synchronising." if started else "This register has no plugin that synchronises.")
    if not started:
        raise typer.Exit(1)


def plugins(
    directory: Directory = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    again: Annotated[
        str | None, typer.Option(metavar="NAME", help="Forget that this plugin has frozen the register.")
    ] = None,
) -> None:
    """The register's plugins: distribution, version, state and reason, and for each hook the time that 99 of 100 calls
    did not exceed. KASSA_TRACE_HOOKS=1 in a register's environment has it log every call of a hook."""
    import msgspec

    from kassa.register.plugin_list import in_words, read_lines

    if again is not None:
        _try_again(directory, again)
        return

    lines = read_lines(directory)
    typer.echo(msgspec.json.format(msgspec.json.encode(lines)).decode() if as_json else in_words(lines))


def _try_again(directory: Path, plugin: str) -> None:
    from kassa.environment import Environment
    from kassa.supervision.freezes import Freezes

    forgotten = Freezes(directory, Environment().clock.utc()).forget(plugin)
    typer.echo("It is tried again at the next start." if forgotten else f"Nothing stands against {plugin}.")
    if not forgotten:
        raise typer.Exit(1)


def status(directory: Directory = DEFAULT) -> None:
    """What is known of the register, also while it runs: series, sales that wait, last download and upload,
    each table group of the offline database, readiness."""
    for label, value in read_status(directory):
        typer.echo(f"{label + ':':<26}{value}")
