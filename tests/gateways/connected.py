"""Simulated stores with the app installed, and the gateway's client holding their tokens."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.stores.scopes import PARTNER, REQUIRED, RETAILER
from simulator.faults.faults import Faults, Rule
from simulator.world.model import Product, Variant
from tests.simulator.store_host import StoreHost, make_host

SEARCH_LAG = 31


@dataclass
class Connected:
    """A store, what acts in it, and the gateway's way into it."""

    host: StoreHost
    shopify: ShopifyClient
    access: StoreAccess
    waits: list[float]

    def fail(self, *rules: Rule) -> None:
        """Let something go wrong from here on."""
        self.host.world.faults = Faults(seed=1, profile="rules", rules=list(rules))

    def variants(self, product: Product) -> list[Variant]:
        """The product's variants in the store."""
        return [each for each in self.host.store.variants.values() if each.product_id == product.id]

    def make_variant(self, quantity: int = 100, **fields: Any) -> Variant:
        """A product of one tracked variant in stock at the store's first location."""
        place = next(iter(self.host.store.locations))
        stock = [{"location_id": place, "quantity": quantity}]
        variant = {"sku": "BEAN-1", "price": Decimal("18.00"), "tracked": True, "quantities": stock} | fields
        return self.variants(self.host.make_product(variants=[variant]))[0]

    @property
    def location_id(self) -> str:
        """The store's first location."""
        return next(iter(self.host.store.locations.values())).gid


def connect(scopes: Iterable[str], domain: str = "roaster.myshopify.com", **fields: Any) -> Connected:
    """A store that granted the scopes; the client remembers waits instead of waiting."""
    host = make_host(sorted(scopes), domain=domain, **fields)
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    return Connected(host, ShopifyClient(host.client, pause=pause), StoreAccess(domain, host.token.token), waits)


def retailer(*more: str, **fields: Any) -> Connected:
    """A store with exactly the scopes a retailer grants."""
    return connect(REQUIRED | RETAILER | set(more), domain="retailer.myshopify.com", **fields)


def partner(**fields: Any) -> Connected:
    """A store with exactly the scopes a partner grants."""
    return connect(REQUIRED | PARTNER, **fields)
