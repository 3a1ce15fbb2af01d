"""The handlers that come with the core and run on both sides, on the channel database and on the offline database."""

from __future__ import annotations

from kassa.requests.accounts_handlers import HANDLERS as ACCOUNT_HANDLERS
from kassa.requests.catalogue import FindItem, SearchItems
from kassa.requests.catalogue_handlers import find_item, search_items
from kassa.requests.exchange_rates import FindExchangeRate, find_exchange_rate
from kassa.requests.reasons import FindReasons, find_reasons
from kassa.requests.staff import LogOn
from kassa.requests.staff_handlers import log_on
from kassa.requests.suspended import ListSuspended, RecallSale, SuspendSale
from kassa.requests.suspended_handlers import list_suspended, recall_sale, suspend_sale
from kassa.runtime.request import Handler

HANDLERS: tuple[Handler, ...] = (
    Handler(FindItem, find_item),
    Handler(SearchItems, search_items),
    Handler(FindExchangeRate, find_exchange_rate),
    Handler(FindReasons, find_reasons),
    Handler(LogOn, log_on),
    Handler(SuspendSale, suspend_sale),
    Handler(RecallSale, recall_sale),
    Handler(ListSuspended, list_suspended),
    *ACCOUNT_HANDLERS,
)
"""Hand them to the runtime under the name ``kassa``."""
