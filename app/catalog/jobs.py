"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class RunImport(Job):
    """Bring the chosen products in, one after the other."""

    name: ClassVar[str] = "catalog.run_import"
    max_seconds: ClassVar[int] = 1800

    retailer_store_id: int
    import_id: int

    @property
    def store_id(self) -> int:
        """The retailer's store."""
        return self.retailer_store_id

    @property
    def coalesce_key(self) -> str:
        """One run of an import at a time is enough."""
        return f"{self.name}:{self.import_id}"

    @property
    def lane(self) -> str:
        """Imports of one store run one after the other, so that none makes a product twice."""
        return f"import:{self.retailer_store_id}"


@dataclass(frozen=True, slots=True)
class ReadProducts(Job):
    """Read again what partners changed on imported products (the hourly poll behind products/update)."""

    name: ClassVar[str] = "catalog.read_products"

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """One reading serves every retailer."""
        return f"{self.name}:{self.partner_store_id}"
