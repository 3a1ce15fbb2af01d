"""Operations on their way: started here, finished wherever the register's worker is, told on the screen's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import structlog

from kassa.errors import KassaError
from kassa.operations import ManagerApproval, OperationResult

log = structlog.get_logger("kassa.ui")


class Submits(Protocol):
    """What is needed of the register here."""

    def submit(
        self, operation_id: int, *, approval: ManagerApproval | None = None, **parameters: Any
    ) -> Future[OperationResult]:
        """Queue an operation on its lane."""


@dataclass(frozen=True, eq=False)
class Job:
    """One operation to run.

    :param key: the button it came from, which shows that it works; a second press meanwhile does nothing.
    :param done: what to do with the result.
    :param failed: what to do with the error.
    """

    operation: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    done: Callable[[OperationResult], None] = lambda result: None
    failed: Callable[[BaseException], None] = lambda error: None


class Work:
    """Submits jobs and brings their ends back in the order they come.

    :param post: runs a call on the screen's thread, from any thread.
    """

    def __init__(self, register: Submits, post: Callable[[Callable[[], None]], None]) -> None:
        self._register = register
        self._post = post
        self.running: list[Job] = []

    def working(self, key: str) -> bool:
        """Whether a job of that button is on its way."""
        return any(job.key == key for job in self.running)

    def start(self, job: Job, *, approval: ManagerApproval | None = None) -> bool:
        """Start ``job``; False if one of the same button is on its way."""
        if job.key and self.working(job.key):
            return False
        self.running.append(job)
        try:
            future = self._register.submit(job.operation, approval=approval, **job.parameters)
        except Exception as error:
            self._end(job, partial(job.failed, self._known(job, error)))
            return True
        future.add_done_callback(lambda ended: self._post(partial(self._ended, job, ended)))
        return True

    def _ended(self, job: Job, future: Future[OperationResult]) -> None:
        if future.cancelled():
            self._end(job, lambda: None)
            return
        error = future.exception()
        if error is None:
            self._end(job, partial(job.done, future.result()))
        else:
            self._end(job, partial(job.failed, self._known(job, error)))

    def _end(self, job: Job, tell: Callable[[], None]) -> None:
        self.running.remove(job)
        tell()

    def _known(self, job: Job, error: BaseException) -> BaseException:
        """``error`` itself; what nobody can explain to the cashier goes to the log, without the parameters: one may
        be a PIN."""
        if not isinstance(error, KassaError):
            log.error("operation failed", operation=job.operation, exc_info=error)
        return error
