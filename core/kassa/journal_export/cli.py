"""``kassa journal export``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kassa.journal_export.poslog import as_poslog
from kassa.journal_export.reading import entries_of
from kassa.journal_export.table import as_csv
from kassa.register.cli import DEFAULT, Directory

journal = typer.Typer(help="The register's journal, in forms that others read.", no_args_is_help=True)


@journal.callback()
def _one_command() -> None:
    """Typer makes a single command the whole; there will be more."""


class Form(StrEnum):
    """A form of export."""

    poslog = "poslog"
    csv = "csv"


FORMS = {Form.poslog: as_poslog, Form.csv: as_csv}
DAY = ["%Y-%m-%d"]


@journal.command()
def export(
    directory: Directory = DEFAULT,
    form: Annotated[Form, typer.Option("--format", help="XML in the style of POSLog 6, or CSV.")] = Form.poslog,
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="The last day.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A new file; without it, the terminal.")] = None,
) -> None:
    """Write the journal, also while the register runs. Its chain is verified; a damaged journal gives exit code 1."""
    days = (None if day is None else day.date() for day in (first, last))
    parts = FORMS[form](entries_of(directory, *days))
    if output is None:
        sys.stdout.writelines(parts)
        return
    count = _write(parts, output)
    typer.echo(f"{count} bytes in {output}.", err=True)


def _write(parts: Iterable[str], output: Path) -> int:
    """A file that is whole or not there: a name that is taken is refused, a broken export leaves nothing."""
    try:
        with output.open("x", encoding="utf-8", newline="") as file:
            file.writelines(parts)
            return file.tell()
    except FileExistsError as error:
        raise typer.BadParameter(f"{output} is there already.") from error
    except BaseException:
        output.unlink(missing_ok=True)
        raise
