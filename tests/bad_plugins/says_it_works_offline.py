"""A plugin whose declaration is not true, and whose header item takes its time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

from kassa import Command, Handler, HandlerContext, Operation, OperationContext, OperationResult, PluginInfo, hook
from kassa.register.face import RegisterView
from kassa.text import literal
from kassa.windows import StatusItem

PLUGIN = PluginInfo(name="says_it_works_offline", version="2.5", api_level=1, title="Says it works offline")


class Debit(Command[int], frozen=True, kw_only=True):
    """Only the store server does it."""

    NAME: ClassVar[str] = "says_it_works_offline.debit"
    ANSWER: ClassVar[Any] = int
    ONLINE_ONLY: ClassVar[bool] = True


def debit(request: Debit, context: HandlerContext) -> int:
    """Nothing."""
    return 1


def run(context: OperationContext) -> OperationResult:
    """Needs the store server, whatever it says."""
    context.send(Debit(command_id=context.new_id()))
    return OperationResult(literal("done"))


@hook
def register_operations() -> Sequence[Operation]:
    """Offline: yes, as nothing else is said."""
    return [Operation(5001, literal("Debit"), run)]


@hook
def register_handlers() -> Sequence[Handler]:
    """Its request."""
    return [Handler(Debit, debit)]


@hook
def status_items(view: RegisterView) -> Sequence[StatusItem]:
    """Far too slow for every redraw."""
    time.sleep(0.02)
    return [StatusItem("text", literal("slow"))]
