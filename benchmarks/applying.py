"""A register's process that takes its data anew, for :mod:`benchmarks.peak_memory`: ``python -m benchmarks.applying
FOLDER WAY``, where the way is ``whole``, ``batches`` or ``delta``. Prints megabytes at rest, and at the peak."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from benchmarks.catalogue import download
from benchmarks.load_catalogue import as_batches, swapped
from kassa.logs import log_to
from kassa.register import open_register

WAYS = {"whole": swapped, "batches": as_batches, "delta": download}


def main(folder: Path, way: str) -> None:
    """Open the register, let it come to rest, take the data."""
    log_to(folder)
    with open_register(folder) as register:
        register.refresh_record()
        gc.collect()
        idle = _megabytes("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
        WAYS[way](register)
        print(idle, _megabytes("VmHWM"), flush=True)


def _megabytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024 / 1e6


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
