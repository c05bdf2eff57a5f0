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
    sentence: ClassVar[str] = "You said that {products} products {partner} no longer shows are gone"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str
    products: int
