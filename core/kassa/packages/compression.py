"""zstd, from the standard library where it is there."""

from __future__ import annotations

import io
import sys
from typing import BinaryIO

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError, ZstdFile, compress
else:
    from backports.zstd import ZstdDecompressor, ZstdError, ZstdFile, compress

__all__ = ["ZstdDecompressor", "ZstdError", "ZstdFile", "compress", "largest_unpacked"]

LARGEST_RATIO = 1000
"""What tables hold packs a tenth or a fiftieth; a bomb packs 30,000 to 1."""
_ALWAYS = 64 * 1024 * 1024


def largest_unpacked(file: BinaryIO) -> int:
    """How many bytes a file may unpack to: it fills neither memory nor disk, nor keeps the register busy for long."""
    at = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(at)
    return max(_ALWAYS, size * LARGEST_RATIO)
