"""The plugin as headquarters lists it for the till of the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest


@pytest.fixture(scope="session")
def enabled_plugins() -> Sequence[Mapping[str, Any]]:
    """One point for each 10 kronor."""
    return [{"name": "acme_loyalty", "settings": {"amount_per_point": 10}}]
