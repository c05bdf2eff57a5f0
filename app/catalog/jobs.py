"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job, PartnerStoreJob


@dataclass(frozen=True, slots=True)
class RunImport(Job):
    """Bring the chosen products in, one after the other."""

    name: ClassVar[str] = "catalog.run_import"
    max_seconds: ClassVar[int] = 1800
    coalesce_by: ClassVar[tuple[str, ...]] = ("import_id",)  # one run of an import at a time is enough
    lane_by: ClassVar[tuple[str, str]] = ("import", "store_id")  # one at a time, so that none makes a product twice

    store_id: int
    import_id: int


@dataclass(frozen=True, slots=True)
class ReadProducts(PartnerStoreJob):
    """Read again what partners changed on imported products (the hourly poll behind products/update)."""

    name: ClassVar[str] = "catalog.read_products"
    max_seconds: ClassVar[int] = 900  # a large catalogue is as long as the points for its calls take to come back
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # one reading serves every retailer
    lane_by: ClassVar[tuple[str, str]] = ("products", "partner_store_id")  # what changes meanwhile is one more reading

    partner_store_id: int
    by_poll: bool = False  # nobody told of a change: what has changed all the same is counted


@dataclass(frozen=True, slots=True)
class ConfirmProductsGone(PartnerStoreJob):
    """Read a store that showed none of its products once more, since somebody says that they are gone (B10)."""

    name: ClassVar[str] = "catalog.confirm_products_gone"
    max_seconds: ClassVar[int] = 900
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # one reading is enough
    lane_by: ClassVar[tuple[str, str]] = ("products", "partner_store_id")  # one reading at a time

    partner_store_id: int


@dataclass(frozen=True, slots=True)
class TellOfSku(PartnerStoreJob):
    """Tell every retailer that sells a partner's variant that it has another SKU there."""

    name: ClassVar[str] = "catalog.tell_of_sku"

    partner_store_id: int
    variant_id: int
    before: str
    after: str
    cause: str


@dataclass(frozen=True, slots=True)
class DraftProduct(Job):
    """Have a product that the partner deleted altogether stand as a draft in the retailer's store."""

    name: ClassVar[str] = "catalog.draft_product"

    store_id: int
    product_gid: str
    cause: str
