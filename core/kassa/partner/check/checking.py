"""The whole check of a wheel: what can be read, then what can be seen by loading and running it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from kassa.partner.catalogues import untranslated_texts
from kassa.partner.check.process import Found, Task
from kassa.partner.check.report import RULES, Finding, Report, quality
from kassa.partner.check.source import imports_of, look_at_imports
from kassa.partner.check.wheel import Wheel, read_wheel, unpack

PATIENCE_S = 180
SEEN_BY_LOADING = (
    "loads", "api-level", "version", "operation-ids", "request-names", "permissions", "settings", "settings-schema",
    "no-deprecations", "offline-reasons", "own-tables",
)  # fmt: skip
SEEN_BY_RUNNING = ("works", "sells-on", "offline", "budgets", "own-settings")
SEEN_BY_READING = ("public-modules", "no-kivy", "translations", "typed", "described")


def check_wheel(
    path: Path,
    *,
    sha256: str | None = None,
    settings: Mapping[str, dict[str, Any]] | None = None,
    parameters: Mapping[str, dict[str, Any]] | None = None,
    run: bool = True,
) -> Report:
    """Check a wheel.

    :param sha256: the hash that is expected of it.
    :param settings: what a register gives its plugins, by plugin.
    :param parameters: what operations are run with, by id; else the simplest that read.
    :param run: False: only read and load it.
    """
    wheel = read_wheel(path, sha256)
    findings = list(wheel.findings)
    unknown: set[str] = set()
    found = Found([])
    if findings:
        unknown |= {*SEEN_BY_READING, *SEEN_BY_LOADING, *SEEN_BY_RUNNING}
    else:
        with tempfile.TemporaryDirectory(prefix="kassa-wheel-") as name:
            folder = Path(name)
            unpack(wheel, folder)
            findings += _read(wheel, folder)
            task = Task(list(wheel.plugins), wheel.packages, wheel.version, dict(settings or {}),
                        dict(parameters or {}), run)  # fmt: skip
            found = _load(task, folder)
            findings += [_within(one, folder) for one in found.findings]
        if not found.ran:
            unknown |= set(SEEN_BY_RUNNING)
    order = list(RULES)
    ordered = tuple(sorted(findings, key=lambda one: order.index(one.rule)))
    left = tuple(rule for rule in order if rule in unknown - {one.rule for one in findings})
    return Report(
        path.name, wheel.sha256, wheel.distribution, wheel.version, tuple(wheel.plugins), found.api_level,
        quality(ordered, left), ordered, left,
    )  # fmt: skip


def _read(wheel: Wheel, folder: Path) -> Iterator[Finding]:
    try:
        modules = imports_of(folder, wheel.packages)
    except SyntaxError as error:
        yield Finding("loads", f"{error.msg}", f"{error.filename}:{error.lineno}", "It is no Python.")
        return
    yield from look_at_imports(modules, wheel.packages, list(wheel.plugins.values()))
    for package in wheel.packages:
        if not (folder / package).is_dir():
            continue
        for text in untranslated_texts(folder / package):
            yield Finding("translations", f"No Swedish: {text}", f"{package}/locale", "Run kassa plugin texts.")
        if not (folder / package / "py.typed").exists():
            yield Finding("typed", f"{package} has no py.typed.", package, "Add it, and to the package data.")
    yield from _described(wheel)


def _described(wheel: Wheel) -> Iterator[Finding]:
    metadata = wheel.metadata
    asked = {
        "Summary": metadata.get("Summary"),
        "a description": str(metadata.get_payload()).strip() or metadata.get("Description"),
        "License": metadata.get("License-Expression") or metadata.get("License"),
        "Requires-Python": metadata.get("Requires-Python"),
        "Requires-Dist: kassa": any(str(one).startswith("kassa") for one in metadata.get_all("Requires-Dist", [])),
    }
    for name, value in asked.items():
        if not value:
            yield Finding("described", f"Its metadata has no {name}.", "METADATA", "Add it to pyproject.toml.")


def _load(task: Task, folder: Path) -> Found:
    """What another process sees: whatever the plugin does there, this one goes on."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}
    words = [sys.executable, "-m", "kassa.partner.check.process"]
    try:
        done = subprocess.run(
            words, input=msgspec.json.encode(task), env=environment, capture_output=True, timeout=PATIENCE_S,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Found([Finding("loads", f"It did not come to an end within {PATIENCE_S} s.", hint="It hangs.")])
    try:
        return msgspec.json.decode(done.stdout, type=Found)
    except msgspec.DecodeError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
        what = f"The process that loaded it ended with {done.returncode}: {last[0]}"
        return Found([Finding("loads", what, hint="A plugin must not end the process that it runs in.")])


def _within(finding: Finding, folder: Path) -> Finding:
    """A finding with its place as it is in the wheel."""
    return msgspec.structs.replace(
        finding,
        file=finding.file.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", ""),
        what=finding.what.replace(f"{folder}/", ""),
    )
