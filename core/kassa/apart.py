"""A plugin's heavy work in a process of its own: what it does there, and the memory it takes, is not the register's.

::

    def rank(asked: Asked) -> Ranked:            # in a module of the plugin, by name
        ...

    ranked = run_apart(rank, Asked(...), memory_mb=200, budget_s=10)

What such a job is handed and hands back are records that :mod:`msgspec` reads from JSON, by the function's own
annotations. It has no register, no database and no screen.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import typing
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from kassa.plugin_problems import place_of_function

Asked = TypeVar("Asked")
Found = TypeVar("Found")
MEMORY_MB, BUDGET_S = 256, 30.0
LARGEST_ANSWER = 16 * 1024 * 1024
_MB = 1024 * 1024
_HERE = "kassa.apart"


class JobFailed(RuntimeError):
    """The work did not come to a result. Let it go on from an operation or a hook, and the plugin is named and counted,
    as for any other failure. ``place``: the function's file and line."""

    def __init__(self, what: str, place: str) -> None:
        super().__init__(what)
        self.place = place


class _Job(msgspec.Struct, frozen=True):
    module: str
    function: str
    path: list[str]
    memory_mb: int
    asked: msgspec.Raw


class _Ended(msgspec.Struct, frozen=True, omit_defaults=True):
    found: msgspec.Raw = msgspec.Raw()
    error: str = ""


def run_apart(
    function: Callable[[Asked], Found], asked: Asked, *, memory_mb: int = MEMORY_MB, budget_s: float = BUDGET_S
) -> Found:
    """What ``function`` makes of ``asked``, in a process of its own that is gone when this returns.

    :param function: of a module, found there by its name; its annotations say what it takes and gives.
    :param memory_mb: how much memory it may take, about, beside Python itself. Held on Linux; elsewhere nobody holds it
        to that, and it takes none of the register's.
    :param budget_s: seconds; what takes longer is killed.
    :raises JobFailed: it raised, took too much memory or time, crashed, or handed back something else.
    """
    place = place_of_function(function)
    job = _Job(function.__module__, function.__qualname__, sys.path, memory_mb, msgspec.Raw(msgspec.json.encode(asked)))
    try:
        done = subprocess.run(
            [sys.executable, "-m", _HERE], input=msgspec.json.encode(job), capture_output=True, timeout=budget_s,
            check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise JobFailed(f"{function.__qualname__} did not return within {budget_s:g} s", place) from error
    if len(done.stdout) > LARGEST_ANSWER:
        raise JobFailed(f"{function.__qualname__} handed back {len(done.stdout)} bytes", place)
    try:
        ended = msgspec.json.decode(done.stdout, type=_Ended)
    except msgspec.DecodeError as error:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
        what = f"{function.__qualname__}: its process ended with {done.returncode}: {last[0]}"
        raise JobFailed(what, place) from error
    if ended.error:
        raise JobFailed(f"{function.__qualname__}: {ended.error}", place)
    kind: Any = typing.get_type_hints(function).get("return", Any)
    try:
        found: Found = msgspec.json.decode(ended.found, type=kind)
    except msgspec.DecodeError as error:
        raise JobFailed(f"{function.__qualname__} answered something else: {error}", place) from error
    return found


def limit_memory(megabytes: int) -> None:
    """Let this process take so much more memory than it has, and no more. Where the system cannot, nothing."""
    try:
        import resource
    except ImportError:  # Windows
        return
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            has = int(file.read().split()[0]) * resource.getpagesize()
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (has + megabytes * _MB, hard))
    except (OSError, ValueError):
        return


def _answer(job: _Job) -> _Ended:
    try:
        function: Any = importlib.import_module(job.module)
        for name in job.function.split("."):
            function = getattr(function, name)
        hints = [kind for name, kind in typing.get_type_hints(function).items() if name != "return"]
        found = function(msgspec.json.decode(job.asked, type=hints[0] if hints else Any))
        return _Ended(msgspec.Raw(msgspec.json.encode(found)))
    except MemoryError:
        return _Ended(error=f"it took more than {job.memory_mb} MB")
    except BaseException as error:
        return _Ended(error=f"{type(error).__name__}: {error}")


def main() -> None:
    """Keep standard output for the answer: what a plugin prints goes to standard error."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=_Job)
    sys.path[:] = job.path
    limit_memory(job.memory_mb)
    answer.write(msgspec.json.encode(_answer(job)))
    answer.flush()
    os._exit(0)  # a thread that was left hanging keeps nobody


if __name__ == "__main__":
    main()
