"""The log on screen."""

from kassa_ui.screens.log_on.log_on import LogOnScreen

__all__ = ["LogOnScreen"]
