"""What a supervisor leaves for the next start of the register: why the process before was ended, and its trace."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

FOLDER = "supervision"
TRACE_FILE = "trace.txt"
STOP_FILE = "stop.json"
Why: TypeAlias = Literal["frozen", "crashed"]


class Stop(msgspec.Struct, frozen=True):
    """A process that did not end by itself: it was ``frozen`` and killed, or has ``crashed`` with an exit code."""

    at: datetime
    why: Why
    code: int
    trace: str = ""


def folder_of(directory: Path) -> Path:
    """Where the supervisor of the register in ``directory`` keeps its notes; it is there when this returns."""
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def note_stop(directory: Path, at: datetime, why: Why, code: int) -> None:
    """Leave it for the next start. A disk that takes nothing more does not keep the register from starting."""
    folder = folder_of(directory)
    try:
        trace = (folder / TRACE_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        trace = ""
    draft = folder / f"{STOP_FILE}.new"
    draft.write_bytes(msgspec.json.encode(Stop(at, why, code, trace)))
    os.replace(draft, folder / STOP_FILE)


def take_stop(directory: Path) -> Stop | None:
    """What was left, once."""
    file = directory / FOLDER / STOP_FILE
    try:
        stop = msgspec.json.decode(file.read_bytes(), type=Stop)
    except (OSError, msgspec.DecodeError):
        stop = None
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return None
    return stop
