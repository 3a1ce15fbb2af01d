"""``kassa ui``: a register in a window."""

from __future__ import annotations

import enum
import re
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

DEFAULT = user_data_path("kassa") / "register"


class Language(enum.StrEnum):
    """The languages that come with Kassa."""

    SV = "sv"
    EN = "en"


class Theme(enum.StrEnum):
    """The themes."""

    LIGHT = "light"
    DARK = "dark"


def read_size(text: str) -> tuple[int, int]:
    """``1280x800`` as width and height in pixels.

    :raises typer.BadParameter: it is not written so.
    """
    match = re.fullmatch(r"(\d{3,5})x(\d{3,5})", text)
    if match is None:
        raise typer.BadParameter("write it as 1280x800")
    return int(match[1]), int(match[2])


def window(
    directory: Annotated[Path, typer.Option("--directory", "-d", help="The register's folder.")] = DEFAULT,
    language: Annotated[
        Language | None, typer.Option(help="Instead of the one chosen on this register, or the cashier's.")
    ] = None,
    size: Annotated[str, typer.Option(help="The window's, in pixels.")] = "1280x800",
    fullscreen: Annotated[bool, typer.Option(help="Fill the display.")] = False,
    theme: Annotated[Theme | None, typer.Option(help="Instead of the one chosen on this register.")] = None,
) -> None:
    """Open the register in a window."""
    from kassa.errors import JournalError
    from kassa.logs import log_to
    from kassa.register import open_register
    from kassa_ui.app import run, tell

    width_and_height = read_size(size)
    log_to(directory / "log")
    wanted = None if language is None else language.value
    colours = None if theme is None else theme.value
    try:
        opened = open_register(directory)
    except JournalError as error:
        # Whoever activates a register reads the terminal; whoever sells on it sees only the window.
        tell(error, home=directory / "window", size=width_and_height, fullscreen=fullscreen, theme=colours,
             language=wanted)  # fmt: skip
        raise
    with opened as register:
        run(
            register,
            home=directory / "window",
            size=width_and_height,
            fullscreen=fullscreen,
            theme=colours,
            language=wanted,
        )
