"""A plugin that uses what is not for plugins, draws when the register starts, and says nothing in Swedish."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import kivy.metrics

from kassa import Handler, HandlerContext, Operation, OperationContext, PluginInfo, Query, hook
from kassa.journal import Journal
from kassa.text import texts
from kassa_sale.selling import read_scan

_, n_ = texts("looks_inside")
PLUGIN = PluginInfo(name="looks_inside", version="1.0", api_level=1, title="Looks inside")
USED = (sqlite3, kivy.metrics, read_scan, Journal)


class Secrets(Query[int], frozen=True):
    """Named after another's package."""

    NAME = "kassa_sale.secrets"
    ANSWER = int


def answer(request: Secrets, context: HandlerContext) -> int:
    """Nothing."""
    return 0


def run(context: OperationContext) -> None:
    """Nothing."""


@hook
def register_operations() -> Sequence[Operation]:
    """An id of Kassa's, and a permission of nobody's."""
    return [Operation(917, _("Secrets"), run, permission="spy")]


@hook
def register_handlers() -> Sequence[Handler]:
    """Its request."""
    return [Handler(Secrets, answer)]
