"""What happens to stock."""

from dataclasses import dataclass
from typing import ClassVar

from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class StockWritten(Event):
    """The retailer's store offers new quantities of a partner's items."""

    name: ClassVar[str] = "inventory.stock.written"
    sentence: ClassVar[str] = "The stock of {items} items was written to your store"
    subject: ClassVar[str] = "partner_stock"  # not of the partner: it happens so often that it would bury the rest

    partner_id: int
    items: int
