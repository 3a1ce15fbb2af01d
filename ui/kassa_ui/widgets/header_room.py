"""Who gets room in the bar on top: what must be said is said, shortened if need be; the rest stands where there is
room for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """Something in the bar, in pixels.

    :param natural: how wide it would be; 0: it is not there.
    :param least: the narrowest that still says something. What is not ``keep`` is never shortened.
    :param keep: it is never left out.
    """

    natural: float
    least: float
    keep: bool = False


def widths(wanted: Sequence[Wanted], room: float, gap: float) -> list[float]:
    """How wide each may be, in the order given, which is that of importance; 0: it is left out.

    Of what is kept, the last is shortened first.
    """
    given = [one.natural if one.keep else 0.0 for one in wanted]

    def used() -> float:
        return sum(given) + gap * max(0, sum(width > 0 for width in given) - 1)

    for place, one in enumerate(wanted):
        if not one.keep and one.natural > 0 and used() + gap + one.natural <= room:
            given[place] = one.natural
    over = used() - room
    for place in reversed(range(len(wanted))):
        if over > 0 and wanted[place].keep:
            less = min(over, max(0.0, given[place] - wanted[place].least))
            given[place] -= less
            over -= less
    return given
