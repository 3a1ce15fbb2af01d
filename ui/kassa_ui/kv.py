"""Layouts beside their modules: ``key.py`` with ``key.kv``, loaded once however often it is asked for."""

from __future__ import annotations

from pathlib import Path

from kivy.core.text import LabelBase
from kivy.lang import Builder

from kassa_ui import theme

_loaded: set[str] = set()


def load(module_file: str) -> None:
    """Load the layout that lies beside the module ``module_file`` (its ``__file__``). Loaded twice, every widget
    would get its children twice."""
    layout = str(Path(module_file).with_suffix(".kv"))
    if layout not in _loaded:
        _loaded.add(layout)
        Builder.load_file(layout, encoding="utf8", rulesonly=True)


def register_typefaces() -> None:
    """The middle weight, which Kivy does not ship, under its own name."""
    fonts = Path(__file__).parent / "fonts"
    LabelBase.register(theme.MEDIUM, fn_regular=str(fonts / "Roboto-Medium.ttf"))
