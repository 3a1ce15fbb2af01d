"""The pages by hand. Each module lists its routes, and :data:`ROUTES` has them all."""

from starlette.routing import Route

from kassa_server.web.pages import (
    changes,
    databases,
    devices,
    keys,
    log_on,
    offline_status,
    parked,
    plugins,
    profiles,
    records,
    registers,
    sales,
    schedules,
    sessions,
    start,
    users,
)

ROUTES: list[Route] = [
    *log_on.ROUTES,
    *start.ROUTES,
    *offline_status.ROUTES,
    *sessions.ROUTES,
    *parked.ROUTES,
    *sales.ROUTES,
    *changes.ROUTES,
    *registers.ROUTES,
    *devices.ROUTES,
    *plugins.ROUTES,
    *profiles.ROUTES,
    *databases.ROUTES,
    *schedules.ROUTES,
    *records.ROUTES,
    *users.ROUTES,
    *keys.ROUTES,
]
"""Every page, relative to ``/headquarters``."""

__all__ = ["ROUTES"]
