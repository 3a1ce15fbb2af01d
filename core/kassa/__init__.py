"""Kassa: a point of sale that never stops selling.

These are the names that a plugin starts from; each room's own module holds the rest of the contract.
"""

from kassa.hookspecs import API_LEVEL, PluginInfo, hook
from kassa.operations import Offline, Operation, OperationContext, OperationResult, Place
from kassa.runtime.request import Command, Handler, HandlerContext, Query
from kassa.text import Text, texts

__all__ = [
    "API_LEVEL",
    "Command",
    "Handler",
    "HandlerContext",
    "Offline",
    "Operation",
    "OperationContext",
    "OperationResult",
    "Place",
    "PluginInfo",
    "Query",
    "Text",
    "hook",
    "texts",
]
