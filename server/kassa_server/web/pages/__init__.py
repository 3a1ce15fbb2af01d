"""The pages by hand. Each module lists its routes, and :data:`ROUTES` has them all."""

from starlette.routing import Route

from kassa_server.web.pages import (
    allow_list,
    card_payments,
    changes,
    completeness,
    customers,
    databases,
    devices,
    keys,
    layouts,
    log_on,
    offline_status,
    parked,
    periods,
    plugin_choices,
    plugins,
    profiles,
    records,
    registers,
    sales,
    schedules,
    sessions,
    staff,
    start,
    tokens,
    users,
    z_reports,
)

ROUTES: list[Route] = [
    *log_on.ROUTES,
    *start.ROUTES,
    *offline_status.ROUTES,
    *sessions.ROUTES,
    *parked.ROUTES,
    *completeness.ROUTES,
    *periods.ROUTES,
    *sales.ROUTES,
    *card_payments.ROUTES,
    *customers.ROUTES,
    *z_reports.ROUTES,
    *changes.ROUTES,
    *registers.ROUTES,
    *devices.ROUTES,
    *plugins.ROUTES,
    *allow_list.ROUTES,
    *plugin_choices.ROUTES,
    *profiles.ROUTES,
    *databases.ROUTES,
    *schedules.ROUTES,
    *staff.ROUTES,
    *layouts.ROUTES,
    *records.ROUTES,
    *users.ROUTES,
    *keys.ROUTES,
    *tokens.ROUTES,
]
"""Every page, relative to ``/headquarters``."""

__all__ = ["ROUTES"]
