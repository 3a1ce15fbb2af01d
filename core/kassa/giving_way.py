"""Long work beside a sale in the same process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 0.0005


@contextmanager
def giving_way() -> Iterator[None]:
    """Within, a thread that waits for the interpreter gets it after half a millisecond instead of five: a sale gives it
    up at every read and every commit, and would wait as long for each. The whole process is affected, to no harm."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, SWITCH_S))
    try:
        yield
    finally:
        sys.setswitchinterval(before)
