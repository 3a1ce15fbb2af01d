"""``kassa replay`` and ``kassa demo``, as they are typed."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from rich.console import Console
from tests.replay.written import line, written
from typer.testing import CliRunner

from kassa.errors import InvalidInput
from kassa.replay import cli
from kassa.replay.report import Report
from kassa.replay.window import show

SMALL = (
    line(),
    line(stock_code="POST", quantity="1", unit_price="18.00", description="POSTAGE"),
    line(invoice="536366", description="", unit_price="0"),
    line(invoice="C536367", quantity="-1"),
)


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.command("replay")(cli.replay)
    made.command("demo")(cli.demo)
    return made


def test_a_file_is_played_and_proven(app: typer.Typer, tmp_path: Path) -> None:
    """The last line says what was proven; rows that are no sale are listed with the reason."""
    told = CliRunner().invoke(app, ["replay", str(written(tmp_path, *SMALL)), "--no-faults"])
    assert told.exit_code == 0, told.output
    assert "no description; price 0" in told.output
    assert "Proven: 2 sales and returns, £30.75: lost 0, doubled 0, off by £0.00" in told.output


def test_a_file_that_cannot_be_read_plays_nothing(tmp_path: Path) -> None:
    """It ends with an error in words, which names line and column."""
    file = written(tmp_path, line(quantity="six"))
    told = subprocess.run(
        [sys.executable, "-m", "kassa.cli", "replay", str(file)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert "Line 2, column quantity: “six”" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_file_without_a_sale_proves_nothing(app: typer.Typer, tmp_path: Path) -> None:
    """There is nothing to play, and that is no success."""
    told = CliRunner().invoke(app, ["replay", str(written(tmp_path, line(unit_price="0")))])
    assert told.exit_code == 1
    assert "holds no sale" in told.output


def in_one_line(boxed: str) -> str:
    """What a box says, whichever way its lines were broken."""
    return " ".join(boxed.replace("│", " ").split())


def test_a_folder_that_holds_something_is_left_alone(app: typer.Typer, tmp_path: Path) -> None:
    """Nobody's register is written over."""
    file = written(tmp_path, *SMALL)
    told = CliRunner().invoke(app, ["replay", str(file), "--directory", str(tmp_path)])
    assert told.exit_code == 2
    assert "is not empty" in in_one_line(told.output)


def test_an_error_names_the_line_before_anything_is_started(app: typer.Typer, tmp_path: Path) -> None:
    """The file is read whole before a store is made."""
    told = CliRunner().invoke(app, ["replay", str(written(tmp_path, line(), line(unit_price="-")))])
    assert isinstance(told.exception, InvalidInput)


def test_the_window_is_a_process_beside_a_store_server_that_can_be_made_to_fail(tmp_path: Path) -> None:
    """The people and their PINs are said; what is typed makes the store server fail; the end counts the journal."""
    said = io.StringIO()
    report = Report(Console(file=said, width=160, highlight=False))
    window = [sys.executable, "-c", "import time; time.sleep(1)"]
    file = written(tmp_path, *SMALL)
    folder = tmp_path / "demo"
    typed = io.StringIO("freeze\nok\nwhat\n")
    assert show(report, file, folder, "sv", command=lambda _folder, _language: window, typed=typed)
    words = said.getvalue()
    assert "1001" in words
    assert "1234" in words
    assert re.search(r"pages at http://127\.0\.0\.1:\d+/headquarters/: name demo, password [a-z2-7-]{23}", words)
    assert "Now the store server freezes: it accepts and never answers until you type ok." in words
    assert "0 sales and returns in the register's journal" in words
