"""Units whose payment nobody reports, in a store that does not let us see whether they are to be paid later."""

from collections import defaultdict
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
    """List each order whose units wait for a payment that may not be needed; end it for those that wait no more.

    With payment terms an order needs no payment (contract §5), but a store that keeps its terms to itself does not
    tell which orders have some: somebody has to say.
    """
    waiting = {} if may_read_terms else await _waiting(uow)
    for order_id, (name, units) in waiting.items():
        cause = (
            f"{name} is not paid, so {units} of its {'unit' if units == 1 else 'units'} cannot be ordered. "
            "Whether it is to be paid later cannot be seen, because that permission was not given."
        )
        step = (
            "Mark it as paid in Shopify if it is to be paid later, or permit reading payment terms in the settings; "
            "else await payment."
        )
        await open_exception(uow, Problem(UNPAID, "order", str(order_id), cause, step, units=units))
    known = {int(each.subject_id) for each in await open_exceptions(uow.session, UNPAID)}
    ended = known - set(waiting)
    for order_id in sorted(ended):
        await end_unpaid(uow, order_id)
    for order in (
        await repository.list_orders_by_id(uow.session, uow.store_id, ended) if ended and may_read_terms else ()
    ):
        await ask_for_read(uow, order.shopify_order_id, "terms")  # its terms can be seen from now on


async def end_unpaid(uow: UnitOfWork, order_id: int) -> None:
    """End what was listed of an order that is paid now."""
    await resolve_exceptions(uow, "order", order_id, [UNPAID])


async def _waiting(uow: UnitOfWork) -> dict[int, tuple[str, int]]:
    """Return name and units of the orders that wait for a payment longer than one usually takes."""
    units: dict[int, int] = defaultdict(int)
    for lot in await demand_in_state(uow.session, uow.store_id, DemandState.CAPTURED):
        units[lot.line_id] += lot.quantity
    waiting: dict[int, tuple[str, int]] = {}
    for line in await repository.list_lines(uow.session, uow.store_id, units) if units else ():
        if line.order.placed_at <= uow.now - PATIENCE:
            _, known = waiting.get(line.order_id, ("", 0))
            waiting[line.order_id] = (line.order.name, known + units[line.id])
    return waiting
