"""The requests that come with the core, and their handlers."""

from kassa.requests.handlers import HANDLERS

__all__ = ["HANDLERS"]
