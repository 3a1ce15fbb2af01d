"""Serving the file of a package: from this machine's disk, or streamed through from an object store.

Registers are not sent to the object store by themselves, with URLs signed for a while: they would need a way to it and
trust in its certificate, while each of them has one address and one pinned CA, and a signed URL gives the file to
whoever reads it in a log. What comes is checked by SHA-256 at the register either way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from kassa.packages.listing import PACKAGE_TYPE
from kassa_server.headquarters.package_files import StoredFile

_RANGE = re.compile(r"bytes=(\d+)-(\d*)", re.ASCII)


def file_response(
    file: StoredFile, asked: Mapping[str, str], headers: Mapping[str, str], after: BackgroundTask | None = None
) -> Response:
    """The file, or the range of it that was asked for.

    :param asked: the request's headers. Of ``Range``, one range with a beginning is understood; anything else gets the
        whole file, as HTTP allows.
    """
    if file.path is not None:
        return FileResponse(file.path, media_type=PACKAGE_TYPE, headers=dict(headers), background=after)
    wanted = _RANGE.fullmatch(asked.get("range", ""))
    first = int(wanted[1]) if wanted else 0
    last = min(int(wanted[2]) if wanted and wanted[2] else file.size, file.size - 1)
    told = {**headers, "accept-ranges": "bytes"}
    if wanted and (first >= file.size or last < first):
        return Response(status_code=416, headers={**told, "content-range": f"bytes */{file.size}"})
    count = last - first + 1
    told["content-length"] = str(count)
    if wanted:
        told["content-range"] = f"bytes {first}-{last}/{file.size}"
    return StreamingResponse(
        file.read(first, count), 206 if wanted else 200, told, media_type=PACKAGE_TYPE, background=after
    )
