"""The pictures in the docs are of the screens as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter
from tests.ui.pictures import FOLDER, MOST_OTHER, Picture, all_pictures, otherness, take
from tests.ui.pilot import Pilot

ALL = tuple(all_pictures())
A_FEW = ("sale-sv-light", "sale-offline-en-dark", "tender-sv-dark", "log-on-sv-light")
GALLERY = FOLDER.parents[1] / "gallery.md"


@pytest.mark.parametrize("name", A_FEW)
def test_a_few(application: Pilot, tmp_path: Path, name: str) -> None:
    """A few of them, of both themes and languages, look as they are kept."""
    compare(application, next(picture for picture in ALL if picture.name == name), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("picture", ALL, ids=lambda picture: picture.name)
def test_each(application: Pilot, tmp_path: Path, picture: Picture) -> None:
    """Every screen in every language, theme and state looks as it is kept (else: look at it, and script/screens)."""
    compare(application, picture, tmp_path)


def compare(pilot: Pilot, picture: Picture, folder: Path) -> None:
    taken = folder / f"{picture.name}.png"
    take(pilot, picture, taken)
    assert otherness(taken, picture.path) <= MOST_OTHER, f"{picture.name}: look at {taken}; script/screens takes it"


def test_a_word_that_is_gone_is_seen(tmp_path: Path) -> None:
    """A picture in which one word is gone is another; one with softer edges is the same."""
    kept = FOLDER / "sale-sv-light.png"
    with Image.open(kept) as opened:
        picture = opened.convert("RGB")
    softer = tmp_path / "softer.png"
    picture.filter(ImageFilter.GaussianBlur(0.7)).save(softer)
    assert otherness(kept, softer) <= MOST_OTHER
    other = tmp_path / "other.png"
    ImageDraw.Draw(picture).rectangle((600, 110, 660, 145), fill=picture.getpixel((600, 110)))
    picture.save(other)
    assert otherness(kept, other) > MOST_OTHER


def test_the_gallery_shows_each() -> None:
    """The gallery shows every picture that is kept, and each screen of the tests is kept."""
    kept = {path.stem for path in FOLDER.glob("*.png")}
    assert kept == {picture.name for picture in ALL}
    shown = GALLERY.read_text(encoding="utf-8")
    assert [name for name in sorted(kept) if f"screens/window/{name}.png" not in shown] == []
