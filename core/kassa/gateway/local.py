"""The commerce runtime in this process, behind the same face as the store server."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast

from kassa.runtime.request import Request, RequestContext

Answer = TypeVar("Answer")


class Executes(Protocol):
    """A runtime on a database: :class:`kassa.register.local_runtime.LocalRuntime`."""

    def execute(self, request: Request[Any], context: RequestContext) -> Any:
        """The answer to ``request``."""


class LocalGateway:
    """Answers from a runtime in this process (:class:`kassa.connection.Gateway`)."""

    def __init__(self, runtime: Executes) -> None:
        self._runtime = runtime

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        """The answer to ``request``. There is nothing to wait for, and ``timeout_s`` counts for nothing.

        :raises kassa.errors.Refusal: the answer is no.
        :raises kassa.errors.OfflineDatabaseUnavailable: it needs the offline database, which cannot be used.
        """
        return cast(Answer, self._runtime.execute(request, context))
