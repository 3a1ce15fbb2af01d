"""The plugins whose commands have no outcome yet."""

from __future__ import annotations

from collections import Counter

import msgspec

from kassa.journal import Journal
from kassa.runtime.request import RequestContext


def owners_of_pending(journal: Journal) -> Counter[str]:
    """Each plugin with how many of its commands wait; ``kassa`` for the core's own."""
    return Counter(
        msgspec.json.decode(pending.context, type=RequestContext).plugin for pending in journal.commands.pending()
    )
