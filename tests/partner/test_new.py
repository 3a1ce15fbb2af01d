"""``kassa plugin new``: the distribution that it makes is whole, works, and passes its own tests in every state."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.partner.conftest import LOYALTY, Partner
from typer.testing import CliRunner

from kassa.errors import SetupError
from kassa.hookspecs import FIRST_PARTNER_OPERATION
from kassa.partner.cli import plugin
from kassa.partner.new import make_plugin, operation_of

pytestmark = pytest.mark.timeout(600)
"""Another interpreter imports everything anew: on a busy machine that takes its time."""
STATES = ("online", "offline", "slow", "switched", "killed")


@pytest.fixture(scope="module")
def made(partner: Partner) -> Path:
    """The new plugin's folder, installed."""
    partner.run(f"kassa plugin new {LOYALTY}")
    folder = partner.folder / LOYALTY
    partner.run("python -m pip install -q --no-deps --no-build-isolation -e .", folder=folder)
    return folder


def test_its_tests_pass_in_every_state(partner: Partner, made: Path) -> None:
    """In an environment of its own the tests of a new plugin pass as they are, in all five states."""
    said = partner.run("python -m pytest -q -rA --color=no -p no:cacheprovider", folder=made)
    for state in STATES:
        assert f"PASSED tests/test_points.py::test_points_ride_in_the_sale[{state}]" in said, said
    assert "6 passed" in said


@pytest.mark.soak
def test_its_tests_fail_where_its_rule_is_broken(partner: Partner, made: Path) -> None:
    """The tests that it comes with are real: a plugin that keeps its points to itself fails them, and says how."""
    source = made / "acme_loyalty" / "points.py"
    whole = source.read_text(encoding="utf-8")
    source.write_text(whole.replace("    context.save(", "    print("), encoding="utf-8")
    try:
        said = partner.run("python -m pytest -q -p no:cacheprovider -k 'online'", folder=made, code=1)
    finally:
        source.write_text(whole, encoding="utf-8")
    assert "'5 points' in" in said


def test_it_is_well_kept(made: Path) -> None:
    """What partners begin from keeps to the style and format that it is set up for."""
    for command in (["ruff", "check"], ["ruff", "format", "--check"]):
        words = [sys.executable, "-m", *command, str(made)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_catalogues_are_renewed(made: Path, tmp_path: Path) -> None:
    """``kassa plugin texts`` names what has no translation, keeps what has one, and is content otherwise."""
    runner = CliRunner()
    assert runner.invoke(plugin, ["texts", str(made)]).exit_code == 0
    package = tmp_path / "acme_other"
    (package / "locale").mkdir(parents=True)
    (package / "words.py").write_text('x = _("Good morning")\ny = _("Points")\n', encoding="utf-8")
    done = runner.invoke(plugin, ["texts", str(tmp_path)])
    assert (done.exit_code, done.output) == (1, "No translation: sv: Good morning\nNo translation: sv: Points\n")
    po = package / "locale" / "sv" / "LC_MESSAGES" / "acme_other.po"
    po.write_text(po.read_text().replace('"Good morning"\nmsgstr ""', '"Good morning"\nmsgstr "God morgon"'))
    done = runner.invoke(plugin, ["texts", str(tmp_path)])
    assert done.output == "No translation: sv: Points\n"
    assert b"God morgon" in po.with_suffix(".mo").read_bytes()
    assert isinstance(runner.invoke(plugin, ["texts", str(tmp_path / "nothing")]).exception, SetupError)


@pytest.mark.parametrize("name", ["Acme", "acme loyalty", "acme_loyalty", "../acme", "", "kassa", "kassa-more", "json"])
def test_name_that_cannot_be_one(tmp_path: Path, name: str) -> None:
    """A name that pip, Python or Kassa would not take is refused with a hint, and nothing is written."""
    with pytest.raises(SetupError) as told:
        make_plugin(name, tmp_path / "new")
    assert told.value.hint is not None
    assert not (tmp_path / "new").exists()


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    """A folder that holds something is left as it is."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SetupError):
        make_plugin(LOYALTY, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_operation_ids() -> None:
    """A name gives the same id always, a partner's; different names seldom the same."""
    ids = {operation_of(f"acme-{word}") for word in ("loyalty", "club", "parking", "eyewear", "rental")}
    assert len(ids) == 5
    assert min(ids) >= FIRST_PARTNER_OPERATION
    assert operation_of(LOYALTY) == operation_of(LOYALTY)
    with pytest.raises(SetupError):
        make_plugin(LOYALTY, Path("nowhere"), operation=917)
