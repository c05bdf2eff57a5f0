"""Units whose payment nobody reports, in a store that does not let us see whether they are to be paid later."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.orders import repository
from app.orders.service.reading import ask_for_read
from app.units.queries import demand_in_state
from app.units.states import DemandState

UNPAID = "payment_not_seen"
PATIENCE = timedelta(minutes=15)
"""How long a payment usually takes to be reported."""


async def review_unpaid(uow: UnitOfWork, *, may_read_terms: bool) -> None:
    """List each line whose units wait for a payment that may not be needed; end it for those that wait no more.

    With payment terms an order needs no payment (contract §5), but a store that keeps its terms to itself does not
    tell which orders have some: somebody has to say.
    """
    waiting: dict[int, int] = defaultdict(int)
    if not may_read_terms:
        for lot in await demand_in_state(uow.session, uow.store_id, DemandState.CAPTURED):
            waiting[lot.line_id] += lot.quantity
    for line in await repository.list_lines(uow.session, uow.store_id, waiting) if waiting else ():
        if line.order.placed_at > uow.now - PATIENCE:
            del waiting[line.id]
            continue
        cause = (
            f"{line.order.name} is not paid, so {waiting[line.id]} units of “{line.title}” wait. "
            "Whether it is to be paid later cannot be seen, because that permission was not given."
        )
        step = (
            "Mark it as paid in Shopify if it is to be paid later, or permit reading payment terms; else await payment."
        )
        await open_exception(uow, Problem(UNPAID, "order_line", str(line.id), cause, step, units=waiting[line.id]))
    known = {int(each.subject_id) for each in await open_exceptions(uow.session) if each.kind == UNPAID}
    ended = known - set(waiting)
    await end_unpaid(uow, sorted(ended))
    for line in await repository.list_lines(uow.session, uow.store_id, ended) if ended and may_read_terms else ():
        await ask_for_read(uow, line.order.shopify_order_id, "terms")  # its terms can be seen from now on


async def end_unpaid(uow: UnitOfWork, line_ids: Sequence[int]) -> None:
    """End what was listed of lines whose order is paid now."""
    for line_id in line_ids:
        await resolve_exceptions(uow, "order_line", line_id, [UNPAID])
