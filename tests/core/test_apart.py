"""Heavy work of a plugin in a process of its own: contained, named, counted."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.core import heavy_jobs
from tests.core.heavy_jobs import Asked, Found
from tests.register.partner import plugin, store_with

from kassa.apart import JobFailed, run_apart
from kassa.errors import PluginFailure
from kassa.operations import Operation, OperationContext
from kassa.testing.shop import Shop
from kassa.testing.store import SMALL_STORE
from kassa.text import literal

OPERATION = 5000


def test_it_is_done_elsewhere() -> None:
    """The answer comes back as the record that the function declares; what it prints disturbs nothing."""
    found = run_apart(heavy_jobs.squares, Asked(4))
    assert isinstance(found, Found)
    assert found.squares == [0, 1, 4, 9]
    assert found.process != os.getpid()


@pytest.mark.parametrize(
    ("job", "asked", "said"),
    [
        pytest.param(heavy_jobs.hog, 1000, "it took more than 64 MB", marks=pytest.mark.skipif(
            sys.platform != "linux", reason="only Linux holds a process to its memory")),
        (heavy_jobs.hangs, 60, "did not return within 2 s"),
        (heavy_jobs.raises, 7, "KeyError: 7"),
        (heavy_jobs.dies, 0, "its process ended with -6"),
        (heavy_jobs.lies, 0, "answered something else"),
    ],
)  # fmt: skip
def test_what_fails_there_fails_alone(job: Callable[[Asked], Any], asked: int, said: str) -> None:
    """Each failure is one error here, which says what it was and in which function of which file."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(JobFailed, match=said) as failed:
        run_apart(job, Asked(asked), memory_mb=64, budget_s=2 if job is heavy_jobs.hangs else 60)
    assert failed.value.place.startswith(f"{Path(heavy_jobs.__file__)}:")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_a_hog_costs_one_operation(tmp_path: Path) -> None:
    """From an operation it goes on as any failure of a plugin: the sale stays, the plugin is named with the file, and
    it counts."""

    def run(context: OperationContext) -> None:
        run_apart(heavy_jobs.hog, Asked(1000), memory_mb=64)

    def operations() -> list[Operation]:
        return [Operation(OPERATION, literal("Rank"), run)]

    with (
        plugin("acme", register_operations=operations) as finder,
        Shop(tmp_path, store=store_with(SMALL_STORE, "acme")) as shop,
    ):
        register = shop.open_register(finder=finder)
        shop.log_on(register)
        register.run(100, code=shop.barcode("1001"))
        with pytest.raises(PluginFailure):
            register.run(OPERATION)
        (problem,) = [one for one in register.plugins.problems if one.name == "acme"]
        assert "it took more than 64 MB" in problem.error
        assert "heavy_jobs.py" in problem.file
        assert register.plugins.failures["acme"] == 1
        assert register.transaction is not None
        register.run(200)
