"""An order is one person's at a time."""

from app.core.unit_of_work import UnitOfWork
from app.orders import repository


async def lock_order(uow: UnitOfWork, order_id: int) -> None:
    """Hold the order, so that whoever captures or packs it waits for its turn."""
    await repository.lock_order(uow.session, uow.store_id, order_id)
