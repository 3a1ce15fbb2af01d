"""``kassa ui``: a register in a window."""

from __future__ import annotations

import enum
import re
import sys
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
    watch: Annotated[
        bool,
        typer.Option(envvar="KASSA_WATCH", help="Start the register again when it is frozen or has crashed, and for "
                     "other plugins between shifts."),
    ] = True,
    patience: Annotated[
        float, typer.Option(envvar="KASSA_PATIENCE", min=1, help="Seconds that the screen may stand still.")
    ] = 60,
    watched_over: Annotated[str | None, typer.Option(hidden=True, help="The pipe of whoever watches.")] = None,
) -> None:  # fmt: skip
    """Open the register in a window."""
    width_and_height = read_size(size)
    wanted = None if language is None else language.value
    colours = None if theme is None else theme.value
    if watch and watched_over is None:
        words = ["--directory", str(directory), "--size", size, "--patience", str(patience)]
        words += [] if wanted is None else ["--language", wanted]
        words += [] if colours is None else ["--theme", colours]
        words += ["--fullscreen"] if fullscreen else []
        raise typer.Exit(_watch_over(words, directory, patience))
    _open(directory, width_and_height, fullscreen, colours, wanted, watched_over, patience)


def _watch_over(words: list[str], directory: Path, patience_s: float) -> int:
    from kassa.supervision.supervisor import Supervisor

    command = [sys.executable, "-m", "kassa.cli", "ui", *words, "--watched-over"]
    return Supervisor(command, directory, patience_s=patience_s).run()


def _open(
    directory: Path, size: tuple[int, int], fullscreen: bool, theme: str | None, language: str | None,
    watched_over: str | None, patience_s: float,
) -> None:  # fmt: skip
    from kassa.errors import JournalError
    from kassa.logs import log_to
    from kassa.register import open_register
    from kassa.supervision.heartbeat import Heartbeat
    from kassa_ui.app import run, tell
    from kassa_ui.watched import Watched

    log_to(directory / "log")
    heart = None if watched_over is None else Heartbeat(watched_over, directory, patience_s)
    try:
        opened = open_register(directory)
    except JournalError as error:
        # Whoever activates a register reads the terminal; whoever sells on it sees only the window.
        if heart is not None:
            heart.held()
        tell(error, home=directory / "window", size=size, fullscreen=fullscreen, theme=theme, language=language)
        raise
    with opened as register:
        watched = None if heart is None else Watched(heart, register)
        try:
            run(
                register,
                home=directory / "window",
                size=size,
                fullscreen=fullscreen,
                theme=theme,
                language=language,
                each_second=None if watched is None else watched.each_second,
            )
        finally:
            code = 0 if watched is None else watched.ending()
    raise typer.Exit(code)
