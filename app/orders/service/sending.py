"""What an order shows as sent beside what left in our boxes: somebody is told where the two differ."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import Problem, open_exception, resolve_of_each
from app.gateways.shopify.order_facts import OrderFacts
from app.orders import rules
from app.orders.models import Order, OrderLine
from app.orders.rules import SentUnits
from app.orders.states import Route
from app.units.queries import demand_in
from app.units.states import SHIPPED, DemandState

SENT_BY_HAND = "fulfilled_by_hand"


async def compare_sent(uow: UnitOfWork, order: Order, facts: OrderFacts) -> None:
    """List lines of which somebody fulfilled units that are to come from a partner; end it where it is so no more."""
    lines = [line for line in order.lines if line.route == Route.PARTNER]
    if order.is_test or not lines or not facts.fulfillments:
        return  # a fulfilment that was cancelled is still shown, so nothing was ever sent
    sent = await _sent_of(uow, lines)
    by_hand = {line: rules.sent_by_hand(sent[line]) for line in lines}

    await resolve_of_each(uow, "order_line", [line.id for line in lines if not by_hand[line]], [SENT_BY_HAND])
    for line, quantity in by_hand.items():
        if quantity:
            await open_exception(uow, _sent_by_hand(order, line, quantity))


async def _sent_of(uow: UnitOfWork, lines: Sequence[OrderLine]) -> Mapping[OrderLine, SentUnits]:
    shipped: dict[int, int] = defaultdict(int)
    boxed: dict[int, int] = defaultdict(int)
    for lot in await demand_in(uow.session, uow.store_id, [line.id for line in lines], [*SHIPPED, DemandState.PACKED]):
        (shipped if lot.state in SHIPPED else boxed)[lot.line_id] += lot.quantity
    return {
        line: SentUnits(
            shown=max(line.fulfilled - line.sent_before, 0),
            shipped=shipped[line.id] // line.units_per,
            boxed=boxed[line.id] // line.units_per,
        )
        for line in lines
    }


def _sent_by_hand(order: Order, line: OrderLine, quantity: int) -> Problem:
    # It holds nothing up, so it counts no units: they may wait on the list for another reason, too.
    are = "was" if quantity == 1 else "were"
    return Problem(
        kind=SENT_BY_HAND,
        subject_kind="order_line",
        subject_id=str(line.id),
        cause=f"{order.name}: {quantity} × “{line.title}” {are} fulfilled by hand in your store. As long as the order "
        "wants them from the partner too, what is not ordered yet will be ordered, and the rest waits for this order.",
        next_step="Cancel that fulfillment in Shopify; the partner’s goods then go to the customer as usual. If the "
        "customer has theirs already, also remove the units from the order, without paying anything back: they are "
        "not ordered any more, and what is on its way or here becomes surplus.",
    )
