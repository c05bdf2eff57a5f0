"""What an order shows as sent beside what left in our boxes: somebody is told where the two differ."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import Problem, open_exception, resolve_of_each
from app.gateways.shopify.order_facts import OrderFacts
from app.orders import rules
from app.orders.models import Order, OrderLine
from app.orders.naming import names_of_lines
from app.orders.rules import SentUnits
from app.orders.states import Route
from app.units.queries import demand_in
from app.units.states import SHIPPED, DemandState

SENT_BY_HAND = "fulfilled_by_hand"
NOT_SHOWN = "shipped_not_shown"


async def compare_sent(uow: UnitOfWork, order: Order, facts: OrderFacts) -> None:
    """List lines that show more as sent than left in our boxes, or less; end it for those that do not any more."""
    lines = [line for line in order.lines if line.route == Route.PARTNER]
    if order.is_test or not lines or not facts.fulfillments:
        return  # what was cancelled is still shown: nothing was ever sent
    sent = await _sent_of(uow, lines, facts)
    by_hand = {line: rules.sent_by_hand(sent[line]) for line in lines}
    unseen = {line: rules.shipped_unseen(sent[line]) for line in lines}
    names = await names_of_lines(uow.session, [line for line in lines if by_hand[line] or unseen[line]])
    for kind, tell, differing in ((SENT_BY_HAND, _by_hand, by_hand), (NOT_SHOWN, _not_shown, unseen)):
        agreeing = [line.id for line, quantity in differing.items() if not quantity]
        await resolve_of_each(uow, "order_line", agreeing, [kind])
        for line, quantity in differing.items():
            if quantity:
                await open_exception(uow, tell(order, line, names[line.id], quantity))


async def _sent_of(uow: UnitOfWork, lines: Sequence[OrderLine], facts: OrderFacts) -> Mapping[OrderLine, SentUnits]:
    taken_back, shipped, boxed = Counter[str](), Counter[int](), Counter[int]()
    for part in (part for each in facts.fulfillments if each.status == "CANCELLED" for part in each.lines):
        taken_back[part.order_line_id] += part.quantity
    for lot in await demand_in(uow.session, uow.store_id, [line.id for line in lines], [*SHIPPED, DemandState.PACKED]):
        (shipped if lot.state in SHIPPED else boxed)[lot.line_id] += lot.quantity
    return {
        line: SentUnits(
            shown=max(line.fulfilled - line.sent_before, 0),
            taken_back=taken_back[line.shopify_line_id],
            shipped=shipped[line.id] // line.units_per,
            boxed=boxed[line.id] // line.units_per,
            wanted=max(line.target - line.sent_before, 0),
        )
        for line in lines
    }


def _by_hand(order: Order, line: OrderLine, name: str, quantity: int) -> Problem:
    # It holds nothing up, so it counts no units: they may wait on the list for another reason, too.
    are = "was" if quantity == 1 else "were"
    return Problem(
        kind=SENT_BY_HAND,
        subject_kind="order_line",
        subject_id=str(line.id),
        cause=f"{order.name}: {quantity} × “{name}” {are} fulfilled by hand in your store. As long as the order "
        "wants them from the partner too, what is not ordered yet will be ordered, and the rest waits for this order.",
        next_step="Cancel that fulfillment in Shopify; the partner’s goods then go to the customer as usual. If the "
        "customer has theirs already, also remove the units from the order, without paying anything back: they are "
        "not ordered any more, and what is on its way or here becomes surplus.",
    )


def _not_shown(order: Order, line: OrderLine, name: str, quantity: int) -> Problem:
    return Problem(
        kind=NOT_SHOWN,
        subject_kind="order_line",
        subject_id=str(line.id),
        cause=f"{order.name}: {quantity} × “{name}” left in a box of yours, but the fulfillment was cancelled in "
        "your store. The customer reads that it is still to be sent.",
        next_step="If the box is on its way, fulfill the order in Shopify with the carrier and tracking number that "
        "its page here shows. If the box came back, send it anew and fulfill it there, or remove the units from the "
        "order. Nothing of it is packed here again by itself.",
        units=quantity * line.units_per,
    )
