"""Which line is selected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Selection:
    """The selected line: the last one, unless the cashier has chosen another."""

    line_id: str | None = None
    known: tuple[str, ...] = ()

    def follow(self, line_ids: tuple[str, ...]) -> None:
        """The sale has these lines now: a new one at the end is selected, a line that is gone is not."""
        grown = line_ids[-1:] != self.known[-1:]
        if grown or self.line_id not in line_ids:
            self.line_id = line_ids[-1] if line_ids else None
        self.known = line_ids

    def move(self, step: int) -> None:
        """Select the next line up or down."""
        if self.line_id in self.known:
            place = min(max(self.known.index(self.line_id) + step, 0), len(self.known) - 1)
            self.line_id = self.known[place]
