"""Our row numbers and what they are called outside: the books name things as Shopify does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.catalog.queries import MappingFacts, VariantFacts
from app.orders.queries import LineRow
from app.partners.queries import PartnerFacts
from app.stores.queries import StoreFacts


@dataclass(slots=True)
class Names:
    """What is needed to name a retailer's rows."""

    retailer: StoreFacts
    partners: Sequence[PartnerFacts]
    stores: Mapping[int, StoreFacts]
    mappings: dict[int, MappingFacts] = field(default_factory=dict)
    lines: dict[int, LineRow] = field(default_factory=dict)
    variants: dict[int, VariantFacts] = field(default_factory=dict)

    def store(self, store_id: int | None) -> str | None:
        """Return the global id of a partner's store."""
        store = None if store_id is None else self.stores.get(store_id)
        return store.shopify_shop_id if store else None

    def partner_store(self, partner_id: int) -> str | None:
        """Return the global id of the store behind a partnership."""
        return next((self.store(each.partner_store_id) for each in self.partners if each.id == partner_id), None)

    def line(self, line_id: int) -> str | None:
        """Return the global id of an order line."""
        return self.lines[line_id].shopify_line_id if line_id in self.lines else None

    def variant(self, variant_id: int) -> str | None:
        """Return the global id of a partner's variant."""
        return self.variants[variant_id].gid if variant_id in self.variants else None
