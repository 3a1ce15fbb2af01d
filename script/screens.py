"""The pictures of every screen in every language, theme and state, and the gallery page made from them."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
HEAD = """# Gallery: every screen

Taken by `script/screens` from the window itself, with a register that plays a part; a test compares each with the
window as it is. Light and dark, Swedish and English. [The cashier's screen](screen.md) says what they do.
"""


def gallery() -> str:
    """The page: a heading for each screen, its pictures side by side."""
    from tests.ui.pictures import all_pictures

    parts = [HEAD]
    for state, pictures in itertools.groupby(all_pictures(), lambda picture: picture.state):
        doc = (state.__doc__ or "").strip()
        parts.append(f"\n## {state.__name__.replace('_', ' ').capitalize()}\n\n{doc}\n\n| | |\n| --- | --- |\n")
        cells = [f"![{picture.name}](screens/window/{picture.name}.png)" for picture in pictures]
        parts += [f"| {' | '.join(pair)} |\n" for pair in zip(cells[::2], cells[1::2], strict=True)]
    return "".join(parts)


def main(names: list[str]) -> None:
    """Take the pictures."""
    from kassa_ui import start

    start.prepare()
    from tests.ui.pictures import FOLDER, all_pictures, take
    from tests.ui.pilot import Pilot

    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in all_pictures() if not names or any(one.name.startswith(name) for name in names)]
    pilot = Pilot()
    pilot.start()
    for picture in wanted:
        take(pilot, picture, picture.path)
    pilot.stop()
    known = {picture.name for picture in all_pictures()}
    for path in FOLDER.glob("*.png"):
        if path.stem not in known:
            path.unlink()
    (ROOT / "docs" / "gallery.md").write_text(gallery(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
