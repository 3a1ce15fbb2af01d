"""One run from the file to the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from kassa.replay.books import channel_book, file_book, journal_book
from kassa.replay.catalogue import make_catalogue
from kassa.replay.faults import Plan
from kassa.replay.invoices import Invoice
from kassa.replay.player import Played, Player
from kassa.replay.reconciliation import Reconciliation, reconcile
from kassa.replay.stage import Stage
from kassa.replay.store import describe_store


class Outcome(msgspec.Struct, frozen=True):
    """What was seen while playing, and what the books say afterwards."""

    played: Played
    reconciliation: Reconciliation


def run(
    folder: Path, invoices: Sequence[Invoice], plan: Plan = (), progress: Callable[[int], None] = lambda _sale: None
) -> Outcome:
    """Play ``invoices`` against a fresh store in ``folder``, stop every process, and read the books from their files.

    :raises kassa.replay.player.PlayFailed: the register did something that it should not have done.
    """
    catalogue = make_catalogue(invoices)
    with Stage(folder, describe_store(catalogue)) as stage:
        played = Player(stage, catalogue, invoices, plan, progress).play()
        journal_file, channel_file = stage.journal_file, stage.channel_file
    return Outcome(
        played, reconcile(invoices, file_book(invoices), journal_book(journal_file), channel_book(channel_file))
    )
