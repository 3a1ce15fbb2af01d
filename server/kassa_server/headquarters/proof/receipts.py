"""Receipt numbers in sequence: ranges without a gap, and where one is missing.

The mask of a register may be anything with a counter in it, so a number is told to follow another by its digits: all
the same but one group, which is one higher.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec

_DIGITS = re.compile(r"\d+")


class ReceiptRange(msgspec.Struct, frozen=True):
    """Receipt numbers from ``first`` to ``last`` without a gap; ``count`` of them."""

    first: str
    last: str
    count: int


@dataclass
class ReceiptBook:
    """Takes the receipt numbers of a series as they come; ``gaps`` are pairs of numbers between which some lack."""

    ranges: list[ReceiptRange] = field(default_factory=list)
    gaps: list[tuple[str, str]] = field(default_factory=list)

    def add(self, number: str) -> None:
        """The next receipt number."""
        before = self.ranges[-1] if self.ranges else None
        step = None if before is None else step_between(before.last, number)
        if before is not None and step == 1:
            self.ranges[-1] = ReceiptRange(before.first, number, before.count + 1)
            return
        if before is not None and step is not None:
            self.gaps.append((before.last, number))
        self.ranges.append(ReceiptRange(number, number, 1))


def step_between(one: str, other: str) -> int | None:
    """How far ``other`` is from ``one``: 1 if it is the next. None: they are not numbers by the same mask."""
    if _DIGITS.split(one) != _DIGITS.split(other):
        return None
    pairs = zip(_DIGITS.findall(one), _DIGITS.findall(other), strict=True)
    steps = [int(later) - int(earlier) for earlier, later in pairs if int(later) != int(earlier)]
    if len(steps) > 1:
        return None
    return steps[0] if steps else 0
