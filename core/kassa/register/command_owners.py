"""The plugins that have made something which the store server does not have yet."""

from __future__ import annotations

from collections import Counter

import msgspec

from kassa.journal import Journal
from kassa.runtime.request import RequestContext


def owners_of_pending(journal: Journal) -> Counter[str]:
    """Each plugin with how many of its commands wait: for an outcome, or, done here, with their rows for delivery;
    ``kassa`` for the core's own."""
    contexts = [*(pending.context for pending in journal.commands.pending()), *journal.overlay.undelivered()]
    return Counter(msgspec.json.decode(context, type=RequestContext).plugin for context in contexts)
