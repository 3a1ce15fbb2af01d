"""Fetching files from the store server: by ranges, going on where it was cut off, on connections of its own.

A download may take minutes; nothing that a sale waits for goes over the same connections.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from kassa.errors import Canceled, NoAnswer
from kassa.protocol import CONTENT_TYPE, PROTOCOL, PROTOCOL_HEADER, Answered
from kassa.text import texts

if TYPE_CHECKING:
    import httpx

    from kassa.gateway.remote import Signer

_, n_ = texts("kassa")
PATIENCE_S = 30.0
"""Without a byte for so long, a download is given up; what came is kept."""
_CHUNK = 64 * 1024


class Downloads:
    """Fetches packages.

    :param may_go_on: asked between chunks; a register that is disconnected by hand or stops says no.
    :param path: before the package's id.
    """

    def __init__(
        self,
        address: str,
        signer: Signer,
        trust: ssl.SSLContext | None,
        may_go_on: Callable[[], bool],
        *,
        path: str = "/v1/packages/",
    ) -> None:
        self._address = address.rstrip("/")
        self._signer = signer
        self._trust = trust
        self._path = path
        self.may_go_on = may_go_on
        self.on_response: Callable[[httpx.Response], None] = lambda _response: None

    def fetch(self, package_id: str, target: Path, size: int) -> None:
        """Bring ``target`` to ``size`` bytes; what it holds already is not sent again. A file that is whole and has
        another size all the same is brought as it is: whoever verifies it finds out.

        :raises Canceled: the register stops, or is disconnected by hand. What came is kept.
        :raises NoAnswer: the store server does not give it, or not all of it. What came is kept.
        :raises kassa.errors.Refusal: the answer is no.
        :raises OSError: the disk is full.
        """
        # Takes a tenth of a second to import, which a register's start need not wait for.
        import httpx

        have = target.stat().st_size if target.exists() else 0
        if have >= size:
            return
        path = self._path + package_id
        headers = {**self._signer.headers("GET", path, b""), PROTOCOL_HEADER: str(PROTOCOL)}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with (
                httpx.Client(verify=self._context(), trust_env=False, timeout=PATIENCE_S) as client,
                client.stream("GET", self._address + path, headers=headers) as response,
            ):
                self.on_response(response)
                self._check(response, path)
                self._write(response, target, size, append=response.status_code == 206)
        except httpx.HTTPError as error:
            raise _interrupted(f"{path}: {type(error).__name__}: {error}") from error

    def _context(self) -> ssl.SSLContext:
        """Without one httpx reads the machine's CAs for each file: longer than a delta takes. Where the address is
        plain HTTP this trusts none; making it takes a while too, so it is made once."""
        if self._trust is None:
            self._trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return self._trust

    def _write(self, response: httpx.Response, target: Path, size: int, *, append: bool) -> None:
        """Not more than was asked for, however much comes: what is wrong must not fill the disk."""
        with target.open("ab" if append else "wb") as file:
            for chunk in response.iter_raw(_CHUNK):
                file.write(chunk[: size + 1 - file.tell()])
                if file.tell() > size:
                    return
                if not self.may_go_on():
                    raise Canceled(
                        _("The download was interrupted and goes on later."), reason="unreachable", sent=True
                    )

    def _check(self, response: httpx.Response, path: str) -> None:
        """Only Kassa's own answers count (S1)."""
        if response.status_code in (200, 206) and PROTOCOL_HEADER in response.headers:
            return
        if response.headers.get("content-type", "").startswith(CONTENT_TYPE):
            response.read()
            try:
                refusal = msgspec.json.decode(response.content, type=Answered).refusal
            except msgspec.DecodeError:
                refusal = None
            if refusal is not None:
                raise refusal.error()
        _give_up(f"{path}: status {response.status_code}")


def _give_up(where: str) -> NoReturn:
    raise NoAnswer(_("The store server did not give the data package."), reason="server_error", sent=True, where=where)


def _interrupted(where: str) -> NoAnswer:
    return NoAnswer(_("The download was interrupted and goes on later."), reason="unreachable", sent=True, where=where)
