"""A register on the wire, and no more: it signs, asks and delivers. What it is made of is given by each test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kassa.device import DeviceKey, DeviceSigner
from kassa.environment import Clock, new_id
from kassa.journal.entry import FORMAT, GENESIS, EntryBody, SalePayload, chain_hash, encode_entry, raw
from kassa.model import Item, Line, Payment, Transaction
from kassa.protocol import (
    CONTENT_TYPE,
    PROTOCOL_HEADER,
    ActivationAnswer,
    ActivationRequest,
    Answered,
    Head,
    JournalAcknowledgement,
    JournalBatch,
    WireEntry,
)
from kassa.runtime.request import Command, Request, RequestContext
from kassa.sale.totals import compute
from kassa.testing.store import barcode

Answer = TypeVar("Answer")
STORE_TIME = ZoneInfo("Europe/Stockholm")
COFFEE = Item("1001", "Kaffe mellanrost 450 g", Decimal("54.90"), "12", Decimal("0.12"), barcode=barcode("1001"))


class Device:
    """A device with its own chain of entries.

    :param client: to the store server.
    """

    def __init__(self, client: httpx.Client, clock: Clock, *, protocol: str = "2") -> None:
        self.client = client
        self.clock = clock
        self.protocol = protocol
        self.key = DeviceKey(Ed25519PrivateKey.generate(), bytes(range(32)))
        self.series = new_id()
        self.device_id = ""
        self.register_id = ""
        self.store_id = ""
        self.series_number = 0
        self.chain: list[WireEntry] = []
        self.acknowledged = 0
        self.head_override: Head | None = None

    # -- contact ----------------------------------------------------------------------------------------------------

    def activate(self, code: str) -> ActivationAnswer:
        """Become a register."""
        request = ActivationRequest(code, self.key.public, self.key.secret, self.series, "till")
        response = self.client.post(
            "/v1/activate", content=msgspec.json.encode(request), headers={PROTOCOL_HEADER: self.protocol}
        )
        answer: ActivationAnswer = open_answer(response, ActivationAnswer)
        self.device_id, self.series_number = answer.device_id, answer.series_number
        self.register_id, self.store_id = answer.record.register_id, answer.record.store.store_id
        return answer

    def head(self) -> Head:
        """Where the chain stands."""
        if self.head_override is not None:
            return self.head_override
        return Head(
            self.register_id,
            self.series,
            len(self.chain),
            self.chain[-1].hash if self.chain else GENESIS.hex(),
            len(self.chain) - self.acknowledged,
            self.clock.utc(),
        )

    def signer(self) -> DeviceSigner:
        """Signs what it sends."""
        return DeviceSigner(self.key, self.device_id, self.clock, self.head)

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """Send a signed body; headers may be changed on the way."""
        signed = self.signer().headers("POST", path, body)
        sent = {PROTOCOL_HEADER: self.protocol, "Content-Type": CONTENT_TYPE, **signed}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.client.post(path, content=body, headers=sent)

    def envelope(self, request: Request[Any], **context: Any) -> bytes:
        """A request with who asks, as it travels."""
        fields = {"store_id": self.store_id, "register_id": self.register_id, **context}
        return msgspec.json.encode({"context": RequestContext(**fields), "request": request})

    def send(self, request: Request[Any], **context: Any) -> httpx.Response:
        """Send a request; the response as it came."""
        return self.post(f"/v1/requests/{request.NAME}", self.envelope(request, **context))

    def ask(self, request: Request[Answer], **context: Any) -> Answer:
        """The answer to a request.

        :raises kassa.errors.Refusal: it is no.
        """
        answer: Answer = open_answer(self.send(request, **context), request.ANSWER)
        return answer

    # -- the journal ------------------------------------------------------------------------------------------------

    def add(self, kind: str, payload: Any, **fields: Any) -> WireEntry:
        """Write an entry into the chain."""
        previous = bytes.fromhex(self.chain[-1].hash) if self.chain else GENESIS
        at: datetime = self.clock.utc()
        body = EntryBody(
            format=FORMAT,
            series=self.series,
            sequence=len(self.chain) + 1,
            entry_id=fields.pop("entry_id", None) or new_id(),
            kind=kind,
            store_id=self.store_id,
            register_id=self.register_id,
            at=at,
            local_time=at.astimezone(STORE_TIME).isoformat(timespec="seconds"),
            payload=raw(payload),
            **fields,
        )
        data = encode_entry(body)
        digest = chain_hash(previous, data).hex()
        self.chain.append(WireEntry(body.sequence, body.entry_id, kind, digest, data))
        return self.chain[-1]

    def sell(self, quantity: str = "1", *, payload: SalePayload | None = None, **fields: Any) -> WireEntry:
        """Sell coffee for cash, rounded to whole kronor."""
        number = fields.pop("receipt_number", f"S1-{self.register_id}-{self.series_number}-{len(self.chain) + 1:06}")
        return self.add("sale", payload or self.sale(quantity), receipt_number=number, staff_id="1001", **fields)

    def sale(self, quantity: str = "1", *, transaction_id: str | None = None) -> SalePayload:
        """A paid sale of coffee."""
        sale = Transaction(
            transaction_id or new_id(), self.store_id, self.register_id, "1001", "SEK", True, self.clock.utc(),
            lines=(Line(new_id(), COFFEE, Decimal(quantity)),),
        )  # fmt: skip
        total = compute(sale).total
        payable = total.quantize(Decimal(1))
        payment = Payment(
            new_id(), "cash", "cash", "Kontant", payable, payable + 20, Decimal(20), rounding=payable - total
        )
        paid = msgspec.structs.replace(sale, payments=(payment,))
        return SalePayload(paid, compute(paid))

    def batch(self, entries: Sequence[WireEntry]) -> JournalBatch:
        """Entries as they travel."""
        first = entries[0].sequence if entries else len(self.chain) + 1
        previous = self.chain[first - 2].hash if first > 1 else GENESIS.hex()
        return JournalBatch(self.series, previous, tuple(entries))

    def deliver(self, entries: Sequence[WireEntry] | None = None) -> JournalAcknowledgement:
        """Deliver entries; without any given, all that are not acknowledged."""
        chosen = self.chain[self.acknowledged :] if entries is None else entries
        response = self.post("/v1/journal", msgspec.json.encode(self.batch(chosen)))
        answer: JournalAcknowledgement = open_answer(response, JournalAcknowledgement)
        self.acknowledged = max(self.acknowledged, answer.sequence)
        return answer

    def late_command(self, command: Command[Any], *, online: bool = False, **plugin: str) -> WireEntry:
        """A command that the till has done by itself, as its entry."""
        payload = {"command_id": command.command_id, "name": command.NAME, "request": command, "online": online}
        payload |= plugin
        return self.add("command", payload, staff_id="1001")


def open_answer(response: httpx.Response, kind: Any) -> Any:
    """The value of an answer.

    :raises kassa.errors.Refusal: it is no.
    """
    assert response.headers.get("content-type") == CONTENT_TYPE, (response.status_code, response.text)
    assert response.headers[PROTOCOL_HEADER].isdigit()
    answered = msgspec.json.decode(response.content, type=Answered)
    if answered.refusal is not None:
        raise answered.refusal.error()
    return msgspec.json.decode(answered.answer, type=kind)
