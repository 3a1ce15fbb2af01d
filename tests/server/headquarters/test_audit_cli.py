"""``kassa audit``: the certificate on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update
from tests.server.conftest import Shop, open_shop, sqlite_database
from typer import Typer
from typer.testing import CliRunner

from kassa.requests.contact import Hello
from kassa_server.headquarters.audit_cli import audit
from kassa_server.schema import sales_transaction


@pytest.fixture
def desk(tmp_path: Path, small_store: Path) -> Iterator[tuple[Shop, Path]]:
    """A shop and its data directory; R1 has sold on 2 March and spoken again on 4 March."""
    for shop in open_shop(sqlite_database(tmp_path, small_store)):
        till = shop.device()
        till.sell("2")
        till.deliver()
        shop.clock.advance(2 * 24 * 3600)
        till.ask(Hello())
        yield shop, tmp_path


def run(folder: Path, *words: str) -> tuple[int, str]:
    app = Typer()
    app.command()(audit)
    result = CliRunner(env={"COLUMNS": "160", "TERM": "dumb"}).invoke(app, [*words, "-d", str(folder)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_complete_day_in_the_stores_language(desk: tuple[Shop, Path]) -> None:
    """The verdict, the receipts and the amounts, in Swedish for a Swedish store; in English if asked for."""
    _shop, folder = desk
    status, said = run(folder, "R1", "--from", "2026-03-02", "--to", "2026-03-02")
    assert status == 0
    assert "KOMPLETT: allt fram till 2026-03-03 00:00 är inne." in said
    assert "S1-R1-1-000001 - S1-R1-1-000001  (1 kvitto)" in said
    assert "109,80\xa0kr" in said
    assert "moms 12 12\xa0% på 98,04\xa0kr" in said
    _status, said = run(folder, "R1", "--from", "2026-03-02", "--to", "2026-03-02", "--language", "en")
    assert "COMPLETE: everything up to 2026-03-03 00:00 is in." in said
    assert "SEK\xa0109.80" in said


def test_month_that_is_not_over_is_unknown(desk: tuple[Shop, Path]) -> None:
    """The exit status is 0 only when the period is complete."""
    _shop, folder = desk
    status, said = run(folder, "R1", "--period", "2026-03", "--language", "en")
    assert status == 1
    assert "NOT COMPLETE: unknown since 2026-03-04 10:00." in said
    assert "unknown-R1-1" in said


def test_json(desk: tuple[Shop, Path]) -> None:
    """The same facts for other programs: amounts as text, times in ISO 8601."""
    _shop, folder = desk
    status, said = run(folder, "R1", "--from", "2026-03-02", "--to", "2026-03-02", "--json")
    told = msgspec.json.decode(said)
    assert (status, told["complete"], told["until"]) == (0, True, "2026-03-02T23:00:00+00:00")
    assert told["figures"][0]["sales"] == {"count": 1, "amount": "109.80"}
    assert told["series"][0]["receipts"] == [{"first": "S1-R1-1-000001", "last": "S1-R1-1-000001", "count": 1}]


def test_verify_says_what_was_altered(desk: tuple[Shop, Path]) -> None:
    """Reading all again: nothing, or what somebody has altered by hand, with its receipt number."""
    shop, folder = desk
    assert run(folder, "R1", "--verify") == (0, "Inget har ändrats.\n")
    with shop.channel.writing() as connection:
        connection.execute(update(sales_transaction).values(total=1))
    status, said = run(folder, "R1", "--verify")
    assert status == 1
    assert "posted_otherwise-R1-1-1" in said
    assert "S1-R1-1-000001" in said
