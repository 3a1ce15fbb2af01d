"""``kassa audit``: the certificate of a register for a period, for the accountant and the auditor."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
import typer

from kassa.errors import InvalidInput
from kassa.text import literal, texts
from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_channel

_, n_ = texts("kassa_server")

Language = Annotated[str | None, typer.Option(help="sv or en. Default: the store's own.")]


def audit(
    register: Annotated[str, typer.Argument(help="The register's id.")],
    period: Annotated[str | None, typer.Option(help="A month: 2026-11.")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, by the store's calendar.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day. Default: until now.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only what reading all that is stored again has found.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    language: Language = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Print a certificate: everything that REGISTER has sold up to a time is in, and what it comes to; or what lacks.

    All that is stored of the register is read again: hashes, the register's own signature, receipt numbers, and the
    sales tables beside the journal. The exit status is 0 only if it is complete.
    """
    from rich.console import Console

    from kassa_server.headquarters.proof.certificate_text import CertificatePrinter, plain
    from kassa_server.headquarters.proof.period_certificate import certify_period
    from kassa_server.record import read_record

    days = _days(period, first, last)
    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        store = read_record(connection, register).store
        told = certify_period(connection, register, *days, channel.environment.clock.utc())
    language = language or store.language
    printer = CertificatePrinter(Console(), language, store.timezone)
    altered = [one for one in told.obstacles if one.kind in READ_AGAIN]
    if json:
        document = plain(told, language) if not verify else plain(altered, language)
        typer.echo(msgspec.json.format(msgspec.json.encode(document)).decode())
    elif verify:
        printer.findings(_("Found:"), altered)
        typer.echo((_("Nothing was altered.") if not altered else _("Something was altered.")).words(language))
    else:
        printer.certificate(told)
    if altered if verify else not told.complete:
        raise typer.Exit(1)


READ_AGAIN = frozenset(
    ("gap", "altered", "unreadable", "head_refused", "series_gone", "receipt_gap", "posted_otherwise")
)
"""Kinds of findings that only reading what is stored brings to light."""


def _days(period: str | None, first: datetime | None, last: datetime | None) -> tuple[date | None, date | None]:
    from kassa_server.headquarters.proof.dates import read_month

    if period is not None and (first is not None or last is not None):
        raise InvalidInput(_("Give a month, or days: not both."), where=literal(period).words("en"))
    if period is not None:
        return read_month(period)
    return (None if first is None else first.date()), (None if last is None else last.date())
