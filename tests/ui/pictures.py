"""The pictures in docs/screens/window: which there are, how one is taken, and whether two are of the same screen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops
from tests.ui.pilot import Pilot
from tests.ui.scripted_register import ScriptedRegister
from tests.ui.shown import OFFLINE_TOO, STATES, State, draw

from kassa_ui.presenters.settings import NAME, OWNER

FOLDER = Path(__file__).parents[2] / "docs" / "screens" / "window"
LANGUAGES = ("sv", "en")
THEMES = ("light", "dark")
COARSER = 4
"""Pictures are compared this many times smaller: how a letter's edge is smoothed differs between machines."""
DIFFERS = 40
"""Of 255: a point whose colour is further off is another."""
ASIDE = 2
"""A word may stand this many pixels further to a side: SDL_ttf does not always measure a ligature ("ffl") as equally
wide, and words are centred by that."""
MOST_OTHER = 0.0003
"""As a part of all points."""


@dataclass(frozen=True)
class Picture:
    """One screen in one state, language and theme."""

    state: State
    language: str
    theme: str
    offline: bool = False

    @property
    def name(self) -> str:
        """Of its file, without the suffix."""
        offline = "-offline" if self.offline else ""
        return f"{self.state.__name__.replace('_', '-')}{offline}-{self.language}-{self.theme}"

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.name}.png"


def all_pictures() -> Iterator[Picture]:
    """Each screen × language × theme, and × offline where that shows."""
    for state in STATES:
        for offline in (False, True) if state.__name__ in OFFLINE_TOO else (False,):
            for language, theme in itertools.product(LANGUAGES, THEMES):
                yield Picture(state, language, theme, offline)


def take(pilot: Pilot, picture: Picture, path: Path) -> None:
    """Draw the screen of ``picture`` and keep it at ``path``, in few colours: it is mostly plain areas."""
    register = ScriptedRegister(picture.language)
    register.log_on()
    register.sell_example()
    if picture.offline:
        register.go_offline()
    try:
        register.keep_setting(OWNER, NAME, f'{{"theme": "{picture.theme}"}}')
        pilot.attach(register)
        pilot.until(lambda: pilot.app.palette.name == picture.theme)
        draw(pilot, register, picture.state)
        pilot.frames(8)
        pilot.picture(str(path))
    finally:
        register.release()
        pilot.app.detach()
        register.close()
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(128).save(path, optimize=True)


def otherness(one: Path, other: Path) -> float:
    """How much of two pictures is not the same, 0 to 1."""
    with Image.open(one) as opened, Image.open(other) as opened_too:
        first, second = opened.convert("RGB"), opened_too.convert("RGB")
    if first.size != second.size:
        return 1.0
    return max(_not_found(first, second), _not_found(second, first))


def _not_found(still: Image.Image, moved: Image.Image) -> float:
    """How much of ``still`` is not in ``moved``, however that is put aside."""
    coarse = still.reduce(COARSER)
    least = Image.new("L", coarse.size, 255)
    for aside in range(-ASIDE, ASIDE + 1):
        channels = ImageChops.difference(ImageChops.offset(moved, aside, 0).reduce(COARSER), coarse).split()
        least = ImageChops.darker(least, ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2]))
    return sum(least.histogram()[DIFFERS:]) / (coarse.size[0] * coarse.size[1])
