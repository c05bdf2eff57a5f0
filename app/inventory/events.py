"""What happens to stock."""

from dataclasses import dataclass
from typing import ClassVar

from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class StockWritten(Event):
    """The retailer's store offers new quantities of a partner's items."""

    name: ClassVar[str] = "inventory.stock.written"
    sentence: ClassVar[str] = "{items} quantities were written to your store"
    subject: ClassVar[str] = "partner"

    partner_id: int
    items: int
