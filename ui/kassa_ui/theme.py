"""The look: every colour, size and typeface, named. Nothing else names a colour.

Two themes from the same tokens. A *tone* says how a button or a panel is painted: what it is filled with, its edge,
its words and the small line under them. :data:`READ_ON` lists every pair of words and ground in use, for the contrast
check.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

LIGHT = "light"
DARK = "dark"


@dataclass(frozen=True)
class Colours:
    """The tokens that are colours, as ``#RRGGBB`` or ``#RRGGBBAA``."""

    ink: str = "#14202E"
    paper: str = "#F3F5F9"
    surface: str = "#FFFFFF"
    line: str = "#DDE3EC"
    hairline: str = "#E6EAF1"
    muted: str = "#51607A"
    faint: str = "#667386"
    """Secondary text on surface only."""
    selected: str = "#EAF1FE"
    key: str = "#E4E9F2"
    key_edge: str = "#E4E9F2"
    dimmed: str = "#EEF1F6"
    dimmed_ink: str = "#616D80"
    action: str = "#1D5FE0"
    action_words: str = "#FFFFFF"
    action_detail: str = "#E4EDFF"
    pay: str = "#0E7A52"
    pay_words: str = "#FFFFFF"
    pay_detail: str = "#DDF6EA"
    danger: str = "#B3261E"
    danger_ground: str = "#FDECEA"
    danger_words: str = "#FFFFFF"
    warning_ground: str = "#FFF3DF"
    switch: str = "#FFF3DF"
    switch_edge: str = "#F2A33A"
    switch_ink: str = "#6B3A00"
    switch_detail: str = "#875718"
    header: str = "#14202E"
    header_offline: str = "#7A3E00"
    header_words: str = "#FFFFFF"
    header_muted: str = "#C4C7CA"
    header_offline_muted: str = "#DDCEBF"
    connected: str = "#0F5C3F"
    connected_dot: str = "#5CE0A4"
    connected_words: str = "#FFFFFF"
    offline: str = "#F2A33A"
    offline_words: str = "#2B1600"
    focus: str = "#1D5FE0"
    focus_gap: str = "#FFFFFF"
    veil: str = "#08121C8B"
    clear: str = "#00000000"


DARK_COLOURS = Colours(
    ink="#E9EEF6",
    paper="#0D131B",
    surface="#161E29",
    line="#2B3646",
    hairline="#232D3B",
    muted="#A9B5C8",
    faint="#94A1B5",
    selected="#1D2F4F",
    key="#232D3B",
    key_edge="#2B3646",
    dimmed="#131A23",
    dimmed_ink="#7F8CA1",
    action="#2A60D4",
    action_detail="#EEF3FF",
    pay="#107553",
    pay_detail="#E8FAF2",
    danger="#FF8A80",
    danger_ground="#3A1A1A",
    danger_words="#2B0805",
    warning_ground="#33230C",
    switch="#33230C",
    switch_edge="#A86C1E",
    switch_ink="#FFC978",
    switch_detail="#E0B376",
    header="#070B11",
    focus="#8DB4FF",
    focus_gap="#0D131B",
    veil="#000000AA",
)

THEMES = {LIGHT: Colours(), DARK: DARK_COLOURS}


@dataclass(frozen=True)
class Tone:
    """How something is painted, each by the name of a colour token."""

    fill: str
    edge: str
    words: str
    detail: str


TONES = {
    "plain": Tone("surface", "line", "ink", "faint"),
    "dimmed": Tone("dimmed", "line", "dimmed_ink", "muted"),
    "key": Tone("key", "key_edge", "ink", "muted"),
    "action": Tone("action", "action", "action_words", "action_detail"),
    "pay": Tone("pay", "pay", "pay_words", "pay_detail"),
    "switch": Tone("switch", "switch_edge", "switch_ink", "switch_detail"),
    "danger": Tone("surface", "danger", "danger", "danger"),
    "quiet": Tone("surface", "surface", "muted", "muted"),
    "bare": Tone("clear", "clear", "muted", "muted"),
    "connected": Tone("connected", "connected", "connected_words", "connected_dot"),
    "offline": Tone("offline", "offline", "offline_words", "offline_words"),
    "error": Tone("danger_ground", "danger", "ink", "ink"),
    "warning": Tone("warning_ground", "switch_edge", "ink", "ink"),
    "info": Tone("selected", "action", "ink", "ink"),
}
"""Buttons, pills and notices by name."""

READ_ON = (
    *((tone.words, tone.fill) for tone in TONES.values() if tone.fill != "clear"),
    *((tone.detail, tone.fill) for tone in TONES.values() if tone.fill != "clear"),
    ("ink", "paper"),
    ("muted", "paper"),
    ("ink", "surface"),
    ("muted", "surface"),
    ("faint", "surface"),
    ("ink", "selected"),
    ("muted", "selected"),
    ("danger", "surface"),
    ("danger", "danger_ground"),
    ("header_words", "header"),
    ("header_muted", "header"),
    ("header_words", "header_offline"),
    ("header_offline_muted", "header_offline"),
)
"""Each pair of words and ground that is drawn."""

PRESSED = 0.12
"""How far a pressed button goes towards ink."""

RADIUS = 12
GAP = 10
MARGIN = 12
TOUCH = 56
KEY = 72
"""Lengths in dp: corners, between buttons, around panels, the least target, a key of the keypad."""

TYPE = {
    "change": 72,
    "total": 40,
    "key": 28,
    "title": 26,
    "tender": 24,
    "body": 18,
    "header": 17,
    "small": 16,
    "detail": 14,
    "caption": 13,
    "shortcut": 11,
}
"""Sizes of type in sp."""

REGULAR = "Roboto"
MEDIUM = "Roboto Medium"
"""Typefaces; the digits of both have one width."""


def rgba(colour: str) -> tuple[float, float, float, float]:
    """``#RRGGBB`` or ``#RRGGBBAA`` as four parts of 1."""
    digits = colour.removeprefix("#")
    digits += "FF" if len(digits) == 6 else ""
    red, green, blue, alpha = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4, 6))
    return red, green, blue, alpha


def mixed(one: str, other: str, part: float) -> tuple[float, float, float, float]:
    """``one`` with ``part`` of ``other`` in it."""
    first, second = rgba(one), rgba(other)
    red, green, blue = (a + (b - a) * part for a, b in zip(first[:3], second[:3], strict=True))
    return red, green, blue, first[3]


def contrast(words: str, ground: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(words), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgba(colour)[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def tokens(theme: str) -> dict[str, str]:
    """Every colour token of ``theme``, by name."""
    colours = THEMES[theme]
    return {token.name: getattr(colours, token.name) for token in fields(colours)}
