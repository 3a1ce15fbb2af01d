"""An attempt to reach the store server: the real first request of a connection, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kassa.connection import Reason, RemoteGateway
from kassa.errors import DeviceNotTrusted, KassaError, NoAnswer, NotServed, ProtocolNotSpoken, Refusal
from kassa.requests.contact import Hello, HelloAnswer
from kassa.text import Text, texts
from kassa_offline_failover.rules import Moment

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_offline_failover")


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. ``reason`` None: the store server accepts device, shift and staff."""

    reason: Reason | None
    cause: Text | None = None
    error: KassaError | None = None
    latency_ms: float = 0


@dataclass
class Attempt:
    """One attempt. ``waiting`` is who waits for it now; the connection guards it.

    :param epoch: the connection's when it began: a Disconnect meanwhile makes its outcome void.
    :param is_check: a health check, whose answer counts only with others.
    :param is_first: the first of this run, whose answer is used at once.
    """

    epoch: int
    is_check: bool = False
    is_first: bool = False
    waiting: list[Moment] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None


def begin(
    attempt: Attempt, register: RegisterFace, remote: RemoteGateway, ended: Callable[[Attempt, Outcome], None]
) -> None:
    """Begin ``attempt``. ``ended`` is told its outcome, before those who wait for it go on."""

    def run() -> None:
        hello, answer, outcome = _make(register, remote)
        if hello is not None and answer is not None:
            # First of all: a journal that turns out to be a copy gives no number to those who wait.
            _accepted(register, hello, answer)
        try:
            attempt.outcome = outcome
            ended(attempt, outcome)
        except Exception:
            register.log("offline_failover").exception("outcome_not_in_force")
        finally:
            attempt.done.set()

    threading.Thread(target=run, name="kassa-contact", daemon=True).start()


def _make(register: RegisterFace, remote: RemoteGateway) -> tuple[Hello | None, HelloAnswer | None, Outcome]:
    clock = register.environment.clock
    began = clock.monotonic()
    try:
        hello = register.hello()
        answer = remote.send(hello, register.request_context())
    except KassaError as error:
        return None, None, Outcome(why(error), error.what, error)
    except BaseException:
        register.log("offline_failover").exception("attempt_failed")
        what = _("The attempt to reach the store server failed. Call support.")
        return None, None, Outcome(Reason.UNREACHABLE, what)
    return hello, answer, Outcome(None, latency_ms=(clock.monotonic() - began) * 1000)


def why(error: KassaError) -> Reason:
    """The reason for being offline that an error means."""
    match error:
        case NoAnswer():
            return Reason(error.reason)
        case ProtocolNotSpoken() | NotServed():
            return Reason.SERVER_ERROR
        case DeviceNotTrusted() | Refusal():
            return Reason.NOT_TRUSTED
        case _:
            return Reason.UNREACHABLE


def _accepted(register: RegisterFace, hello: Hello, answer: HelloAnswer) -> None:
    try:
        register.hello_accepted(hello, answer)
    except Exception:
        register.log("offline_failover").exception("hello_not_noted")
