"""A plugin with an operation whose id another one has too."""

from __future__ import annotations

from collections.abc import Sequence

from kassa import Operation, OperationContext, PluginInfo, hook
from kassa.text import literal

PLUGIN = PluginInfo(name="second_of_two", version="2.5", api_level=1, title="Second of two")


def run(context: OperationContext) -> None:
    """Nothing."""


@hook
def register_operations() -> Sequence[Operation]:
    """The same id."""
    return [Operation(5000, literal("Second"), run)]
