"""How large words can be drawn in a button: as large as is meant, smaller where a word or a line would not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

LINE = 1.18
"""Height of a line of type, in sizes of it."""
STEP = 0.94
SMALLEST = 0.5
"""As a part of the size that is meant."""

Measure = Callable[[str, float], float]
"""The width of words drawn with type of a size."""


class Written(NamedTuple):
    """Words of a button: its name or the small line under it."""

    text: str
    size: float
    measure: Measure


def lines_of(written: Written, width: float) -> int | None:
    """On how many lines the words stand; None: one of them is wider than ``width``."""
    if not written.text:
        return 0
    count, line = 1, ""
    for word in written.text.split():
        longer = f"{line} {word}".strip()
        if written.measure(longer, written.size) <= width:
            line = longer
            continue
        if written.measure(word, written.size) > width:
            return None
        count, line = count + 1, word
    return count


def narrowed(written: Written, width: float, most: int) -> Written:
    """The same, smaller where a word is wider than ``width`` or there are more than ``most`` lines."""
    smallest = written.size * SMALLEST
    while written.size > smallest:
        lines = lines_of(written, width)
        if lines is not None and lines <= most:
            break
        written = written._replace(size=written.size * STEP)
    return written


def fitted(name: Written, small: Written, width: float, height: float, most: int = 2) -> tuple[float, float]:
    """The sizes of type for ``name`` and ``small`` so that both stand in ``width`` × ``height``, each word on one line
    and each of them on at most ``most`` lines."""
    name, small = narrowed(name, width, most), narrowed(small, width, most)
    part = 1.0
    while part > SMALLEST:
        tried = [written._replace(size=written.size * part) for written in (name, small)]
        if sum((lines_of(written, width) or 0) * written.size * LINE for written in tried) <= height:
            break
        part *= STEP
    return name.size * part, small.size * part
