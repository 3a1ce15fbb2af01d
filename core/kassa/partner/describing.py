"""What a wheel's plugins declare: loaded in a process of its own (``python -m kassa.partner.describing``), with the
unpacked wheels on its path. Reads the plugins' names from standard input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from kassa.apart import limit_memory
from kassa.hookspecs import PluginInfo
from kassa.model import EnabledPlugin
from kassa.plugin_problems import words_of
from kassa.plugins import PluginHost, installed

PATIENCE_S = 60.0
MEMORY_MB = 1024
"""For all plugins of a wheel together, while they are loaded."""


class Declared(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one plugin declares.

    :param version: that it states, with which its requests are asked.
    :param operations: id to name, in English.
    :param settings: the JSON schema of its settings; None: it names none.
    :param problem: why it does not load; empty: it does.
    """

    version: str = ""
    title: str = ""
    api_level: int = 0
    operations: dict[int, str] = {}
    requests: tuple[str, ...] = ()
    settings: dict[str, Any] | None = None
    problem: str = ""


def describe(names: list[str], folder: Path) -> dict[str, Declared]:
    """What the plugins in a folder declare, by name. Whatever they do while they are loaded, this process goes on."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "kassa.partner.describing"], input=msgspec.json.encode(names), env=environment,
            capture_output=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _all(names, f"It did not come to an end within {PATIENCE_S:g} s.")
    try:
        return msgspec.json.decode(done.stdout, type=dict[str, Declared])
    except msgspec.DecodeError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
        return _all(names, f"The process that loaded it ended with {done.returncode}: {last[0]}")


def _all(names: list[str], problem: str) -> dict[str, Declared]:
    return {name: Declared(problem=problem) for name in names}


def _declared(name: str) -> Declared:
    host = PluginHost([EnabledPlugin(name)])
    wrong = [problem for problem in host.problems if problem.stage != "settings"]
    if wrong:
        return Declared(problem=f"{wrong[0].what} {wrong[0].error} {wrong[0].file}".strip())
    # One that needs a setting is left out by the host while it has none.
    (module,) = [point.load() for point in installed() if point.name == name]
    info: PluginInfo = module.PLUGIN
    operations = {one.id: one.name.words("en") for one in getattr(module, "register_operations", tuple)()}
    requests = tuple(str(one.request.NAME) for one in getattr(module, "register_handlers", tuple)())
    schema = None if info.settings is None else msgspec.json.schema(info.settings)
    return Declared(info.version, info.title, info.api_level, operations, requests, schema)


def _or_problem(name: str) -> Declared:
    try:
        return _declared(name)
    except Exception as error:
        return Declared(problem=words_of(error))


def main() -> None:
    """Keep standard output for the answer: what plugins print goes to standard error."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_memory(MEMORY_MB)
    names = msgspec.json.decode(sys.stdin.buffer.read(), type=list[str])
    answer.write(msgspec.json.encode({name: _or_problem(name) for name in names}))
    answer.flush()
    os._exit(0)  # a thread that a plugin has left hanging keeps nobody


if __name__ == "__main__":
    main()
