"""Decisions about SKUs: what an imported variant is called, and which mapping a sold line leads to."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MARK = "PARTNER-"
SKU_LIMIT = 255
OFF_SALE = frozenset({"DRAFT", "ARCHIVED"})
"""What a product is that its own store does not sell; a status we do not know yet is none of these."""


@dataclass(frozen=True, slots=True)
class SkuSource:
    """What a SKU is made from."""

    variant_gid: str
    sku: str | None


def shop_handle(shop_domain: str) -> str:
    """Return the shop's own part of its domain: `the-best-roastery` of `the-best-roastery.myshopify.com`."""
    return shop_domain.removesuffix(".myshopify.com")


def sku_prefix(shop_domain: str) -> str:
    """Return the prefix that names the partner in a SKU."""
    return f"{MARK}{shop_handle(shop_domain)}-"


def imported_skus(prefix: str, sources: Sequence[SkuSource]) -> dict[str, str]:
    """Return a SKU per partner variant id: the partner's own behind the prefix; distinct, never empty, not too long.

    A SKU that is missing or repeated gets a suffix of its variant's id, so that importing again gives the same text.
    """
    given: dict[str, str] = {}
    taken: set[str] = set()
    for source in sources:
        own = re.sub(r"\s+", " ", (source.sku or "").strip())
        tail = source.variant_gid.rsplit("/", 1)[-1]
        whole = prefix + (own or f"V{tail}")
        sku = _shortened(whole)
        if sku in taken:
            sku = _shortened(f"{whole}-{tail}")
        taken.add(sku)
        given[source.variant_gid] = sku
    return given


def _shortened(sku: str) -> str:
    """Return a SKU that fits; of one too long, its beginning and a mark of the whole."""
    if len(sku) <= SKU_LIMIT:
        return sku
    digest = hashlib.sha256(sku.encode()).hexdigest()[:12]
    return f"{sku[: SKU_LIMIT - 13]}-{digest}"


def parse_sku(sku: str, prefixes: Mapping[str, int]) -> tuple[int, str] | None:
    """Return the partner whose prefix the SKU carries and the partner's own SKU behind it.

    Shop names contain dashes, so the longest known prefix wins (A19).
    """
    for prefix in sorted(prefixes, key=len, reverse=True):
        if sku.startswith(prefix):
            return prefixes[prefix], sku.removeprefix(prefix)
    return None


def is_doubtful(missing: int, found: int) -> bool:
    """Whether a reading is not believed at once: a store that shows none of its several products (B10)."""
    return missing > 1 and found == 0


def importable(*, requires_shipping: Sequence[bool], variant_count: int, has_components: bool = False) -> str | None:
    """Return why a product cannot be imported, or None."""
    if variant_count == 0:
        return "It has no variant that could be sold."
    if not all(requires_shipping):
        return "It is not shipped (gift card, download or service)."
    if has_components:
        return "It is a bundle of other products."
    return None
