"""What happens to imports and mappings."""

from dataclasses import dataclass
from typing import ClassVar

from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class ImportRequested(Event):
    """Products of a partner were chosen for import."""

    name: ClassVar[str] = "catalog.import.requested"
    sentence: ClassVar[str] = "{products} products were chosen for import"
    subject: ClassVar[str] = "product_import"

    import_id: int
    partner_id: int
    products: int


@dataclass(frozen=True, slots=True)
class ProductImported(Event):
    """A partner's product exists in the retailer's store and its variants are mapped."""

    name: ClassVar[str] = "catalog.product.imported"
    sentence: ClassVar[str] = "“{title}” was imported with {variants} variants"
    subject: ClassVar[str] = "product_import"

    import_id: int
    partner_id: int
    partner_store_id: int
    title: str
    variants: int


@dataclass(frozen=True, slots=True)
class ImportFinished(Event):
    """Every product of an import was brought in or refused."""

    name: ClassVar[str] = "catalog.import.finished"
    sentence: ClassVar[str] = "Import finished: {imported} imported, {refused} refused"
    subject: ClassVar[str] = "product_import"

    import_id: int
    partner_id: int
    imported: int
    refused: int


@dataclass(frozen=True, slots=True)
class ProductsGivenUp(Event):
    """Staff said that the products a partner's store does not show any more are gone."""

    name: ClassVar[str] = "catalog.products.given_up"
    sentence: ClassVar[str] = "You said that what {partner} no longer shows is gone: {products} products"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str
    products: int


@dataclass(frozen=True, slots=True)
class TargetLost(Event):
    """The retailer's store no longer has variants that were mapped to a partner's."""

    name: ClassVar[str] = "catalog.target.lost"
    sentence: ClassVar[str] = "“{title}” no longer exists in your store: {variants} variants"
    subject: ClassVar[str] = "partner"

    partner_id: int
    title: str
    variants: int


@dataclass(frozen=True, slots=True)
class TargetFound(Event):
    """The retailer's store has mapped variants again that it did not have for a while."""

    name: ClassVar[str] = "catalog.target.found"
    sentence: ClassVar[str] = "“{title}” exists in your store again: {variants} variants"
    subject: ClassVar[str] = "partner"

    partner_id: int
    title: str
    variants: int


@dataclass(frozen=True, slots=True)
class ProductLeftOut(Event):
    """Staff said that a product that was deleted in their store is not sold any more."""

    name: ClassVar[str] = "catalog.product.left_out"
    sentence: ClassVar[str] = "You do not sell “{title}” any more"
    subject: ClassVar[str] = "partner"

    partner_id: int
    title: str


@dataclass(frozen=True, slots=True)
class SourceReplaced(Event):
    """A mapping whose variant the partner deleted leads to another of theirs from now on."""

    name: ClassVar[str] = "catalog.source.replaced"
    sentence: ClassVar[str] = "“{title}” was made anew in the partner's store; {sku} follows it"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner_store_id: int
    title: str
    sku: str


@dataclass(frozen=True, slots=True)
class SourcesChanged(Event):
    """A reading showed that imported variants are on sale, off it or out of sight; recorded in the partner's store."""

    name: ClassVar[str] = "catalog.sources.changed"
    sentence: ClassVar[str] = "Of what was imported, {variants} variants went on sale, off it or out of sight"
    subject: ClassVar[str] = "store"

    partner_store_id: int
    variants: int


@dataclass(frozen=True, slots=True)
class SkuChanged(Event):
    """A partner gave a variant that somebody imported another SKU; recorded in the partner's store."""

    name: ClassVar[str] = "catalog.sku.changed"
    sentence: ClassVar[str] = "The SKU of “{title}” changed from {before} to {after}"
    subject: ClassVar[str] = "partner_variant"

    variant_id: int
    title: str
    before: str
    after: str
    cause: str


@dataclass(frozen=True, slots=True)
class SourceRenamed(Event):
    """A variant that a retailer sells has another SKU at the partner; the mapping follows the variant."""

    name: ClassVar[str] = "catalog.source.renamed"
    sentence: ClassVar[str] = "The partner changed the SKU of “{title}” from {before} to {after}; yours, {sku}, stays"
    subject: ClassVar[str] = "partner"

    partner_id: int
    title: str
    before: str
    after: str
    sku: str
    cause: str


@dataclass(frozen=True, slots=True)
class SourceLost(Event):
    """The partner deleted every variant that a product of the retailer's leads to; once for each disappearance."""

    name: ClassVar[str] = "catalog.source.lost"
    sentence: ClassVar[str] = "The partner deleted “{title}”: {variants} variants"
    subject: ClassVar[str] = "partner"

    partner_id: int
    title: str
    product_gid: str
    variants: int
    cause: str


@dataclass(frozen=True, slots=True)
class ProductDrafted(Event):
    """A product that has no variant left at the partner stands as a draft in the retailer's store."""

    name: ClassVar[str] = "catalog.product.drafted"
    sentence: ClassVar[str] = "“{title}” is a draft in your store: the partner deleted all of it"
    subject: ClassVar[str] = "partner"

    partner_id: int
    title: str
    product_gid: str
    cause: str
