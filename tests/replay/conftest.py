"""A short replay that went well, played once; its files are copied before they are spoilt."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kassa.replay.catalogue import make_catalogue
from kassa.replay.cli import OWN_FILE
from kassa.replay.invoices import Invoice, sort_rows
from kassa.replay.player import Played, Player
from kassa.replay.rows import read_rows
from kassa.replay.stage import Stage
from kassa.replay.store import describe_store

SALES = 11


class PlayedDay(msgspec.Struct, frozen=True):
    """A run without troubles and the files that it left."""

    invoices: tuple[Invoice, ...]
    played: Played
    journal: Path
    channel: Path


@pytest.fixture(scope="session")
def played_day(tmp_path_factory: pytest.TempPathFactory) -> PlayedDay:
    """The first sales of the file and its first return, played."""
    found = sort_rows(read_rows(OWN_FILE)).invoices
    invoices = (*found[:SALES], next(invoice for invoice in found if invoice.cancels))
    catalogue = make_catalogue(invoices)
    with Stage(tmp_path_factory.mktemp("replay"), describe_store(catalogue)) as stage:
        played = Player(stage, catalogue, invoices).play()
    return PlayedDay(invoices, played, stage.journal_file, stage.channel_file)
