"""The bar on top: connection, what waits, age of the data, register, person, time."""

from __future__ import annotations

from dataclasses import dataclass

from kassa.register.face import RegisterView
from kassa.text import texts
from kassa.windows import StatusItem
from kassa_ui.presenters.speech import Speech

_, n_ = texts("kassa_ui")


@dataclass(frozen=True)
class ItemDrawn:
    """One item of the bar in words; ``operation`` is what a press runs."""

    text: str
    tone: str = "plain"
    icon: str = ""
    operation: int | None = None


@dataclass(frozen=True)
class Header:
    """The bar. ``online`` decides its colour; ``left`` stands beside the pill, ``right`` before the register's name.

    ``leave``: a press on the person's name leads away from the till.
    """

    online: bool
    pill: ItemDrawn | None
    left: tuple[ItemDrawn, ...]
    right: tuple[ItemDrawn, ...]
    register: str
    staff: str
    clock: str
    leave: bool = False


def _training(view: RegisterView, speech: Speech) -> tuple[ItemDrawn, ...]:
    return (ItemDrawn(speech(_("TRAINING")), "warning", "warning"),) if view.training else ()


def header(view: RegisterView, speech: Speech) -> Header:
    """The bar for ``view``."""

    def drawn(item: StatusItem) -> ItemDrawn:
        return ItemDrawn(speech(item.text), item.tone, item.icon, item.operation)

    told = [drawn(item) for kind in ("waiting", "text") for item in view.status_items if item.kind == kind]
    pills = [drawn(item) for item in view.status_items if item.kind == "pill"]
    return Header(
        online=view.connection.online,
        pill=pills[0] if pills else None,
        left=(*_training(view, speech), *told),
        right=tuple(drawn(item) for item in view.status_items if item.kind not in ("pill", "waiting", "text")),
        register=view.record.name,
        staff=view.staff.name if view.staff else "",
        clock=speech.clock(view.now),
        leave=view.staff is not None and not view.locked,
    )
