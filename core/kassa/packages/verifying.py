"""Is a file what the signed list says?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from kassa.packages.errors import PackageDamaged
from kassa.packages.listing import PackageEntry
from kassa.text import texts

_, n_ = texts("kassa")


def verify_file(path: Path, entry: PackageEntry) -> None:
    """Check size and SHA-256 before anything in the file is read.

    :raises PackageDamaged: it is another file.
    """
    size = path.stat().st_size
    if size != entry.size:
        raise _other(entry, f"{size} bytes, not {entry.size}")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != entry.sha256:
        raise _other(entry, "digest")


def _other(entry: PackageEntry, why: str) -> PackageDamaged:
    return PackageDamaged(
        _("A data package is not the one that headquarters signed."), where=f"{entry.package_id}: {why}"
    )
