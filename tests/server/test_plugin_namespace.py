"""Sets of wheels under names of their own in one process: with compiled modules in them, too."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import markupsafe._speedups
import pytest

from kassa_server.plugin_namespace import Namespace

SOURCE = """
import _speedups as beside
from acme_fast import _speedups
from . import _speedups as within

VERSION = {version}
assert within is _speedups is not beside
"""


@pytest.fixture
def closed() -> Iterator[ExitStack]:
    """What is imported is forgotten."""
    with ExitStack() as stack:
        yield stack


def versions(folder: Path, closed: ExitStack) -> list[Namespace]:
    """Two versions of a distribution with a compiled module in its package, and one beside it."""
    compiled = Path(markupsafe._speedups.__file__)
    assert compiled.name.endswith(tuple(EXTENSION_SUFFIXES))
    made = []
    for version in (1, 2):
        site = folder / str(version)
        (site / "acme_fast").mkdir(parents=True)
        (site / "acme_fast" / "__init__.py").write_text(SOURCE.format(version=version), encoding="utf-8")
        for place in (site, site / "acme_fast"):
            shutil.copy(compiled, place / compiled.name)
        made.append(closed.enter_context(closing(Namespace(f"kassa_plugins_{version}", site))))
    return made


def test_compiled_modules_of_two_versions_side_by_side(tmp_path: Path, closed: ExitStack) -> None:
    """Each version has its own, found by its plain name as its sources are; nothing of it is in Python's own list of
    modules under that name."""
    versions(tmp_path, closed)
    one, two = (importlib.import_module(f"kassa_plugins_{version}.acme_fast") for version in (1, 2))
    assert (one.VERSION, two.VERSION) == (1, 2)
    assert one._speedups is not two._speedups
    assert Path(one._speedups.__file__).is_relative_to(tmp_path / "1")
    assert Path(two.beside.__file__).parent == tmp_path / "2"
    assert not {"acme_fast", "_speedups"} & set(sys.modules)


def test_what_is_closed_is_forgotten(tmp_path: Path) -> None:
    """A set that is served no more leaves no module."""
    with ExitStack() as closed:
        versions(tmp_path, closed)
        importlib.import_module("kassa_plugins_1.acme_fast")
    assert not [name for name in sys.modules if name.startswith("kassa_plugins_1")]
