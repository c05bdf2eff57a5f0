"""Every model module, imported so that the metadata is whole."""

from importlib import import_module

from app.core.db import Base
from app.core.tenancy import TableClass, table_classes

MODULES = [
    "app.stores.models",
    "app.job_runs.models",
    "app.inbox.models",
    "app.events.models",
    "app.exceptions.models",
    "app.partners.models",
    "app.catalog.models",
    "app.units.models",
    "app.orders.models",
    "app.inventory.models",
    "app.master_orders.models",
    "app.receiving.models",
    "app.fulfillment.models",
]


def load_models() -> dict[str, TableClass]:
    """Import every model and return each table's tenancy class."""
    for module in MODULES:
        import_module(module)
    return table_classes(mapper.class_ for mapper in Base.registry.mappers)
