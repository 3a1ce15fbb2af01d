"""How large words can be drawn in a button."""

from __future__ import annotations

from kassa_ui.widgets.fitting import Written, fitted, lines_of


def each_half(text: str, size: float) -> float:
    """A typeface whose letters are all half as wide as they are high."""
    return len(text) * size / 2


def written(text: str, size: float = 20) -> Written:
    return Written(text, size, each_half)


def test_as_meant_where_there_is_room() -> None:
    """With room the sizes are those that are meant."""
    assert fitted(written("Antal"), written("", 14), 200, 100) == (20, 14)


def test_a_word_is_never_broken() -> None:
    """A word that is wider than the button is drawn smaller until it fits; the small line keeps its size."""
    size, small = fitted(written("Prisändring"), written("Nej", 14), 90, 100)
    assert each_half("Prisändring", size) <= 90 < each_half("Prisändring", 20)
    assert small == 14


def test_lines_fit_in_the_height() -> None:
    """Name and small line together are no higher than the button."""
    name, small = written("Ta bort rad"), written("Kräver anslutning", 14)
    sizes = fitted(name, small, 100, 50)
    drawn = [one._replace(size=size) for one, size in zip((name, small), sizes, strict=True)]
    high = sum((lines_of(one, 100) or 0) * one.size * 1.18 for one in drawn)
    assert high <= 50
