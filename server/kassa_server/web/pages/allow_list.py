"""The allow-list of plugins: wheels uploaded, approved, withdrawn. For administrators."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError, NotAllowed, NotAvailable
from kassa.text import literal, texts
from kassa_server.headquarters.package_files import PackageFiles
from kassa_server.headquarters.plugins import choices, sets
from kassa_server.headquarters.plugins.allow_list import add_wheel, approve_wheel, list_wheels, withdraw_wheel
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.web.page import channel_of, distribution_of, field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")
PATH = "/plugins"


def listed(request: Request) -> Response:
    """All wheels."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None) -> Response:
    with reading(request) as connection:
        wheels, groups = list_wheels(connection), choices.groups(connection)
    return render(
        request,
        "allow_list.html",
        status,
        wheels=wheels,
        groups=groups,
        error=error,
        may_change=user_of(request).may(ADMINISTRATOR),
    )


@needs(ADMINISTRATOR)
def add(request: Request) -> Response:
    """Put a wheel on the list."""
    form: FormData = request.scope["state"]["form"]
    file = form.get("wheel")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise InvalidInput(_("Choose a wheel first."), hint=_("It is a file whose name ends in .whl."))
        wheel = add_wheel(
            channel_of(request), files_of(request), file.filename, file.file.read(), by=user_of(request).name,
            sha256=field(request, "sha256") or None,
        )  # fmt: skip
    except KassaError as error:
        return _page(request, 422, error)
    return go(request, PATH, _("{wheel} is on the list. It runs nowhere before it is approved.",
                               wheel=literal(wheel.name)))  # fmt: skip


@needs(ADMINISTRATOR)
def approve(request: Request) -> Response:
    """Let registers have a wheel."""
    try:
        wheel = approve_wheel(
            channel_of(request), files_of(request), request.path_params["sha256"], by=user_of(request).name
        )
    except InvalidInput as error:
        return _page(request, 422, error)
    return go(request, PATH, _("{wheel} is approved.", wheel=literal(wheel.name)))


@needs(ADMINISTRATOR)
def withdraw(request: Request) -> Response:
    """Let no register have it any more."""
    try:
        with writing(request) as connection:
            environment, sha256 = channel_of(request).environment, request.path_params["sha256"]
            withdraw_wheel(connection, environment, sha256, by=user_of(request).name, used=sets.uses_of)
    except NotAllowed as error:
        return _page(request, 422, error)
    return go(request, PATH, _("The wheel is withdrawn."))


@needs(ADMINISTRATOR)
def set_group(request: Request) -> Response:
    """Which registers are in a group; none: there is no such group any more."""
    members = field(request, "registers").replace(",", " ").split()
    name = field(request, "group_name")
    try:
        with writing(request) as connection:
            sets.set_group(connection, channel_of(request).environment, name, members, by=user_of(request).name)
    except InvalidInput as error:
        return _page(request, 422, error)
    return go(request, PATH, _("The group {name} is set.", name=literal(name)))


def files_of(request: Request) -> PackageFiles:
    """Where the files of wheels are.

    :raises NotAvailable: this server keeps none.
    """
    distribution = distribution_of(request)
    if distribution is None:
        raise NotAvailable(_("This server has no place for data packages."))
    return distribution.files


ROUTES = [
    Route(PATH, listed),
    Route(PATH, add, methods=["POST"]),
    Route(PATH + "/groups", set_group, methods=["POST"]),
    Route(PATH + "/wheels/{sha256}/approve", approve, methods=["POST"]),
    Route(PATH + "/wheels/{sha256}/withdraw", withdraw, methods=["POST"]),
]
