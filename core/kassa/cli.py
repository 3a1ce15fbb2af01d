"""The command line: ``kassa``. Sub-commands come from entry points in ``kassa.commands``, so the core knows none."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable

import typer

from kassa.errors import SALE_KEPT, KassaError

GROUP = "kassa.commands"


def build(wanted: str | None = None) -> typer.Typer:
    """The command line with every installed sub-command.

    :param wanted: the sub-command that will run: no other is imported. None: all, for help.
    """
    app = typer.Typer(name="kassa", no_args_is_help=True)
    app.callback(help="The register that never stops selling.")(_is_named)
    points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: point.name)
    names = {point.name for point in points}
    if wanted not in names:
        _hang_in_the_register(app)
    for point in points:
        if wanted not in names or point.name == wanted:
            _hang_in(app, point)
    return app


def _is_named() -> None:
    """A command is typed by its name, although it is the only one that was hung in."""


def _hang_in_the_register(app: typer.Typer) -> None:
    from kassa.register.cli import plugins, register, status, sync

    app.add_typer(register, name="register")
    app.add_typer(sync, name="sync")
    app.command("status")(status)
    app.command("plugins")(plugins)


def _hang_in(app: typer.Typer, point: importlib.metadata.EntryPoint) -> None:
    try:
        command = point.load()
    except (ImportError, AttributeError) as error:
        app.command(point.name, help=f"Cannot run here: {error}")(_missing(point.name, str(error)))
        return
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=point.name)
    else:
        app.command(point.name)(command)


def _missing(name: str, why: str) -> Callable[[], None]:
    def command() -> None:
        typer.echo(f"kassa {name} cannot run: {why}. Install the extra it belongs to.", err=True)
        raise typer.Exit(2)

    return command


def main() -> None:
    """The entry point: errors are said in words, with what is kept and what to do."""
    try:
        build(next((word for word in sys.argv[1:] if not word.startswith("-")), None))()
    except KassaError as error:
        language = "en"
        kept = None if error.kept == SALE_KEPT else error.kept  # nobody sells on a command line
        parts = [part for part in (error.what, kept, error.hint) if part is not None]
        typer.echo(" ".join(part.words(language) for part in parts), err=True)
        if error.where:
            typer.echo(f"[{error.code}] {error.where}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
