"""Whose code it was that stood still, or crashed: read from the trace that the process has left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_THREAD = re.compile(r"^(?:Current thread|Thread) 0x[0-9a-f]+.*:$")
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+|\?\?\?) in (?P<name>.+)$')
_BEGINS = re.compile(r"^(?:Timeout \(|Fatal Python error|Windows fatal exception)")
_WAITING = frozenset({"threading", "selectors", "queue", "socket", "ssl", "subprocess", "connection", "futures"})
"""Modules of the standard library in which a thread waits: it holds nobody up."""


@dataclass(frozen=True)
class Culprit:
    """The plugin in whose code a process stood; ``place``: its file and line."""

    plugin: str
    place: str


@dataclass(frozen=True)
class _Thread:
    current: bool
    frames: tuple[tuple[str, str], ...]
    """File and line, the innermost first."""

    @property
    def waits(self) -> bool:
        return not self.frames or bool(_WAITING & set(Path(self.frames[0][0]).with_suffix("").parts[-2:]))


def find_culprit(trace: str, places: Mapping[str, tuple[str, ...]]) -> Culprit | None:
    """The one plugin in whose code a thread was at work, or the screen's thread waited; None: none, or not one alone.

    :param trace: as faulthandler writes it.
    :param places: of each plugin the folders and files of its code.
    """
    threads = _threads(trace)
    current = [thread for thread in threads if thread.current]
    working = [thread for thread in threads if not thread.waits]
    for looked_at in (current, working, threads[-1:]):  # the last one is the main thread, which draws the screen
        found = {culprit.plugin: culprit for one in looked_at if (culprit := _of(one, places)) is not None}
        if len(found) == 1:
            return next(iter(found.values()))
    return None


def _of(thread: _Thread, places: Mapping[str, tuple[str, ...]]) -> Culprit | None:
    for file, line in thread.frames:
        for plugin, own in places.items():
            if any(file == place or file.startswith(place.rstrip("/\\") + _separator(place)) for place in own):
                return Culprit(plugin, f"{file}:{line}")
    return None


def _separator(place: str) -> str:
    return "\\" if "\\" in place else "/"


def _threads(trace: str) -> list[_Thread]:
    """Of the last time that a trace was written."""
    lines = trace.splitlines()
    starts = [number for number, line in enumerate(lines) if _BEGINS.match(line)]
    threads: list[_Thread] = []
    frames: list[tuple[str, str]] | None = None
    for line in lines[starts[-1] :] if starts else []:
        if _THREAD.match(line):
            if frames is not None:
                threads[-1] = _Thread(threads[-1].current, tuple(frames))
            threads.append(_Thread(line.startswith("Current"), ()))
            frames = []
        elif frames is not None and (frame := _FRAME.match(line)) is not None:
            frames.append((frame["file"], frame["line"]))
    if frames is not None:
        threads[-1] = _Thread(threads[-1].current, tuple(frames))
    return threads
