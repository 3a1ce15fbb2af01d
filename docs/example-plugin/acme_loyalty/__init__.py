"""Acme loyalty: what the plugin says of itself, and its hooks. What they do stands beside."""

from __future__ import annotations

from collections.abc import Sequence

from kassa import Handler, Operation, PluginInfo, hook
from kassa.register.face import RegisterView
from kassa.windows import StatusItem

from acme_loyalty import points
from acme_loyalty.settings import Settings

PLUGIN = PluginInfo(name="acme_loyalty", version="0.1.0", api_level=1, title="Acme loyalty", settings=Settings)


@hook
def register_operations() -> Sequence[Operation]:
    """What a cashier can do with this plugin."""
    return [points.OPERATION]


@hook
def register_handlers() -> Sequence[Handler]:
    """What the plugin asks, in the store server and, while that is away, in the register."""
    return [points.HANDLER]


@hook
def status_items(view: RegisterView) -> Sequence[StatusItem]:
    """The points of the sale in progress, in the header."""
    given = None if view.transaction is None else points.points_on(view.transaction)
    return [] if given is None else [StatusItem("text", points.words(given))]
