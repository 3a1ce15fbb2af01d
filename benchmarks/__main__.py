"""``python -m benchmarks [USE_CASE …]``: measures, prints, and renews the section of each in ``RESULTS.md``."""

from __future__ import annotations

import argparse
import cProfile
import importlib
import pstats
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.results import keep, table
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
    titles = [importlib.import_module(f"benchmarks.{name}").TITLE for name in USE_CASES]
    right = True
    for name in options.use_cases or USE_CASES:
        title, figures = _measure(name, options.profile)
        print(f"{title}\n\n{table(figures)}\n", flush=True)
        right = right and all(figure.right for figure in figures)
        if not options.no_write:
            keep(RESULTS, title, figures, titles)
    return 0 if right else 1


def _measure(name: str, profiled: bool) -> tuple[str, list[Figure]]:
    module = importlib.import_module(f"benchmarks.{name}")
    print(f"{module.TITLE} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="kassa-benchmark-") as folder:
        log_to(Path(folder))
        if not profiled:
            return module.TITLE, module.measure(Path(folder))
        with cProfile.Profile() as profile:
            figures = module.measure(Path(folder))
        pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
        return module.TITLE, figures


if __name__ == "__main__":
    sys.exit(main())
