"""A plugin with an operation whose id another one has too."""

from __future__ import annotations

from collections.abc import Sequence

from kassa import Operation, OperationContext, PluginInfo, hook
from kassa.text import literal

PLUGIN = PluginInfo(name="first_of_two", version="2.5", api_level=1, title="First of two")


def run(context: OperationContext) -> None:
    """Nothing."""


@hook
def register_operations() -> Sequence[Operation]:
    """The same id."""
    return [Operation(5000, literal("First"), run)]
