"""The pages by hand. Each module lists its routes, and :data:`ROUTES` has them all."""

from starlette.routing import Route

from kassa_server.web.pages import changes, log_on, profiles, sales, schedules, start, users

ROUTES: list[Route] = [
    *log_on.ROUTES,
    *start.ROUTES,
    *sales.ROUTES,
    *changes.ROUTES,
    *profiles.ROUTES,
    *schedules.ROUTES,
    *users.ROUTES,
]
"""Every page, relative to ``/headquarters``."""

__all__ = ["ROUTES"]
