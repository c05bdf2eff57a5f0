"""Work of the catalogue with the outside in between: browse a partner's products, import them, follow them."""

from app.catalog.flows.browsing import PricedProduct, PricedVariant, browse, browse_partner, preview_import
from app.catalog.flows.following import Read, draft_product, follow_recreated, read_products, tell_of_sku
from app.catalog.flows.importing import run_import

__all__ = [
    "PricedProduct",
    "PricedVariant",
    "Read",
    "browse",
    "browse_partner",
    "draft_product",
    "follow_recreated",
    "preview_import",
    "read_products",
    "run_import",
    "tell_of_sku",
]
