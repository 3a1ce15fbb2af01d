"""``kassa plugin check``: a good wheel is gold, and each thing that is wrong with a bad one is named by its rule."""

from __future__ import annotations

import hashlib
import importlib
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.bad_plugins import wheels
from typer.testing import CliRunner

from kassa.partner.check.checking import check_wheel
from kassa.partner.check.loading import Loaded
from kassa.partner.check.report import LEVELS, RULES, Finding, Report, quality
from kassa.partner.check.words import in_words
from kassa.partner.cli import plugin

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty place to install to."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if (wheels.FOLDER / f"{name}.py").exists():
            del sys.modules[name]


def rules(found: list[Finding] | tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in found}


EXPECTED = {
    "misspelt_hook": "loads",
    "wrong_argument": "loads",
    "import_error": "loads",
    "exits_at_import": "loads",
    "next_api_level": "api-level",
    "settings_do_not_fit": "settings",
    "table_of_nobody": "own-tables",
}


@pytest.mark.parametrize(("name", "rule"), EXPECTED.items())
def test_plugin_that_does_not_load(site: Path, name: str, rule: str) -> None:
    """What a register would leave out is named by its rule, with the file and a hint."""
    wheels.install(name, site)
    importlib.invalidate_caches()
    (finding,) = Loaded([name], [name], wheels.VERSION, {}).findings()
    assert finding.rule == rule
    assert finding.file.startswith(str(site))
    assert finding.hint


def test_id_that_another_plugin_has(site: Path) -> None:
    """An operation id that an installed plugin has is not free, and both are named."""
    for name in ("first_of_two", "second_of_two"):
        wheels.install(name, site)
    importlib.invalidate_caches()
    found = list(Loaded(["second_of_two"], ["second_of_two"], wheels.VERSION, {}).findings())
    (taken,) = [finding for finding in found if finding.rule == "operation-ids"]
    assert taken.what == "Operation 5000 is claimed by second_of_two and first_of_two."
    assert taken.file.endswith("second_of_two.py:13")


def test_plugin_that_looks_inside(tmp_path: Path) -> None:
    """Imports of internals, drivers, other plugins and Kivy, a Kassa id, a permission of nobody's, another's request
    name, a wrong version: all in one report, each at its place in the wheel."""
    report = check_wheel(wheels.make_wheel("looks_inside", tmp_path), run=False)
    assert report.quality is None
    lines = {(finding.rule, finding.file) for finding in report.findings}
    assert {
        ("public-modules", "looks_inside.py:5"),
        ("public-modules", "looks_inside.py:13"),
        ("public-modules", "looks_inside.py:11"),
        ("no-kivy", "looks_inside.py:8"),
        ("operation-ids", "looks_inside.py:32"),
        ("permissions", "looks_inside.py:32"),
        ("request-names", "looks_inside.py:27"),
        ("version", ""),
        ("settings-schema", ""),
        ("described", "METADATA"),
    } <= lines
    assert set(report.unknown) == {"works", "sells-on", "offline", "budgets", "own-settings"}


def test_declaration_that_is_not_true(tmp_path: Path) -> None:
    """An operation that says it works offline is run there; a header item that takes 20 ms is over its budget. What a
    register does with it, it does: the wheel is bronze."""
    report = check_wheel(wheels.make_wheel("says_it_works_offline", tmp_path))
    offline = [finding for finding in report.findings if finding.rule == "offline"]
    assert {"offline", "switched"} <= {finding.what.rpartition("(")[2].rstrip(").") for finding in offline}
    assert all("Operation 5001" in finding.what for finding in offline)
    (slow,) = [finding for finding in report.findings if finding.rule == "budgets"]
    assert "says_it_works_offline.status_items takes" in slow.what
    assert rules(report.findings) >= {"offline", "budgets", "settings-schema"}
    assert (report.quality, report.api_level, report.unknown) == ("bronze", 1, ())


def test_wheel_that_is_not_the_expected_one(tmp_path: Path) -> None:
    """Another hash, a file changed after building, something that is no wheel: it is not even unpacked."""
    wheel = wheels.make_wheel("first_of_two", tmp_path)
    report = check_wheel(wheel, sha256="0" * 64)
    assert rules(report.findings) == {"hash"}
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in report.findings[0].what
    changed = tmp_path / "changed" / wheel.name
    changed.parent.mkdir()
    with zipfile.ZipFile(wheel) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name) + (b"import os\n" if name == "first_of_two.py" else b""))
    (finding,) = check_wheel(changed).findings
    assert (finding.rule, finding.file) == ("wheel", "first_of_two.py")
    shutil.copy(__file__, tmp_path / "no.whl")
    report = check_wheel(tmp_path / "no.whl")
    assert rules(report.findings) == {"wheel"}
    assert report.quality is None


def test_command_says_it_in_words_and_as_json(tmp_path: Path) -> None:
    """The report for people names every rule; the one for machines reads back; the exit code tells of bronze."""
    wheel = wheels.make_wheel("first_of_two", tmp_path)
    words = CliRunner().invoke(plugin, ["check", str(wheel), "--sha256", "0" * 64])
    assert words.exit_code == 1
    assert all(f"{rule}: " in words.output for rule in RULES)
    assert "Quality: not bronze" in words.output
    machine = CliRunner().invoke(plugin, ["check", str(wheel), "--sha256", "0" * 64, "--json"])
    report = msgspec.json.decode(machine.output, type=Report)
    assert in_words(report) == words.output.rstrip("\n")


def test_levels() -> None:
    """A level asks for its own rules and for those below; what could not be looked at is not kept."""
    for level in LEVELS:
        assert any(asked == level for asked, _words in RULES.values())
    assert quality((), ()) == "gold"
    assert quality((Finding("typed", ""),), ()) == "silver"
    assert quality((Finding("offline", ""),), ()) == "bronze"
    assert quality((Finding("loads", ""),), ()) is None
    assert quality((), ("works",)) is None
