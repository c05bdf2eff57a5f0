"""Give each line a place to be made: the mapped partner, the retailer, or the list of what cannot be resolved."""

from collections.abc import Sequence

from app.catalog.queries import MappingFacts, Resolution, resolve_lines, variants_of_store
from app.core.money import Money
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.orders import repository
from app.orders.events import OrderLineRouted
from app.orders.models import Order, OrderLine
from app.orders.service.reading import ask_for_read
from app.orders.states import Route
from app.partners.queries import PartnerFacts, partners_of
from app.pricing.rules import cost_from_retail

UNMAPPED = "unmapped"
EARLIER = "ordered_before_import"


async def choose_routes(uow: UnitOfWork, order: Order, lines: Sequence[OrderLine]) -> None:
    """Set the route of lines, with the cost the partner agreed to, as a snapshot."""
    resolutions = await resolve_lines(
        uow.session, uow.store_id, [(each.shopify_variant_id, each.sku) for each in lines]
    )
    if not any(each.mapping or each.looks_like_partner for each in resolutions):
        return
    partners = {each.id: each for each in await partners_of(uow.session, uow.store_id)}
    for line, resolution in zip(lines, resolutions, strict=True):
        route = _route(order, line, resolution)
        line.route = route
        if route is Route.PARTNER and resolution.mapping is not None:
            await _send_to_partner(uow, line, resolution.mapping, partners[resolution.mapping.partner_id])


async def tell_of_routes(uow: UnitOfWork, order: Order, lines: Sequence[OrderLine]) -> None:
    """Record the routes of new lines, and list those that have none."""
    if all(line.route == Route.OWN for line in lines):
        return
    names = {each.id: each.name for each in await partners_of(uow.session, uow.store_id)}
    for line in lines:
        if line.route == Route.PARTNER and line.routed_partner_id is not None:
            partner = names[line.routed_partner_id]
            await record_event(uow, OrderLineRouted(order.id, line.id, line.title, line.target, partner))
        elif not order.is_test and line.route in (Route.UNMAPPED, Route.EARLIER):
            await open_exception(uow, _problem(order, line))


async def route_unmapped(uow: UnitOfWork) -> int:
    """Route lines whose partner SKU was unknown and is mapped now; they keep their eligible time (E17)."""
    lines = [each for each in await repository.list_lines_by_route(uow.session, uow.store_id, Route.UNMAPPED)]
    routed = 0
    for order_id in sorted({line.order_id for line in lines}):
        order = await repository.get_order(uow.session, uow.store_id, order_id)
        waiting = [line for line in order.lines if line.route == Route.UNMAPPED]
        await choose_routes(uow, order, waiting)
        found = [line for line in waiting if line.route == Route.PARTNER]
        await tell_of_routes(uow, order, found)
        for line in found:
            await resolve_exceptions(uow, "order_line", str(line.id), [UNMAPPED])
        if found:
            await ask_for_read(uow, order.shopify_order_id, None, "routing")
        routed += len(found)
    return routed


def _route(order: Order, line: OrderLine, resolution: Resolution) -> Route:
    if resolution.mapping is None:
        return Route.UNMAPPED if resolution.looks_like_partner else Route.OWN
    # A line that carries the partner's SKU was sold as theirs, however late its mapping was saved.
    sold_as_theirs = line.sku is not None and line.sku == resolution.mapping.sku
    if order.placed_at < resolution.mapping.active_from and not sold_as_theirs:
        return Route.EARLIER
    return Route.PARTNER


async def _send_to_partner(uow: UnitOfWork, line: OrderLine, mapping: MappingFacts, partner: PartnerFacts) -> None:
    variants = await variants_of_store(uow.session, mapping.partner_store_id, [mapping.partner_variant_id])
    variant = variants[mapping.partner_variant_id]
    cost: Money = cost_from_retail(variant.price, partner.discount)
    line.routed_partner_id, line.mapping_id = mapping.partner_id, mapping.id
    line.partner_store_id, line.partner_variant_id = mapping.partner_store_id, mapping.partner_variant_id
    line.units_per = mapping.units_per
    line.unit_cost_amount, line.cost_currency = cost.amount, cost.currency


def _problem(order: Order, line: OrderLine) -> Problem:
    if line.route == Route.EARLIER:
        return Problem(
            kind=EARLIER,
            subject_kind="order_line",
            subject_id=str(line.id),
            cause=f"{order.name} was placed before “{line.title}” was mapped to a partner.",
            next_step="Fulfil it from your own stock, or order the units from the partner by hand.",
            units=line.target,
        )
    return Problem(
        kind=UNMAPPED,
        subject_kind="order_line",
        subject_id=str(line.id),
        cause=f"{order.name} sold “{line.title}” with the SKU {line.sku}, which leads to no partner variant.",
        next_step="Import the product from the partner; the line is then ordered by itself.",
        units=line.target,
    )
