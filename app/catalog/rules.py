"""Decisions about SKUs: what an imported variant is called, and which mapping a sold line leads to."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

MARK = "PARTNER-"
SKU_LIMIT = 255
SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee][+-][0-9]+")  # without a sign, as 1E9, it may be a name
DRAFT = "DRAFT"
OFF_SALE = frozenset({DRAFT, "ARCHIVED"})
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


def imported_skus(prefix: str, sources: Sequence[SkuSource], others: Collection[str] = ()) -> dict[str, str]:
    """Return a SKU per partner variant id: the partner's own behind the prefix; distinct, never empty, not too long.

    A SKU that is missing, repeated or already that of `others` gets a suffix of its variant's id, so that importing
    again gives the same text.
    """
    given: dict[str, str] = {}
    taken = set(others)
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


def looks_like_a_number(sku: str) -> bool:
    """Tell whether a SKU reads as a spreadsheet writes a long number, which is seldom what the partner meant (B4)."""
    return SCIENTIFIC.fullmatch(sku.strip()) is not None


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


@dataclass(frozen=True, slots=True)
class Traits:
    """What a partner's variant is known by, when it comes back under another id."""

    id: int
    product_id: int
    sku: str | None
    barcode: str | None
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """In what a variant is like one that is gone."""

    variant_id: int
    sku: bool
    barcode: bool
    options: bool

    @property
    def score(self) -> int:
        """How many of the three traits are the same."""
        return self.sku + self.barcode + self.options

    @property
    def is_sure(self) -> bool:
        """Whether it is taken for the same without asking, if no other is as well (B14)."""
        return self.sku and (self.barcode or self.options)


def likenesses(gone: Traits, living: Sequence[Traits]) -> list[Likeness]:
    """Return the variants that are like the one that is gone, the most alike first."""
    found = [_likeness(gone, each) for each in living if each.id != gone.id]
    return sorted((each for each in found if each.score), key=lambda each: (-each.score, each.variant_id))


def _likeness(gone: Traits, other: Traits) -> Likeness:
    """Compare two variants; of two products the same options say nothing: many have one variant without any."""
    return Likeness(
        other.id,
        sku=bool(gone.sku) and gone.sku == other.sku,
        barcode=bool(gone.barcode) and gone.barcode == other.barcode,
        options=gone.product_id == other.product_id and gone.options == other.options,
    )


def successors(gone: Sequence[Traits], living: Sequence[Traits]) -> dict[int, int]:
    """Return which variant surely is which that is gone: each the only one that could be the other (B14)."""
    sure = {each.id: [one.variant_id for one in likenesses(each, living) if one.is_sure] for each in gone}
    claimed = [variant_id for found in sure.values() for variant_id in found]
    return {gone_id: found[0] for gone_id, found in sure.items() if len(found) == 1 and claimed.count(found[0]) == 1}


def importable(*, requires_shipping: Sequence[bool], variant_count: int, has_components: bool = False) -> str | None:
    """Return why a product cannot be imported, or None."""
    if variant_count == 0:
        return "It has no variant that could be sold."
    if not all(requires_shipping):
        return "It is not shipped (gift card, download or service)."
    if has_components:
        return "It is a bundle of other products."
    return None
