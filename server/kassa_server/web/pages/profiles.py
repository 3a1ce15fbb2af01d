"""Offline profiles: per store, and what a register has of its own."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.text import Text, literal, texts
from kassa_server.headquarters.edits import ChangedMeanwhile, check_stamp, stamp_of
from kassa_server.headquarters.profile_fields import NO, NONE, NOTHING, PROFILE_FIELDS, YES
from kassa_server.headquarters.profiles import Profile, all_profiles, register_profile, set_profile, store_profile
from kassa_server.headquarters.users import MANAGER
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """Every store's profile with what its registers have of their own."""
    with reading(request) as connection:
        found = all_profiles(connection)
    return render(request, "profiles.html", profiles=found, fields=PROFILE_FIELDS)


def shown(request: Request) -> Response:
    """One profile, as a form."""
    with reading(request) as connection:
        profile = _wanted(connection, request)
    return _form(request, profile, _typed(profile), {})


def _typed(profile: Profile) -> dict[str, str]:
    """A profile as it stands in its form."""
    return {one.name: one.typed(profile.own[one.name]) for one in PROFILE_FIELDS if one.name in profile.own}


@needs(MANAGER)
def changed(request: Request) -> Response:
    """Set it; what is wrong is said at its field, and nothing is changed."""
    typed = {one.name: field(request, one.name)[:100] for one in PROFILE_FIELDS}
    with reading(request) as connection:
        profile = _wanted(connection, request)
    try:
        with writing(request) as connection:
            profile = _wanted(connection, request)
            check_stamp(connection, typed_stamp(request), _typed(profile), [("offline_profile", profile.key)])
            faults = set_profile(connection, profile, typed)
    except ChangedMeanwhile as error:
        return _form(request, profile, typed, {}, 422, error)
    if faults:
        return _form(request, profile, typed, faults, 422)
    return go(request, "/profiles", _("The offline profile of {name} is changed.", name=literal(profile.name)))


def _wanted(connection: Connection, request: Request) -> Profile:
    if "register_id" in request.path_params:
        return register_profile(connection, request.path_params["register_id"])
    return store_profile(connection, request.path_params["store_id"])


def _form(
    request: Request,
    profile: Profile,
    typed: Mapping[str, str],
    faults: Mapping[str, Text],
    status: int = 200,
    error: ChangedMeanwhile | None = None,
) -> Response:
    with reading(request) as connection:
        current = stamp_of(connection, _typed(_wanted(connection, request)))
    return render(
        request, "profile.html", status, profile=profile, fields=PROFILE_FIELDS, typed=typed, faults=faults,
        may_change=user_of(request).may(MANAGER), yes=YES, no=NO, none_typed=NONE, nothing=NOTHING,
        error=error, stamp=stamp_for(request, current, error),
    )  # fmt: skip


ROUTES = [
    Route("/profiles", listed),
    Route("/profiles/store/{store_id}", shown),
    Route("/profiles/store/{store_id}", changed, methods=["POST"]),
    Route("/profiles/register/{register_id}", shown),
    Route("/profiles/register/{register_id}", changed, methods=["POST"]),
]
