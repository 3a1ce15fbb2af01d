"""The look's tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kassa_ui import theme

UI = Path(theme.__file__).parent
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|rgba?:\s*[\d.]+\s*,|get_color_from_hex")


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_contrast(name: str) -> None:
    """Every pair of words and ground that is drawn has a contrast of at least 4.5:1, in each theme."""
    tokens = theme.tokens(name)
    weak = {
        (words, ground): round(theme.contrast(tokens[words], tokens[ground]), 2)
        for words, ground in theme.READ_ON
        if theme.contrast(tokens[words], tokens[ground]) < 4.5
    }
    assert weak == {}


def test_contrast_is_computed_right() -> None:
    """Black on white is 21:1, a colour on itself 1:1 (WCAG 2.2)."""
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#1D5FE0", "#1D5FE0") == pytest.approx(1)


def test_nothing_else_names_a_colour() -> None:
    """Colours stand in the theme alone."""
    found = {
        f"{path.relative_to(UI)}: {line.strip()}"
        for path in (*UI.rglob("*.py"), *UI.rglob("*.kv"))
        if path.name != "theme.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if COLOUR.search(line)
    }
    assert found == set()


def test_tones_name_tokens() -> None:
    """Each tone is made of tokens that exist in both themes."""
    names = set(theme.tokens(theme.LIGHT))
    used = {part for tone in theme.TONES.values() for part in (tone.fill, tone.edge, tone.words, tone.detail)}
    assert used <= names
    assert set(theme.tokens(theme.DARK)) == names
