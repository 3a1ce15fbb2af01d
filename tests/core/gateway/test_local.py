"""The runtime in this process, behind the gateway's face."""

from __future__ import annotations

from typing import Any

import pytest
from tests.core.gateway.store_server import CONTEXT, Echo

from kassa.errors import NotFound
from kassa.gateway import LocalGateway
from kassa.runtime.request import Request, RequestContext
from kassa.text import Text


class Runtime:
    def execute(self, request: Request[Any], context: RequestContext) -> Any:
        assert isinstance(request, Echo)
        if not request.words:
            raise NotFound(Text("Nothing."))
        return f"{request.words} for {context.register_id}"


def test_local_gateway_executes_here() -> None:
    """A request is answered by the runtime, with the caller's context."""
    assert LocalGateway(Runtime()).send(Echo("x"), CONTEXT, timeout_s=0) == "x for 0042-3"


def test_local_refusal_is_raised() -> None:
    """A refusal passes as it is."""
    with pytest.raises(NotFound):
        LocalGateway(Runtime()).send(Echo(""), CONTEXT)
