"""What a partner's plugin might do in a process of its own, well or badly."""

from __future__ import annotations

import os
import time

import msgspec


class Asked(msgspec.Struct, frozen=True):
    """A question."""

    number: int


class Found(msgspec.Struct, frozen=True):
    """Its answer."""

    squares: list[int]
    process: int


def squares(asked: Asked) -> Found:
    """Works."""
    print("a plugin prints")
    return Found([n * n for n in range(asked.number)], os.getpid())


def hog(asked: Asked) -> int:
    """Takes memory until it gets no more."""
    kept = []
    while len(kept) < asked.number:
        kept.append(bytearray(8 * 1024 * 1024))
    return len(kept)


def hangs(asked: Asked) -> int:
    """Takes too long."""
    time.sleep(asked.number)
    return asked.number


def raises(asked: Asked) -> int:
    """Is wrong."""
    raise KeyError(asked.number)


def dies(asked: Asked) -> int:
    """Takes its process with it."""
    os.abort()


def lies(asked: Asked) -> int:
    """Answers something else."""
    return "ten"  # type: ignore[return-value]  # what is tested
