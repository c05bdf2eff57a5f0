"""What customers wished for their lines is forgotten; quantities, prices and units stay."""

from collections.abc import Collection

from app.core.unit_of_work import UnitOfWork
from app.orders import repository


async def forget_wishes(uow: UnitOfWork, order_ids: Collection[int] | None = None) -> int:
    """Empty the properties of the lines, of these orders or of all; returns how many lines held something."""
    return await repository.clear_wishes(uow.session, uow.store_id, order_ids)
