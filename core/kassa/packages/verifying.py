"""Is a package what the signed list says?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from kassa.packages.errors import PackageDamaged
from kassa.packages.listing import PackageEntry
from kassa.packages.manifest import Manifest
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


def verify_manifest(manifest: Manifest, entry: PackageEntry) -> None:
    """Check that a package says of itself what the signed list says of it.

    :raises PackageDamaged: it is another package, or goes from or to another version.
    """
    told = (manifest.package_id, manifest.kind, manifest.table_group, manifest.from_version, manifest.to_version)
    if told != (entry.package_id, entry.kind, entry.table_group, entry.from_version, entry.to_version):
        raise _other(entry, f"it says that it is {told}")


def _other(entry: PackageEntry, why: str) -> PackageDamaged:
    return PackageDamaged(
        _("A data package is not the one that headquarters signed."), where=f"{entry.package_id}: {why}"
    )
