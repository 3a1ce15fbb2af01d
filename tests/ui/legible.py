"""What a test can see of texts on the screen: past the catalogues, cut off, too small."""

from __future__ import annotations

import re
from typing import Any

from kivy.uix.label import Label
from tests.ui.pilot import Pilot
from tests.ui.scripted_shop import ITEMS

from kassa_ui.widgets.key import Key
from kassa_ui.widgets.letters import LetterKey
from kassa_ui.widgets.lines import SaleRow

WORD = re.compile(r"[^\W\d_]{2,}")
DATA = re.compile(
    "|".join(re.escape(item.description) for item in ITEMS.values())
    + r"|Butik 0042|Kassa 0042-3|Elin Berg|Maria Lind|Omar Said|Svenska|English|kr\b|kg\b|https://\S+|SQLite|MB\b"
    + r"|^jac$|Kontant|Kort"
)
"""Names and figures that are no texts of the screen's."""
SMALLEST = 0.55
"""How far words of a button may shrink."""


def labels(pilot: Pilot) -> list[Any]:
    """Every text that is drawn."""
    return [widget for widget in pilot.widgets() if isinstance(widget, Label) and widget.text]


def shrunk(pilot: Pilot) -> list[str]:
    """Buttons whose words have become too small to read."""
    keys = [widget for widget in pilot.widgets() if isinstance(widget, Key) and widget.label]
    return [key.label for key in keys if key.fitted < SMALLEST * key.meant]


def untranslated(labels: list[Any]) -> list[str]:
    """Words that stand outside brackets and are no data."""
    return [label.text for label in labels if WORD.search(_bare(label.text)) and not _within(label, LetterKey)]


def _bare(text: str) -> str:
    """``text`` without what stands in brackets, which may hold others, and without data."""
    while (inner := re.sub(r"\[[^\[\]]*\]", "", text)) != text:
        text = inner
    return DATA.sub("", text)


def cut(labels: list[Any]) -> list[str]:
    """Texts of the catalogues that are wider or higher than their place, or that end in an ellipsis."""
    return [
        f"{label.text!r} {label.texture_size} in {label.size}"
        for label in labels
        if "[" in label.text and not _within(label, SaleRow) and (_larger(label) or _shortened(label))
    ]


def _larger(label: Any) -> bool:
    width, height = label.texture_size
    return bool(width > label.width + 2 or height > label.height + 2)


def _shortened(label: Any) -> bool:
    drawn = "".join(word.text for line in label._label._cached_lines for word in line.words)
    return bool(label.shorten) and drawn.split() != label.text.split()


def _within(widget: Any, kind: type) -> bool:
    while widget is not None and widget is not widget.parent:
        if isinstance(widget, kind):
            return True
        widget = widget.parent
    return False
