"""Orders that Shopify soon shows us no more, while units of theirs are still to be sent."""

from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions
from app.exceptions.service import Problem, open_exception, resolve_of_each
from app.orders import repository

AGEING = "order_ageing"
LISTED_FROM = timedelta(days=50)
"""How old an order is when it is listed; without `read_all_orders` sixty days are shown (reference §2.1)."""


async def review_old(uow: UnitOfWork) -> None:
    """List each order that will be out of reach before long, once; end it for those of which nothing is to be sent.

    Out of reach it stays as it was last read: nobody can tell us of a change, and none is guessed (E25).
    """
    old = await repository.names_of_unsent(uow.session, uow.store_id, uow.now - LISTED_FROM)
    listed = {int(each.subject_id) for each in await open_exceptions(uow.session, AGEING)}
    for order_id in sorted(old.keys() - listed):
        await open_exception(uow, _ageing(order_id, old[order_id]))
    if ended := listed - old.keys():
        await resolve_of_each(uow, "order", ended, [AGEING])


def _ageing(order_id: int, name: str) -> Problem:
    # It holds nothing up, so it counts no units: they may wait on the list for another reason, too.
    cause = f"{name} is more than 50 days old, and units of it are still to be sent. Shopify shows us 60 days."
    step = (
        "Send what waits, or cancel it on the order. Once the order is 60 days old we learn of no change any more: its "
        "units go on as they stood, so look at the order in your admin before you pack it."
    )
    return Problem(AGEING, "order", str(order_id), cause, step)
