"""What setup.cfg says about packages is what lies in the folders, and what arrives in the wheel.

An editable install sees a package that ``packages`` does not list, and a file that no ``package_data`` glob matches.
The wheel has neither, and says nothing.
"""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "plugins", "ui", "server")
CODE = {".py", ".kv", ".mo", ".po", ".sql", ".mako", ".html", ".css"}
SHIPPED = CODE | {".csv", ".json", ".md", ".png", ".svg", ".toml", ".ttf"}


def sources() -> dict[str, Path]:
    """Every file that belongs in the wheel, by its name there."""
    return {
        path.relative_to(ROOT / room).as_posix(): path
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and (path.suffix in SHIPPED or path.name == "py.typed")
    }


def folders() -> dict[str, str]:
    """Each package, by its dotted name, and its folder from the root."""
    return {
        name.removesuffix("/__init__.py").replace("/", "."): path.parent.relative_to(ROOT).as_posix()
        for name, path in sources().items()
        if path.name == "__init__.py"
    }


@pytest.fixture(scope="module")
def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel that is built from a copy: a ``build/`` from before would hide what is missing."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    for room in ROOMS:
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    built = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = (tree / "dist").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def lines(value: str) -> list[str]:
    return [line.strip(" ,") for line in value.splitlines() if line.strip(" ,")]


def top_level() -> set[str]:
    return {name for name in folders() if "." not in name}


def test_packages_are_the_folders(config: configparser.ConfigParser) -> None:
    """``packages`` names each folder with an ``__init__.py``, and nothing else."""
    assert sorted(lines(config["options"]["packages"])) == sorted(folders())


def test_package_dir_maps_the_top_level(config: configparser.ConfigParser) -> None:
    """``package_dir`` says where each top-level package lies; sub-packages follow from that."""
    mapping = dict(line.split(" = ") for line in lines(config["options"]["package_dir"]))
    assert mapping == {name: folder for name, folder in folders().items() if "." not in name}


def test_every_module_lies_in_a_package() -> None:
    """No folder holds modules without an ``__init__.py``: such a folder is in no list and in no wheel."""
    packages = set(folders().values())
    modules = {path.parent.relative_to(ROOT).as_posix() for path in sources().values() if path.suffix == ".py"}
    assert modules - packages == set()


def test_wheel_holds_every_file(wheel: set[str]) -> None:
    """The wheel has each module, layout, catalogue, picture and statement of the source tree."""
    assert set(sources()) - wheel == set()


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    """No test, script or benchmark travels with the wheel."""
    ours = top_level()
    strangers = {name for name in wheel if name.split("/")[0] not in ours and ".dist-info/" not in name}
    assert strangers == set()


def test_type_checker_sees_every_package(config: configparser.ConfigParser) -> None:
    """mypy checks each top-level package."""
    assert sorted(lines(config["mypy"]["packages"])) == sorted(top_level())


def test_import_contracts_know_every_package() -> None:
    """import-linter reads each top-level package."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    assert sorted(lines(parser["importlinter"]["root_packages"])) == sorted(top_level())
