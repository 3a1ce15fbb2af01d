"""``RESULTS.md``: a section for each use case, of when it was last measured."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure

HEAD = """# What was measured

Written by `python -m benchmarks`, a section for each use case. Each figure stands beside its limit from the same run;
read the ratios: the milliseconds belong to the machine.
"""
SECTION = "\n## "


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table in Markdown."""
    lines = ["| measured | value | limit | of | kept |", "|---|--:|--:|---|---|"]
    for figure in figures:
        limit = "" if figure.limit is None else f"{figure.limit:,.4g} {figure.unit}"
        kept = "" if figure.limit is None else ("yes" if figure.right else "**no**")
        lines.append(f"| {figure.what} | {figure.value:,.2f} {figure.unit} | {limit} | {figure.basis} | {kept} |")
    return "\n".join(lines)


def keep(path: Path, title: str, figures: Sequence[Figure], titles: Sequence[str]) -> None:
    """Put a use case's section in the place of the one before; sections stand in the order of ``titles``."""
    sections = _read(path)
    sections[title] = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {_machine()}.\n\n{table(figures)}\n"
    kept = [f"{SECTION}{one}\n\n{sections[one]}" for one in titles if one in sections]
    path.write_text(HEAD + "".join(kept), encoding="utf-8")


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    parts = path.read_text(encoding="utf-8").split(SECTION)[1:]
    return {title: text for title, _line, text in (part.partition("\n\n") for part in parts)}


def _machine() -> str:
    return (
        f"{os.cpu_count()} × {platform.machine()}, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
