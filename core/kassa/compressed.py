"""Bodies in zstd: what registers deliver to store servers, and store servers to headquarters."""

from __future__ import annotations

from kassa.errors import InvalidInput, TooLarge
from kassa.packages.compression import ZstdDecompressor, ZstdError, compress
from kassa.text import texts

_, n_ = texts("kassa")

ENCODING = "zstd"
"""The value of ``Content-Encoding`` (RFC 8878)."""
_LEVEL = 3


def compressed(body: bytes) -> bytes:
    """The body in zstd."""
    return compress(body, _LEVEL)


def opened(body: bytes, largest: int) -> bytes:
    """What :func:`compressed` was given.

    :raises TooLarge: it would be larger than ``largest`` bytes; no more than that was unpacked.
    :raises InvalidInput: it is not zstd, or is cut off.
    """
    decompressor = ZstdDecompressor()
    try:
        whole: bytes = decompressor.decompress(body, max_length=largest + 1)
    except ZstdError as error:
        raise _cannot_open(str(error)) from error
    if len(whole) > largest:
        raise TooLarge(_("What was sent is too large."), hint=_("Call support."), where=f"over {largest} bytes")
    if not decompressor.eof:
        raise _cannot_open("cut off")
    return whole


def _cannot_open(where: str) -> InvalidInput:
    return InvalidInput(_("What was sent cannot be unpacked."), hint=_("Call support."), where=where)
