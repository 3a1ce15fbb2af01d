"""Bodies in zstd: what store servers send to headquarters."""

from __future__ import annotations

import sys

from kassa.errors import InvalidInput
from kassa.text import texts

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError, compress
else:
    from backports.zstd import ZstdDecompressor, ZstdError, compress

_, n_ = texts("kassa_server")

ENCODING = "zstd"
"""The value of ``Content-Encoding``."""
_LEVEL = 3


def compressed(body: bytes) -> bytes:
    """The body in zstd."""
    return compress(body, _LEVEL)


def opened(body: bytes, largest: int) -> bytes:
    """What :func:`compressed` was given.

    :raises InvalidInput: it is not zstd, is cut off, or would be larger than ``largest`` bytes.
    """
    decompressor = ZstdDecompressor()
    try:
        whole: bytes = decompressor.decompress(body, max_length=largest + 1)
    except ZstdError as error:
        raise _cannot_open(str(error)) from error
    if len(whole) > largest or not decompressor.eof:
        raise _cannot_open(f"over {largest} bytes, or cut off")
    return whole


def _cannot_open(where: str) -> InvalidInput:
    return InvalidInput(_("What was sent cannot be unpacked."), hint=_("Call support."), where=where)
