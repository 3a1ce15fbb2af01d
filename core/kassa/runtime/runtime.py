"""The commerce runtime: finds a request's handler and runs it. The same class in store server and register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kassa.errors import KassaError, NotServed, PluginFailure
from kassa.runtime.request import Command, Handler, HandlerContext, Query, Request, Side
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")


@dataclass(frozen=True)
class RefusedHandler:
    """A handler that was not taken in, and why."""

    plugin: str
    what: Text


class Runtime:
    """Handlers by request name.

    :param handlers: each with the name of the plugin (or ``kassa``) that it comes from, in order.
    """

    def __init__(self, handlers: Iterable[tuple[str, Handler]]) -> None:
        self._handlers: dict[str, tuple[str, Handler]] = {}
        self.refused: list[RefusedHandler] = []
        for plugin, handler in handlers:
            self._add(plugin, handler)

    def _add(self, plugin: str, handler: Handler) -> None:
        request: Any = handler.request
        name = getattr(request, "NAME", "")
        if not isinstance(request, type) or not issubclass(request, (Query, Command)):
            self._refuse(plugin, _("Request {name} is neither a query nor a command.", name=literal(str(request))))
        elif not name or request.ANSWER is None:
            self._refuse(plugin, _("Request {name} has no name or no answer.", name=literal(request.__name__)))
        elif name in self._handlers:
            other = self._handlers[name][0]
            self._refuse(
                plugin,
                _("Request {name} is claimed by both {one} and {two}.", name=literal(name), one=other, two=plugin),
            )
        else:
            self._handlers[name] = (plugin, handler)

    def _refuse(self, plugin: str, what: Text) -> None:
        self.refused.append(RefusedHandler(plugin, what))

    @property
    def names(self) -> list[str]:
        """The names of all requests served."""
        return sorted(self._handlers)

    def request_type(self, name: str) -> type[Request[Any]]:
        """The type of the request of that name.

        :raises NotServed: there is none.
        """
        return self._find(name)[1].request

    def plugin_of(self, name: str) -> str:
        """The plugin that serves a request.

        :raises NotServed: there is none.
        """
        return self._find(name)[0]

    def serves(self, name: str, side: Side) -> bool:
        """Whether the request is answered on that side."""
        return name in self._handlers and side in self._handlers[name][1].sides

    def execute(self, request: Request[Any], context: HandlerContext) -> Any:
        """The answer to ``request``.

        :raises kassa.errors.Refusal: the handler says no.
        :raises NotServed: no handler on this side.
        :raises PluginFailure: the handler raised something else.
        """
        plugin, handler = self._find(request.NAME)
        if context.side not in handler.sides:
            raise NotServed(
                _("This needs the store server."),
                hint=_("Try again when the register is connected."),
                where=request.NAME,
            )
        try:
            return handler.handle(request, context)
        except KassaError:
            raise
        except (Exception, SystemExit) as error:
            what = _("Something went wrong in {plugin}.", plugin=literal(plugin))
            raise PluginFailure(what, plugin=plugin, where=request.NAME) from error

    def _find(self, name: str) -> tuple[str, Handler]:
        found = self._handlers.get(name)
        if found is None:
            raise NotServed(_("This is not served here."), hint=_("Call support: a plugin is missing."), where=name)
        return found
