"""A register's device is revoked: the question, and doing it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import NotFound
from kassa.text import literal, texts
from kassa_server.headquarters.device_revocations import revoke_device
from kassa_server.headquarters.registers import find_register
from kassa_server.headquarters.returning_devices import admit_again
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.web.page import go, needs, now_of, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


@needs(ADMINISTRATOR)
def asked(request: Request) -> Response:
    """What it means, before anything is done."""
    register_id, device_id = request.path_params["register_id"], request.path_params["device_id"]
    with reading(request) as connection:
        whole = find_register(connection, register_id, now_of(request))
    device = next((one for one in whole.devices if one.device_id == device_id and not one.revoked_at), None)
    if device is None:
        raise NotFound(_("Register {register} has no device that could be revoked.", register=literal(register_id)))
    return render(request, "revoke_device.html", row=whole.row, device=device)


@needs(ADMINISTRATOR)
def revoked(request: Request) -> Response:
    """Trust the device no more."""
    register_id, device_id = request.path_params["register_id"], request.path_params["device_id"]
    with writing(request) as connection:
        revoke_device(connection, register_id, by=user_of(request).name, device_id=device_id)
    return go(request, f"/registers/{register_id}", _("The device is revoked."))


@needs(ADMINISTRATOR)
def admitted(request: Request) -> Response:
    """Admit a device again that was activated after the backup."""
    register_id, device_id = request.path_params["register_id"], request.path_params["device_id"]
    with writing(request) as connection:
        admit_again(connection, register_id, by=user_of(request).name, device_id=device_id)
    return go(request, f"/registers/{register_id}", _("The device is admitted again."))


ROUTES = [
    Route("/registers/{register_id}/devices/{device_id}/admit", admitted, methods=["POST"]),
    Route("/registers/{register_id}/devices/{device_id}/revoke", asked),
    Route("/registers/{register_id}/devices/{device_id}/revoke", revoked, methods=["POST"]),
]
