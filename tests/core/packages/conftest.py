"""Offline databases to apply packages to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.schema import make_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty offline database."""
    made = make_engine(f"sqlite:///{tmp_path / 'offline.db'}")
    with made.begin() as connection:
        create_offline_tables(connection)
    yield made
    made.dispose()
