"""``python -m benchmarks [USE_CASE …]``: measures, prints, writes ``RESULTS.md`` (when everything was run)."""

from __future__ import annotations

import argparse
import cProfile
import importlib
import os
import platform
import pstats
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure
from kassa.logs import log_to

USE_CASES = (
    "fault_to_answer",
    "scan_to_line",
    "screen_answers",
    "live_discounts",
    "every_operation",
    "finish_sale",
    "x_report",
    "ready",
    "load_catalogue",
    "change_prices",
    "upload_sales",
    "sell_while_loading",
    "load_postgresql",
    "broken_download",
    "search_index",
    "product_search",
    "peak_memory",
    "build_delta",
    "fifty_plugins",
    "idle_poll",
)
RESULTS = Path(__file__).parent / "RESULTS.md"
Results = list[tuple[str, str, list[Figure]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every limit is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("use_cases", nargs="*", metavar="USE_CASE", help=f"one of {', '.join(USE_CASES)}; all if none")
    parser.add_argument("--profile", action="store_true", help="where the time goes, on the main thread")
    parser.add_argument("--no-write", action="store_true", help="leave RESULTS.md as it is")
    options = parser.parse_args(arguments)
    unknown = set(options.use_cases) - set(USE_CASES)
    if unknown:
        parser.error(f"no such use case: {', '.join(sorted(unknown))}")
    results = [_measure(name, options.profile) for name in options.use_cases or USE_CASES]
    text = _table(results)
    print(text)
    if not options.use_cases and not options.no_write:
        RESULTS.write_text(_document(text), encoding="utf-8")
    return 0 if all(figure.right for _name, _title, figures in results for figure in figures) else 1


def _measure(name: str, profiled: bool) -> tuple[str, str, list[Figure]]:
    module = importlib.import_module(f"benchmarks.{name}")
    print(f"{module.TITLE} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="kassa-benchmark-") as folder:
        log_to(Path(folder))
        if not profiled:
            return name, module.TITLE, module.measure(Path(folder))
        with cProfile.Profile() as profile:
            figures = module.measure(Path(folder))
        pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
        return name, module.TITLE, figures


def _table(results: Results) -> str:
    lines = ["| use case | measured | value | limit | of | kept |", "|---|---|--:|--:|---|---|"]
    for _name, title, figures in results:
        for place, figure in enumerate(figures):
            limit = "" if figure.limit is None else f"{figure.limit:,.4g} {figure.unit}"
            kept = "" if figure.limit is None else ("yes" if figure.right else "**no**")
            cells = (title if place == 0 else "", figure.what, f"{figure.value:,.2f} {figure.unit}", limit)
            lines.append(f"| {' | '.join((*cells, figure.basis, kept))} |")
    return "\n".join(lines)


def _document(table: str) -> str:
    machine = (
        f"{os.cpu_count()} × {platform.machine()}, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
    return (
        "# What was measured\n\n"
        "Written by `python -m benchmarks`. Each figure stands beside its limit from the same run; read the ratios:\n"
        "the milliseconds belong to the machine.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {machine}.\n\n"
        f"{table}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
