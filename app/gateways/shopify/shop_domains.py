"""Names of Shopify stores: what may be taken for one."""

import re

SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
LONGEST = 255


def parse_shop_domain(text: str | None) -> str | None:
    """Return the store's domain in lower case, or None when this is not one; nothing is stripped or repaired."""
    if not text or len(text) > LONGEST or not text.isascii():
        return None
    lowered = text.lower()
    return lowered if SHOP_DOMAIN.fullmatch(lowered) else None
