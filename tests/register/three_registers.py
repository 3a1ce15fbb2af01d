"""A shop with three registers, each with a network of its own, that sell what the main job's file has sold.

The file's prices are read as kronor; 25 % VAT is in them, and cash is rounded to whole kronor.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.register.manager import Manager

from kassa.replay.catalogue import make_catalogue
from kassa.replay.invoices import Invoice
from kassa.replay.store import describe_store
from kassa.testing.forked_till import ForkedTill
from kassa.testing.network import Network
from kassa.testing.shop import Shop

REGISTERS = ("T1", "T2", "T3")


class ThreeRegisters:
    """The shop.

    :param invoices: what is sold.
    :param request_timeout_s: of the offline profile.
    """

    def __init__(self, folder: Path, invoices: Sequence[Invoice], request_timeout_s: float) -> None:
        self._catalogue = make_catalogue(invoices)
        store = _swedish(describe_store(self._catalogue), request_timeout_s)
        self.shop = Shop(folder, process=True, store=store)
        self._networks: list[Network] = []

    @property
    def folders(self) -> dict[str, Path]:
        """Each register's folder."""
        return {register: self.shop.folder / register for register in REGISTERS}

    def open(self, register_id: str) -> Manager:
        """Activate a register, start it, and have the manager ready at it."""
        network = Network(self.shop.server.address)
        self._networks.append(network)
        folder = self.shop.activate(register_id, network=network)
        manager = Manager(self.shop.start_till(folder, kind=ForkedTill), network, self._catalogue)
        manager.begin()
        return manager

    def close(self) -> None:
        """Stop everything."""
        self.shop.close()
        for network in self._networks:
            network.close()

    def __enter__(self) -> ThreeRegisters:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _swedish(store: dict[str, Any], request_timeout_s: float) -> dict[str, Any]:
    (register,) = store["registers"]
    (tax,) = store["tax_codes"]
    cash, card = store["tenders"]
    plugins = [
        {**one, "settings": {"at_log_on": "ask"}} if one["name"] == "shift" else one for one in register["plugins"]
    ]
    return {
        **store,
        "store": {**store["store"], "currency": "SEK", "timezone": "Europe/Stockholm", "country": "SE"},
        "registers": [{**register, "register_id": one, "plugins": plugins} for one in REGISTERS],
        "tax_codes": [{**tax, "rate": "0.25"}],
        "tenders": [{**cash, "rounding": "1"}, card],
        "profile": {**store["profile"], "request_timeout_s": request_timeout_s, "sync_interval_s": 1},
    }
