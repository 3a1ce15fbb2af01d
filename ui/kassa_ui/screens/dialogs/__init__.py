"""Dialogs: windows of plugins, questions, approval by a manager, something to type."""

from kassa_ui.screens.dialogs.dialogs import DialogLayer

__all__ = ["DialogLayer"]
