"""What plugins show on the screen, as data: windows of rows and actions, and items in the status header."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kassa.text import Text

if TYPE_CHECKING:
    from kassa.operations import Entry


@dataclass(frozen=True)
class Row:
    """A labelled fact."""

    label: Text
    value: Text


@dataclass(frozen=True)
class Action:
    """A button of a window: runs an operation. ``operation`` None closes the window.

    :param entry: what is asked for first, and handed in as one more of the parameters.
    """

    label: Text
    operation: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    primary: bool = False
    enabled: bool = True
    reason: Text | None = None
    entry: Entry | None = None


@dataclass(frozen=True)
class Window:
    """A window. The screen asks its plugin again for it (hook ``describe_window``) as long as it is open.

    :param widget: a Kivy widget of the plugin's own to show over the rows, as ``package.module:Class``. Only the screen
        imports it, and hands it the window by its method ``apply``, at first and whenever it is another. One that fails
        is left out, and its place says so.
    """

    name: str
    title: Text
    subtitle: Text | None = None
    rows: tuple[Row, ...] = ()
    actions: tuple[Action, ...] = ()
    widget: str = ""


@dataclass(frozen=True)
class StatusItem:
    """One item in the status header.

    :param kind: ``pill`` (the connection), ``waiting`` (sales that wait), ``data`` (age of the data), or ``text``.
    :param tone: ``connected``, ``offline``, ``warning`` or ``plain``; never the only sign of a state.
    :param icon: ``dot``, ``check``, ``warning`` or empty.
    :param operation: the operation that a press runs.
    """

    kind: str
    text: Text
    tone: str = "plain"
    icon: str = ""
    operation: int | None = None
