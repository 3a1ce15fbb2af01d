"""What a supervisor watches in its tests: processes that live, freeze, crash or end as they are told.

``python -m tests.core.supervision.children FOLDER ACT ... PIPE``: the first process does the first act, the next one
the next; the last act is done by all that follow.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

from kassa.supervision.heartbeat import Heartbeat
from kassa.supervision.pipe import RESTART_CODE

PATIENCE_S = 1.0


def freeze() -> None:
    """Keep the interpreter's lock: no thread of Python gets on."""
    re.match(r"(a|a)*$", "a" * 64 + "b")


def end(what: str, heart: Heartbeat) -> None:
    """Say so, and be slow, hang or crash."""
    heart.ending(again="again" in what)
    if what.startswith("crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(2.5 * PATIENCE_S if what.startswith("slow") else 60)


def sell_alone(heart: Heartbeat) -> None:
    """Until nobody watches."""
    while heart.is_heard:
        time.sleep(0.05)
        heart.beat()


def act(what: str, heart: Heartbeat) -> int:
    """Do it; the exit code."""
    if what == "fail_to_open":
        return 4
    heart.beat()
    if what == "freeze":
        freeze()
    elif what == "hang":
        time.sleep(60)
    elif what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif what == "held":
        heart.held()
        time.sleep(3 * PATIENCE_S)
    elif what == "again":
        heart.ending(again=True)
        return RESTART_CODE
    elif what.endswith("_at_the_end"):
        end(what, heart)
    elif what == "sell_alone":
        sell_alone(heart)
    return 3 if what == "fail" else 0


def main(folder: Path, acts: list[str], pipe: str) -> int:
    """Which process this is, is counted in the folder."""
    lives = folder / "lives"
    number = len(lives.read_text(encoding="ascii").split()) if lives.exists() else 0
    with lives.open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    return act(acts[min(number, len(acts) - 1)], Heartbeat(pipe, folder, PATIENCE_S))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:-1], sys.argv[-1]))
