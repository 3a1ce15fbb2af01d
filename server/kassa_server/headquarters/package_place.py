"""Where data packages are kept, as the command line and the environment say it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kassa.errors import SetupError
from kassa.text import texts
from kassa_server.headquarters.package_files import DirectoryFiles, PackageFiles

_, n_ = texts("kassa_server")
VARIABLE = "KASSA_PACKAGES"
FOLDER = "packages"


def open_package_files(
    data_directory: Path, url: str | None = None, environment: Mapping[str, str] = os.environ
) -> PackageFiles:
    """Package files in the object store at ``url`` (or, without, at what ``KASSA_PACKAGES`` says), else in the folder
    ``packages`` of the data directory.

    :raises SetupError: the place cannot be used, or the extra ``s3`` is not installed.
    """
    url = url or environment.get(VARIABLE)
    if not url:
        return DirectoryFiles(data_directory / FOLDER)
    try:
        from kassa_server.headquarters.s3_files import S3Files, read_place
    except ImportError as error:
        raise SetupError(
            _("Data packages in an object store need the extra s3."),
            kept=_("Nothing was changed."),
            hint=_("Install it with: pip install kassa[server,s3]"),
            where=str(error),
        ) from error
    return S3Files(read_place(url, environment), data_directory / FOLDER)
