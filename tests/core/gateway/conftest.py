"""A store server, the network before it, and a gateway through both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.core.gateway.store_server import StoreServer, running

from kassa.environment import Environment
from kassa.gateway import RemoteGateway
from kassa.model import OfflineProfile
from kassa.testing.network import Network


@pytest.fixture
def server() -> Iterator[StoreServer]:
    with running(StoreServer()) as server:
        yield server


@pytest.fixture
def network(server: StoreServer) -> Iterator[Network]:
    with Network(server.address) as network:
        yield network


@pytest.fixture
def gateway(network: Network) -> Iterator[RemoteGateway]:
    gateway = RemoteGateway(network.address, Environment(), profile=lambda: OfflineProfile(request_timeout_s=5))
    yield gateway
    gateway.close()
