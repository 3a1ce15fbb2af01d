"""A store server, an offline database and a register that do what a test tells them, on a clock in its hands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar

import msgspec
import structlog

from kassa.connection import ConnectionChange, ConnectionState
from kassa.environment import Environment
from kassa.errors import DeviceNotTrusted, KassaError, NoAnswer, NotAllowed, NotServed
from kassa.gateway.exchange import Exchange
from kassa.hookspecs import ConnectionParts
from kassa.journal import Waiting
from kassa.model import OfflineProfile, RegisterRecord, Store, Transaction
from kassa.operations import Question
from kassa.requests.contact import AskCommand, CommandFate, Hello, HelloAnswer
from kassa.runtime.request import Command, Query, Request, RequestContext
from kassa.testing.clock import TestClock
from kassa.text import Text
from kassa_offline_failover.connection import SwitchingConnection

CONTEXT = RequestContext("S1", "R1")
PATIENCE_S = 10.0


class Where(Query[str], frozen=True):
    """Says who answers: ``server`` or ``here``."""

    NAME: ClassVar[str] = "test.where"
    ANSWER: ClassVar[Any] = str


class OnlyThere(Query[str], frozen=True):
    """Answered by the store server alone."""

    NAME: ClassVar[str] = "test.only_there"
    ANSWER: ClassVar[Any] = str


class Do(Command[str], frozen=True, kw_only=True):
    """Done once, there or here."""

    NAME: ClassVar[str] = "test.do"
    ANSWER: ClassVar[Any] = str


class DoThere(Command[str], frozen=True, kw_only=True):
    """Done once, there or not at all."""

    NAME: ClassVar[str] = "test.do_there"
    ANSWER: ClassVar[Any] = str
    ONLINE_ONLY: ClassVar[bool] = True


class ScriptedServer:
    """The store server and the way to it (:class:`kassa.connection.RemoteGateway`).

    ``mode`` is what happens to requests from now on: ``answers``, ``refuses``, ``freezes`` (until :meth:`thaw`),
    ``acts_and_drops``, ``trouble`` (503), ``not_trusted``, ``staff_refused`` (the first request only), ``slow``.
    """

    address = "https://store.example"

    def __init__(self, clock: TestClock) -> None:
        self.clock = clock
        self.mode = "answers"
        self.timeout_s = 10.0
        self.slow_s = 1.0
        self.sent: list[Request[Any]] = []
        self.ended: list[tuple[float, Request[Any], bool]] = []
        """When each request ended, and whether with an answer that accepts."""
        self.done: list[str] = []
        """The ids of commands whose effect has happened here, in order."""
        self._held: list[tuple[Exchange, Request[Any]]] = []
        self._lock = threading.Lock()

    def send(self, request: Request[Any], context: RequestContext, *, timeout_s: float | None = None) -> Any:
        return self.submit(request, context, timeout_s=timeout_s).result()

    def submit(self, request: Request[Any], context: RequestContext, *, timeout_s: float | None = None) -> Future[Any]:
        exchange = Exchange(self.clock, self.timeout_s if timeout_s is None else timeout_s, request.NAME)
        with self._lock:
            self.sent.append(request)
            exchange.future.add_done_callback(lambda future: self._note_end(request, future))
            if self.mode in ("freezes", "slow"):
                exchange.sent = True
                self._held.append((exchange, request))
                if self.mode == "freezes":
                    return exchange.future
        if self.mode == "slow":
            self.clock.wait(threading.Event(), self.slow_s)
            self.thaw()
        else:
            self._treat(exchange, request)
        return exchange.future

    def _note_end(self, request: Request[Any], future: Future[Any]) -> None:
        accepted = Future.exception(future, 0) is None
        self.ended.append((self.clock.monotonic(), request, accepted))

    def _treat(self, exchange: Exchange, request: Request[Any]) -> None:
        match self.mode:
            case "refuses":
                exchange.fail(no_answer("unreachable", sent=False))
            case "trouble":
                exchange.fail(no_answer("server_error", sent=True))
            case "acts_and_drops":
                self._act(request)
                exchange.fail(no_answer("unreachable", sent=True))
            case "not_trusted":
                exchange.fail(DeviceNotTrusted(Text("This device is not known.")))
            case "staff_refused" if isinstance(request, Hello):
                exchange.fail(NotAllowed(Text("Elin Berg may not work here any more.")))
            case _:
                answer(exchange, lambda: self._act(request))

    def _act(self, request: Request[Any]) -> Any:
        match request:
            case Hello():
                return HelloAnswer(self.clock.utc(), 1)
            case Command(command_id=identity):
                with self._lock:
                    if identity not in self.done:
                        self.done.append(identity)
                return "server"
            case AskCommand(command_id=identity):
                known = identity in self.done
                return CommandFate("answered", msgspec.Raw(b'"server"')) if known else CommandFate("unknown")
            case _:
                return "server"

    def thaw(self) -> None:
        """What was held is answered now; what has been cut off meanwhile is acted on all the same."""
        with self._lock:
            held, self._held = self._held, []
        for exchange, request in held:
            answer(exchange, lambda request=request: self._act(request))  # type: ignore[misc]

    def fail_held(self) -> None:
        """What was held fails now."""
        with self._lock:
            held, self._held = self._held, []
        for exchange, _request in held:
            exchange.fail(no_answer("unreachable", sent=True))

    @property
    def held(self) -> int:
        """How many requests are held and still wanted."""
        with self._lock:
            return sum(not exchange.settled for exchange, _request in self._held)

    @property
    def hellos(self) -> int:
        """How many attempts were made."""
        return sum(isinstance(request, Hello) for request in self.sent)

    def post(self, path: str, body: bytes, answer: Any, *, timeout_s: float | None = None) -> Any:
        raise NotImplementedError

    def cancel_all(self) -> None:
        with self._lock:
            held = list(self._held)
        for exchange, _request in held:
            exchange.cut_off()

    def clock_offset(self) -> None:
        return None

    def latency_s(self) -> None:
        return None

    def close(self) -> None:
        self.cancel_all()


def answer(exchange: Exchange, act: Callable[[], Any]) -> None:
    """Settle ``exchange`` with what ``act`` returns or raises."""
    try:
        exchange.succeed(act())
    except KassaError as error:
        exchange.fail(error)


def no_answer(reason: str, *, sent: bool) -> NoAnswer:
    """No answer."""
    return NoAnswer(Text(f"It is {reason}."), reason=reason, sent=sent)


class OfflineRuntime:
    """The runtime on the offline database (:class:`kassa.connection.Gateway`)."""

    def __init__(self) -> None:
        self.done: list[str] = []
        """The ids of commands that were taken here, to be delivered later."""

    def send(self, request: Request[Any], context: RequestContext, *, timeout_s: float | None = None) -> Any:
        if isinstance(request, OnlyThere | DoThere):
            raise NotServed(Text("This needs the store server."))
        if isinstance(request, Command):
            self.done.append(request.command_id)
        return "here"


class ScriptedDatabase:
    """The offline database that the register was installed with."""

    installed = True


class ScriptedRegister:
    """What the plugin uses of a register (:class:`kassa.register.face.RegisterFace`)."""

    def __init__(
        self, clock: TestClock, server: ScriptedServer, settings: dict[tuple[str, str], str], **profile: Any
    ) -> None:
        self.environment = Environment(clock)
        self.remote = server
        self.offline = OfflineRuntime()
        self.offline_database = ScriptedDatabase()
        self.record = RegisterRecord("R1", "Till 1", Store("S1", "Store", "SEK"), profile=OfflineProfile(**profile))
        self.transaction: Transaction | None = None
        self.changes: list[ConnectionChange] = []
        self.accepted: list[Hello] = []
        self.questions: list[Question] = []
        self.choices: list[str] = []
        self.amount_waiting: Any = 0
        self.settings = settings
        self.connection = SwitchingConnection(ConnectionParts(self, server, self.offline))  # type: ignore[arg-type]

    # -- RegisterFace ----------------------------------------------------------------------------------------------

    def hello(self) -> Hello:
        return Hello("1001")

    def hello_accepted(self, hello: Hello, answer: HelloAnswer) -> None:
        self.accepted.append(hello)

    def request_context(self, *, plugin: str = "kassa") -> RequestContext:
        return CONTEXT

    def connection_changed(self, change: ConnectionChange) -> None:
        self.changes.append(change)

    def setting(self, plugin: str, name: str) -> str | None:
        return self.settings.get((plugin, name))

    def keep_setting(self, plugin: str, name: str, value: str | None) -> None:
        if value is None:
            self.settings.pop((plugin, name), None)
        else:
            self.settings[plugin, name] = value

    def ask(self, question: Question) -> str:
        self.questions.append(question)
        return self.choices.pop(0) if self.choices else question.default

    def answer(self, choice: str) -> None:
        self.choices.append(choice)

    def waiting(self) -> Waiting:
        return Waiting(1, self.amount_waiting, None, 1)

    def log(self, plugin: str) -> Any:
        return structlog.get_logger(plugin)

    # -- for tests -------------------------------------------------------------------------------------------------

    def profile(self, **changed: Any) -> None:
        """Change the offline profile, as a synchronisation does."""
        profile = msgspec.structs.replace(self.record.profile, **changed)
        self.record = msgspec.structs.replace(self.record, profile=profile)

    @property
    def state(self) -> ConnectionState:
        return self.connection.state()

    def where(self) -> str:
        """Who answers a query now."""
        return self.connection.send(Where(), CONTEXT)

    def start_sale(self, approved: bool = False) -> None:
        """A transaction starts."""
        self.connection.transaction_starting(approved)
        self.transaction = Transaction("t", "S1", "R1", "1001", "SEK", True, self.environment.clock.utc())

    def end_sale(self) -> None:
        """It is finished."""
        self.transaction = None
        self.connection.transaction_ended()


class Till:
    """A register with its clock and its store server; it can be restarted."""

    def __init__(self, **profile: Any) -> None:
        self.clock = TestClock()
        self.server = ScriptedServer(self.clock)
        self.settings: dict[tuple[str, str], str] = {}
        self.register = ScriptedRegister(self.clock, self.server, self.settings, **profile)
        self.threads = ThreadPoolExecutor(8)
        self._of_others = set(threading.enumerate())
        self._futures: list[Future[Any]] = []

    def log_on(self) -> None:
        """The register starts and somebody logs on."""
        self.register.connection.begin()
        self.register.connection.log_on_starting()

    def restart(self) -> None:
        """The register's process ends and another one starts on the same journal."""
        profile = msgspec.structs.asdict(self.register.record.profile)
        self.register.connection.close()
        self.server.cancel_all()
        self.settle()
        self.register = ScriptedRegister(self.clock, self.server, self.settings, **profile)

    def background(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run on another thread, as another lane does; returns when it has ended or waits on the clock."""
        self._futures = [future for future in self._futures if not future.done()]
        future = self.threads.submit(function, *arguments)
        self._futures.append(future)
        self.settle()
        return future

    def settle(self) -> None:
        """Wait until everything that runs has ended or waits on the clock."""

        def quiet() -> bool:
            names = [thread.name for thread in threading.enumerate() if thread not in self._of_others]
            running = names.count("kassa-contact") + names.count("kassa-health")
            return self.clock.waiting == running + sum(not future.done() for future in self._futures)

        _until(quiet)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and wait for what comes of it."""
        self.clock.advance(seconds)
        self.settle()

    def run_out(self, future: Future[Any]) -> Any:
        """Let time pass, wake after wake, until ``future`` has ended; what it returns."""
        while not future.done():
            self.clock.advance_to_next_wake()
            self.settle()
        return future.result()

    def close(self) -> None:
        self.register.connection.close()
        self.server.close()
        self.threads.shutdown()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.0005)
