"""The command line: ``kassa``. Sub-commands come from entry points in ``kassa.commands``, so the core knows none."""

from __future__ import annotations

import importlib.metadata
import sys

import typer

from kassa.errors import KassaError
from kassa.register.cli import register as register_commands
from kassa.register.cli import status

GROUP = "kassa.commands"


def build() -> typer.Typer:
    """The command line with every installed sub-command."""
    app = typer.Typer(name="kassa", help="The register that never stops selling.", no_args_is_help=True)
    app.add_typer(register_commands, name="register")
    app.command("status")(status)
    for point in sorted(importlib.metadata.entry_points(group=GROUP)):
        try:
            command = point.load()
        except ImportError as error:
            app.command(point.name, help=f"Not installed here: {error}")(_missing(point.name, str(error)))
            continue
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=point.name)
        else:
            app.command(point.name)(command)
    return app


def _missing(name: str, why: str):  # type: ignore[no-untyped-def]
    def command() -> None:
        typer.echo(f"kassa {name} cannot run: {why}. Install the extra it belongs to.", err=True)
        raise typer.Exit(2)

    return command


def main() -> None:
    """The entry point: errors are said in words, with what is kept and what to do."""
    try:
        build()()
    except KassaError as error:
        language = "en"
        parts = [error.what, error.kept, *([error.hint] if error.hint is not None else [])]
        typer.echo(" ".join(part.words(language) for part in parts), err=True)
        if error.where:
            typer.echo(f"[{error.code}] {error.where}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
