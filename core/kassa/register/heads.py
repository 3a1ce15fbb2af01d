"""Where a journal stands, for the signed head that goes with each contact."""

from __future__ import annotations

from kassa.environment import Environment
from kassa.journal import Journal
from kassa.protocol import Head


def current_head(journal: Journal, environment: Environment) -> Head:
    """The head of an activated register's journal now."""
    series, record = journal.series, journal.record
    assert record is not None, "an activated register has a record"
    return Head(
        register_id=record.register_id,
        series=series.series,
        sequence=series.sequence,
        hash=series.hash.hex(),
        unsent=journal.waiting.entries,
        at=environment.clock.utc(),
    )
