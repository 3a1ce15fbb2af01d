"""A measured figure and the limit it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    :param what: what was measured.
    :param value: in ``unit``.
    :param limit: the largest value that is right; None: shown for comparison.
    :param basis: what the limit is made of, in words.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    basis: str = ""

    @property
    def right(self) -> bool:
        """Whether the limit is kept."""
        return self.limit is None or self.value <= self.limit


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def median(values: Sequence[float]) -> float:
    """The middle of ``values``."""
    return percentile(values, 0.5)


def milliseconds(what: str, seconds: float, limit_s: float | None = None, basis: str = "") -> Figure:
    """A figure in milliseconds."""
    return Figure(what, seconds * 1000, "ms", None if limit_s is None else limit_s * 1000, basis)


def ratio(what: str, measured: float, base: float, limit: float, basis: str) -> Figure:
    """A figure that is a multiple of ``base``."""
    return Figure(what, measured / base, "×", limit, basis)
