"""A register that is watched over, without a screen: ``python -m tests.register.watched_till FOLDER PIPE``.

The first of them begins a sale. Each writes its id into ``lives`` and goes on until there is a file ``close``.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from kassa.logs import log_to
from kassa.register import open_register
from kassa.supervision.heartbeat import Heartbeat
from kassa.testing.store import CASHIER, CASHIER_PIN, barcode
from kassa_ui.watched import Watched

PATIENCE_S = 2.0
BEAT_S = 0.1


def main(folder: Path, pipe: str) -> int:
    """A register's life; its exit code."""
    heart = Heartbeat(pipe, folder, PATIENCE_S)
    log_to(folder)
    with open_register(folder) as register:
        lives = folder / "lives"
        if not lives.exists():
            register.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
            register.run(100, code=barcode("1001"))
        heart.beat()
        with lives.open("a", encoding="ascii") as file:
            file.write(f"{os.getpid()}\n")
        watched = Watched(heart, register)
        while not watched.each_second() and not (folder / "close").exists():
            time.sleep(BEAT_S)
        return watched.ending()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
