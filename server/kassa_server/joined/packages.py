"""Package files that a joined store server has fetched: verified against the signed list before they are used."""

from __future__ import annotations

import threading
from pathlib import Path

from kassa.errors import KassaError
from kassa.gateway.download import Downloads
from kassa.packages.listing import PackageEntry
from kassa.packages.verifying import verify_file
from kassa_server.headquarters.channel_messages import PACKAGES
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.joined.link import Link


class FetchedPackages:
    """Fetches packages from headquarters, going on where one was cut off.

    :param folder: where they are, whole; what is on its way stands beside them.
    """

    def __init__(self, link: Link, folder: Path) -> None:
        self.files = DirectoryFiles(folder)
        self._folder = folder
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._downloads = Downloads(
            link.membership.address, link.signer, link.trust, self._may_go_on, path=PACKAGES + "/"
        )

    def fetch(self, entry: PackageEntry) -> Path:
        """The file of a package, whole and verified; fetched if it is not here.

        :raises kassa.errors.NoAnswer: headquarters does not give it, or not all of it; what came is kept.
        :raises kassa.errors.Refusal: headquarters has it no more.
        :raises kassa.packages.errors.PackageDamaged: it is not what was signed; it is fetched anew at the next try.
        """
        with self._one_at_a_time:
            known = self.files.find(entry.package_id)
            if known is not None:
                return known.path
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f"{entry.package_id}.part"
            self._downloads.fetch(entry.package_id, draft, entry.size)
            try:
                verify_file(draft, entry)
            except KassaError:
                draft.unlink(missing_ok=True)
                raise
            whole = self._folder / f"{entry.package_id}.zst"
            draft.replace(whole)
            return whole

    def keep_only(self, package_ids: set[str]) -> None:
        """Forget files of other packages, and what came of them."""
        for file in (*self._folder.glob("*.zst"), *self._folder.glob("*.part")):
            if file.stem not in package_ids:
                file.unlink(missing_ok=True)

    def stop(self) -> None:
        """Let what is on its way go on at the next start."""
        self._stopping.set()

    def _may_go_on(self) -> bool:
        return not self._stopping.is_set()
