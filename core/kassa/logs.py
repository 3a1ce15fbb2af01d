"""The log: one JSON object a line, for support, with no secret in it."""

from __future__ import annotations

import logging
import logging.handlers
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

SECRET = frozenset({"pin", "password", "code", "secret", "key", "private", "mac", "hash", "approval", "signature"})
"""Names whose values never reach the log. (An error's ``code`` is logged as ``error_code``.)"""
HIDDEN = "[hidden]"


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put :data:`HIDDEN` in the place of every value with a secret's name, however deep."""
    return {name: _hide(name, value) for name, value in event.items()}


def _hide(name: str, value: Any) -> Any:
    if name.lower() in SECRET:
        return HIDDEN
    if isinstance(value, dict):
        return {inner: _hide(str(inner), part) for inner, part in value.items()}
    return value


def log_to(folder: Path | None, *, level: int = logging.INFO) -> None:
    """Log to ``folder``/kassa.log, ten files of 5 MB at most; None: to standard error."""
    handler: logging.Handler
    if folder is None:
        handler = logging.StreamHandler()
    else:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(folder / "kassa.log", maxBytes=5_000_000, backupCount=10)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger("kassa")
    root.handlers[:] = [handler]
    root.setLevel(level)
    root.propagate = False
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
