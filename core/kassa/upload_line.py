"""How batches of journal entries go over the wire: compressed, no larger than gets through, and not before the other
side wants them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from kassa.compressed import ENCODING, compressed
from kassa.environment import Clock, Environment
from kassa.errors import Canceled, InvalidInput, NoAnswer, NotServed, Refusal, TooLarge
from kassa.protocol import NO_ANSWER_STATUSES, JournalAcknowledgement, JournalBatch, JournalPart, PartTaken
from kassa.text import texts
from kassa.upload_parts import send_in_parts

_, n_ = texts("kassa")
Answer = TypeVar("Answer")
PATH, PARTS = "/v1/journal", "/v1/journal/parts"
WORTH_COMPRESSING = 1000
"""Bytes of a batch's entries."""
PAYLOAD_TOO_LARGE = 413
CUT_OFF_TRIES = 3
"""So often a batch is sent that nobody says anything to, before something on the way is thought to cut it off."""
HOLDS_S = 3600.0
"""So long a size that did not fit is not tried again: it may have been no limit, and a limit may have gone. Where there
is one, that costs a batch in an hour, or, where it is met with silence, as many tries as it took to find it."""


class Post(Protocol):
    """How a body is sent to the store server."""

    def __call__(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Answer:
        """The answer, decoded. ``encoding``: the content coding of the body."""


@dataclass(frozen=True)
class Packed:
    """The body of a batch. ``encoding``: its content coding, empty if it is not compressed."""

    body: bytes
    encoding: str = ""


class BatchSize:
    """How many bytes of entries a batch may hold: as many as are wanted, or less once that many did not get through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._fits: int | None = None
        self._holds_until = 0.0

    def at_most(self, wanted: int) -> int:
        """``wanted``, or what got through before."""
        if self._fits is not None and self._fits >= wanted:
            self.forget()
        return wanted if self._fits is None else self._fits

    def did_not_fit(self, size: int) -> None:
        """A batch of so many bytes was too large: the next ones are half of it."""
        self._fits = max(1, size // 2)
        self._holds_until = self._clock.monotonic() + HOLDS_S

    def got_through(self, size: int) -> None:
        """A batch of so many bytes was answered: if it was a full one, the next may be twice as large, but not soon
        after one that did not fit."""
        if self._fits is not None and size > self._fits // 2 and self._clock.monotonic() >= self._holds_until:
            self._fits *= 2

    def forget(self) -> None:
        """It was not the size."""
        self._fits = None


class NotLetThrough(TooLarge):
    """Something on the way takes other batches, and not this one: for what it holds, as it seems."""

    code = "not_let_through"


def _as_it_is(batch: JournalBatch) -> JournalBatch:
    return batch


class UploadLine:
    """The way of batches to whoever takes them in: a register's to its store server, a store server's to headquarters.

    :param post: sends a body and decodes the answer.
    :param path: where batches go; ``parts``: where parts of one go.
    :param message: what a batch is sent as.
    """

    def __init__(
        self,
        post: Post,
        environment: Environment,
        *,
        path: str = PATH,
        parts: str = PARTS,
        message: Callable[[JournalBatch], Any] = _as_it_is,
    ) -> None:
        self.size = BatchSize(environment.clock)
        self._post = post
        self._environment = environment
        self._path, self._parts = path, parts
        self._message = message
        self._compresses = True
        self._not_before: float | None = None
        self._unanswered = ("", 0, 0)

    def left(self) -> float:
        """Seconds for which the store server still wants to be left alone."""
        return 0.0 if self._not_before is None else max(0.0, self._not_before - self._environment.clock.monotonic())

    def pack(self, batch: JournalBatch) -> Packed:
        """The body that a batch is sent as."""
        if not self._compresses or sum([len(entry.data) for entry in batch.entries]) < WORTH_COMPRESSING:
            return Packed(self._encoded(batch))
        return Packed(self._compressed(batch), ENCODING)

    def send(self, batch: JournalBatch, until: float | None, packed: Packed | None = None) -> JournalAcknowledgement:
        """Send a batch.

        :param until: the monotonic time by which all that is sent for it is answered; None: each within the time of
            any request.
        :param packed: its body, if that was made before.
        :raises TooLarge: the other side, or something on the way to it, takes nothing of that size.
        :raises NotLetThrough: something on the way takes other batches, and not this one.
        :raises NoAnswer: no answer came, or no time is left, or the other side has asked to be left alone for a while.
        :raises kassa.errors.Refusal: it does not take them.
        """
        left = self.left()
        if left > 0:
            what = _("The store server is busy and has asked to wait.")
            raise NoAnswer(what, reason="server_error", sent=False, where=self._path, retry_after_s=left)
        if packed is None or (packed.encoding and not self._compresses):
            packed = self.pack(batch)
        try:
            return self._post_packed(batch, packed, until)
        except NoAnswer as error:
            raise_too_large(error)
            if batch.entries and _is_page(error) and self._lets_through(batch, until):
                raise _not_let_through(error) from error
            if self._cut_off_again(batch, error) and self._lets_through(batch, until):
                raise _too_large(error) from error
            self._wait(error.retry_after_s)
            raise

    def send_whole_or_in_parts(
        self, batch: JournalBatch, until: float | None, packed: Packed | None = None
    ) -> tuple[JournalAcknowledgement, bool]:
        """Send a batch, or, where a single entry does not get through whole, that in parts; whether it went so.

        :raises TooLarge: a batch does not get through: halve it; or a single entry, in no way.
        :raises NoAnswer: as :meth:`send`.
        """
        try:
            answer = self.send(batch, until, packed)
        except TooLarge as refusal:
            if len(batch.entries) > 1:
                raise
            if isinstance(refusal, NotLetThrough):
                self.size.forget()
        else:
            self.size.got_through(sum([len(entry.data) for entry in batch.entries]))
            return answer, False
        try:
            return self.send_in_parts(batch, until), True
        except NotServed as unknown:
            raise _takes_no_parts(unknown) from unknown

    def send_in_parts(self, batch: JournalBatch, until: float | None) -> JournalAcknowledgement:
        """Send a batch that does not get through whole.

        :raises TooLarge: the smallest parts do not either, or the other side does not take the whole.
        :raises kassa.errors.NotServed: the other side is of the version before.
        """

        def post(part: JournalPart) -> PartTaken:
            try:
                return self._post_until(until, self._parts, msgspec.json.encode(part), PartTaken)
            except NoAnswer as error:
                stopped = error.status == PAYLOAD_TOO_LARGE or _is_page(error)
                if stopped or (_is_silence(error) and self._lets_through(batch, until)):
                    raise _not_let_through(error) from error
                self._wait(error.retry_after_s)
                raise

        answer = send_in_parts(self._compressed(batch), post)
        if answer is None:
            raise NoAnswer(
                _("The store server is busy and has asked to wait."), reason="server_error", where=self._parts
            )
        return answer

    def _encoded(self, batch: JournalBatch) -> bytes:
        return msgspec.json.encode(self._message(batch))

    def _compressed(self, batch: JournalBatch) -> bytes:
        """In MessagePack, which takes an entry's bytes as they are: in JSON's base64 zstd no longer finds what repeats
        itself, and a batch is half as large again."""
        return compressed(msgspec.msgpack.encode(self._message(batch)))

    def _cut_off_again(self, batch: JournalBatch, error: NoAnswer) -> bool:
        """Whether nobody has said anything to this batch often enough to ask whether a smaller one gets through: there
        are proxies that reset a connection, or fall silent, where others say 413."""
        if not batch.entries or not _is_silence(error):
            return False
        series, first, times = self._unanswered
        again = (series, first) == (batch.series, batch.entries[0].sequence)
        times = times + 1 if again else 1
        self._unanswered = (batch.series, batch.entries[0].sequence, times)
        return times >= CUT_OFF_TRIES

    def _lets_through(self, batch: JournalBatch, until: float | None) -> bool:
        """Whether a batch that says nothing is answered: then the way is open."""
        nothing = msgspec.structs.replace(batch, entries=())
        try:
            self._post_until(until, self._path, self._encoded(nothing), JournalAcknowledgement)
        except Refusal:
            return True
        except NoAnswer:
            return False
        return True

    def _post_packed(self, batch: JournalBatch, packed: Packed, until: float | None) -> JournalAcknowledgement:
        answer = JournalAcknowledgement
        try:
            return self._post_until(until, self._path, packed.body, answer, packed.encoding)
        except TooLarge:
            raise
        except InvalidInput:
            if not packed.encoding:
                raise
            # A store server of the version before takes it for JSON.
            acknowledgement = self._post_until(until, self._path, self._encoded(batch), answer)
        self._compresses = False
        return acknowledgement

    def _post_until(
        self, until: float | None, path: str, body: bytes, answer: type[Answer], encoding: str = ""
    ) -> Answer:
        """Post within what is left of the time.

        :raises NoAnswer: nothing is left.
        """
        left = None if until is None else until - self._environment.clock.monotonic()
        if left is not None and left <= 0:
            raise NoAnswer(_("The store server did not answer in time."), reason="timeout", sent=False, where=path)
        return self._post(path, body, answer, timeout_s=left, encoding=encoding)

    def _wait(self, seconds: float | None) -> None:
        """As long as was asked for, and up to half as long again: not the same for any two registers."""
        if seconds is not None:
            self._not_before = self._environment.clock.monotonic() + seconds * (1 + 0.5 * part(self._environment))


def raise_too_large(error: NoAnswer) -> None:
    """What a proxy says with 413 is no answer, and yet it says what to do: send less.

    :raises TooLarge: that is what it said.
    """
    if error.status == PAYLOAD_TOO_LARGE:
        raise _too_large(error) from error


def _too_large(error: NoAnswer) -> TooLarge:
    what = _("Something on the way to the store server takes nothing of that size.")
    return TooLarge(what, hint=_("Call support."), where=error.where)


def _is_page(error: NoAnswer) -> bool:
    """Whether something on the way has said that it does not let this through."""
    return error.status is not None and 400 <= error.status < 500 and error.status not in NO_ANSWER_STATUSES


def _is_silence(error: NoAnswer) -> bool:
    """Whether something was sent, and nothing at all came back: a connection that was reset, or a time-out."""
    return error.sent and error.status is None and not isinstance(error, Canceled)


def _not_let_through(error: NoAnswer) -> NotLetThrough:
    what = _("Something on the way to the store server does not let this through.")
    return NotLetThrough(what, hint=_("Call support."), where=error.where)


def _takes_no_parts(unknown: NotServed) -> TooLarge:
    """The other side is of the version before."""
    refusal = TooLarge(unknown.what, hint=_("Call support."), where=unknown.where)
    refusal.by_store_server = True
    return refusal


def part(environment: Environment) -> float:
    """From 0 to 1, by chance."""
    return int.from_bytes(environment.random_bytes(2), "big") / 0xFFFF
