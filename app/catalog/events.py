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
