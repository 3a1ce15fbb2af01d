"""An object store on loopback that really speaks S3 over HTTP, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3
from minio import Minio
from moto.server import ThreadedMotoServer

from kassa_server.headquarters.s3_files import S3Files, read_place

ACCESS, SECRET = "kassa-access", "kassa-very-secret"
VARIABLES = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}


class ObjectStore:
    """One bucket for each test. ``url`` is what a retailer writes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._made = 0
        self.client = Minio(
            address.removeprefix("http://"), ACCESS, SECRET, secure=False, region="us-east-1",
            http_client=urllib3.PoolManager(),
        )  # fmt: skip

    def bucket(self) -> str:
        """A new bucket's URL."""
        self._made += 1
        self.client.make_bucket(f"kassa{self._made}")
        return f"s3://kassa{self._made}/packages/shop?endpoint={self.address}&region=us-east-1"

    def names(self, url: str) -> list[str]:
        """What is in the bucket."""
        place = read_place(url, {})
        found = self.client.list_objects(place.bucket, recursive=True)
        return [one.object_name or "" for one in found]

    def files(self, url: str, work: Path) -> S3Files:
        """The bucket as package files; credentials come from the process's environment."""
        return S3Files(read_place(url, VARIABLES), work)


@contextmanager
def running_object_store() -> Iterator[ObjectStore]:
    """The server, on a free port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield ObjectStore(f"http://{host}:{port}")
    finally:
        server.stop()
