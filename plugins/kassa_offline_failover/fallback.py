"""What a request gets while the store server is away: queries and commands differ (system.md)."""

from __future__ import annotations

from typing import TypeVar

from kassa.connection import Gateway
from kassa.errors import KassaError, NoAnswer, NotAvailable, NotServed
from kassa.outcomes import UnknownOutcomes
from kassa.runtime.request import Command, Request, RequestContext
from kassa.text import Text, literal, texts

_, n_ = texts("kassa_offline_failover")
Answer = TypeVar("Answer")


class Fallback:
    """Answers from the offline database where that may be.

    :param unknown: commands that were sent and not answered.
    """

    def __init__(self, local: Gateway, unknown: UnknownOutcomes) -> None:
        self._local = local
        self._unknown = unknown

    def offline(
        self, request: Request[Answer], context: RequestContext, cause: Text | None, *, can_switch: bool
    ) -> Answer:
        """The register was offline already: nothing has been sent now.

        :raises NotAvailable: it needs the store server.
        :raises kassa.errors.UnknownOutcome: it was sent earlier, and still nobody knows.
        """
        if isinstance(request, Command) and self._unknown.has(request):
            raise self._unknown.note(request)
        if not can_switch or (isinstance(request, Command) and request.ONLINE_ONLY):
            raise needs_server(cause, request)
        return self._execute(request, context, cause)

    def after(
        self, error: KassaError, request: Request[Answer], context: RequestContext, *, can_switch: bool
    ) -> Answer:
        """The request was tried, and ``error`` came of it. A command goes on under its own id, or ends as unknown."""
        if isinstance(request, Command) and (request.ONLINE_ONLY or not can_switch):
            if (isinstance(error, NoAnswer) and error.sent) or self._unknown.has(request):
                raise self._unknown.note(request, error if isinstance(error, NoAnswer) else None) from error
            raise needs_server(error.what, request) from error
        if not can_switch:
            raise needs_server(error.what, request) from error
        return self._execute(request, context, error.what)

    def _execute(self, request: Request[Answer], context: RequestContext, cause: Text | None) -> Answer:
        try:
            return self._local.send(request, context)
        except NotServed as error:
            raise needs_server(cause, request) from error


def needs_server(cause: Text | None, request: Request[Answer]) -> NotAvailable:
    """The answer to what cannot be done now. ``cause`` says why the store server is away."""
    return NotAvailable(
        _("This needs the store server. {cause}", cause=literal("") if cause is None else cause),
        hint=_("Try again when the register is connected."),
        where=request.NAME,
    )
