"""The ways to the commerce runtime: the store server over HTTP, or the runtime in this process."""

from kassa.gateway.local import LocalGateway
from kassa.gateway.online_only import OnlineOnlyConnection
from kassa.gateway.remote import RemoteGateway, Signer

__all__ = ["LocalGateway", "OnlineOnlyConnection", "RemoteGateway", "Signer"]
