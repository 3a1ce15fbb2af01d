"""Package files in an object store that speaks S3 (extra ``s3``).

The client is MinIO's: half the size of boto3 with botocore on the disk, typed, and it speaks to any S3. An object
becomes visible whole or not at all; that is S3's own promise, for uploads in parts too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import parse_qs, urlsplit

import urllib3
from minio import Minio
from minio.credentials.providers import AWSConfigProvider, ChainedProvider, EnvAWSProvider
from minio.error import MinioException, S3Error

from kassa.errors import SetupError
from kassa.packages.listing import PACKAGE_TYPE
from kassa.text import Text, literal, texts
from kassa.trust import is_loopback
from kassa_server.headquarters.package_files import CHUNK, StorageUnavailable, check_id

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_, n_ = texts("kassa_server")

CONNECT_S, READ_S = 5.0, 30.0
"""How long the storage may take to let us in, and between two answers."""
_GONE = frozenset(("NoSuchKey", "NoSuchObject"))
_SHUT_OUT = frozenset(("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"))


@dataclass(frozen=True)
class Place:
    """Where in which object store. ``endpoint``: its URL; ``prefix`` ends with a slash or is empty."""

    endpoint: str
    bucket: str
    prefix: str
    region: str | None


def read_place(url: str, environment: Mapping[str, str]) -> Place:
    """Where ``s3://bucket/prefix?endpoint=https://…&region=…`` is.

    :param environment: variables: endpoint and region are also read from ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL``,
        ``AWS_REGION`` and ``AWS_DEFAULT_REGION``.
    :raises SetupError: it cannot be used, or is plain HTTP over a network.
    """
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    region = asked.pop("region", None) or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    endpoint = (
        asked.pop("endpoint", None)
        or environment.get("AWS_ENDPOINT_URL_S3")
        or environment.get("AWS_ENDPOINT_URL")
        or f"https://s3.{region or 'us-east-1'}.amazonaws.com"
    )
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or asked:
        raise _not_usable(_("Write it as s3://bucket/prefix?endpoint=https://host&region=name. Keys do not go there."))
    server = urlsplit(endpoint)
    if server.scheme not in ("http", "https") or not server.hostname or server.path.strip("/"):
        raise _not_usable(_("The endpoint is an address such as https://host:9000."))
    if server.scheme == "http" and not is_loopback(server.hostname):
        raise _not_usable(_("On a network the storage is reached by https only."))
    prefix = parts.path.strip("/")
    return Place(endpoint.rstrip("/"), parts.netloc, f"{prefix}/" if prefix else "", region)


def _not_usable(hint: Text) -> SetupError:
    return SetupError(_("This place for data packages cannot be used."), kept=_("Nothing was changed."), hint=hint)


@dataclass(frozen=True)
class StoredObject:
    """An object that is there."""

    client: Minio
    bucket: str
    name: str
    size: int

    @property
    def path(self) -> None:
        """It is not on this machine."""
        return None

    def read(self, first: int, count: int) -> Iterator[bytes]:
        """``count`` bytes from ``first`` on, in chunks."""
        answer: BaseHTTPResponse | None = None
        try:
            with _asking(self.name):
                answer = self.client.get_object(self.bucket, self.name, first, count)
                yield from answer.stream(CHUNK)
        finally:
            if answer is not None:
                answer.close()
                answer.release_conn()


class S3Files:
    """Package files in a bucket.

    The credentials come from ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, or from AWS's own credentials file.
    They are never logged.

    :param work: a folder on this machine, to build files in before they are sent.
    """

    def __init__(self, place: Place, work: Path) -> None:
        self._place = place
        self._work = work
        server = urlsplit(place.endpoint)
        patience = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
        self._client = Minio(
            server.netloc,
            secure=server.scheme == "https",
            region=place.region,
            credentials=ChainedProvider([EnvAWSProvider(), AWSConfigProvider()]),
            http_client=urllib3.PoolManager(timeout=patience, retries=urllib3.Retry(1, backoff_factor=0.2)),
        )

    @contextmanager
    def writing(self, package_id: str) -> Iterator[BinaryIO]:
        """Write one on this machine, and send it when it is whole."""
        self._work.mkdir(parents=True, exist_ok=True)
        draft = self._work / f"{check_id(package_id)}.new"
        try:
            with draft.open("wb") as file:
                yield file
            with _asking(self._name(package_id)):
                self._client.fput_object(
                    self._place.bucket, self._name(package_id), str(draft), content_type=PACKAGE_TYPE
                )
        finally:
            draft.unlink(missing_ok=True)

    def find(self, package_id: str) -> StoredObject | None:
        """The object, if it is there."""
        name = self._name(package_id)
        with _asking(name):
            try:
                told = self._client.stat_object(self._place.bucket, name)
            except S3Error as error:
                if error.code in _GONE:
                    return None
                raise
        return StoredObject(self._client, self._place.bucket, name, told.size or 0)

    def draft(self, package_id: str) -> Path:
        """A database that a snapshot is built in, on this machine."""
        self._work.mkdir(parents=True, exist_ok=True)
        return self._work / f"{check_id(package_id)}.draft"

    def remove(self, package_id: str) -> None:
        """Remove the object. One that cannot be removed stays, and harms nobody: no list names it."""
        try:
            with _asking(self._name(package_id)):
                self._client.remove_object(self._place.bucket, self._name(package_id))
        except StorageUnavailable:
            return

    def _name(self, package_id: str) -> str:
        return f"{self._place.prefix}{check_id(package_id)}.zst"


@contextmanager
def _asking(name: str) -> Iterator[None]:
    """What the storage says no with, in words.

    :raises StorageUnavailable: it does not answer, or does not let us in.
    """
    try:
        yield
    except S3Error as error:
        shut_out = error.code in _SHUT_OUT
        raise StorageUnavailable(
            _("The storage of data packages does not let the store server in.")
            if shut_out
            else _("The storage of data packages refuses: {code}.", code=literal(error.code or "?")),
            kept=_("Registers go on selling with the data they have."),
            hint=_("Look at its credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
            if shut_out
            else _("Look at the bucket's name and at the storage."),
            where=f"{name}: {error.code}",
        ) from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise StorageUnavailable(
            _("The storage of data packages does not answer."),
            kept=_("Registers go on selling with the data they have."),
            hint=_("It is tried again at the next run."),
            where=f"{name}: {type(error).__name__}",
        ) from error
