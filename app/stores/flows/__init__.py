"""Work with a store that has calls to Shopify in between."""

from app.stores.flows.access import ConnectedShopify
from app.stores.flows.installation import (
    check_installation,
    end_installation,
    find_renamed,
    finish_authorization,
    install_by_id_token,
    refresh_installation,
)
from app.stores.flows.privacy import erase_shop, name_store
from app.stores.flows.rotation import renew_all_tokens, reseal_tokens, sweep_tokens
from app.stores.flows.topics import register_topics

__all__ = [
    "ConnectedShopify",
    "check_installation",
    "end_installation",
    "erase_shop",
    "find_renamed",
    "finish_authorization",
    "install_by_id_token",
    "name_store",
    "refresh_installation",
    "register_topics",
    "renew_all_tokens",
    "reseal_tokens",
    "sweep_tokens",
]
