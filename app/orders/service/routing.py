"""Give each line a place to be made: the mapped partner, the retailer, or the list of what cannot be resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.catalog.queries import MappingFacts, Resolution, VariantFacts, resolve_lines, variants_of_stores
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.orders import repository, rules
from app.orders.events import OrderLineRouted
from app.orders.models import Order, OrderLine
from app.orders.service.reading import ask_for_read
from app.orders.states import Route
from app.partners.queries import PartnerFacts, partners_of
from app.pricing.rules import cost_from_retail

UNMAPPED = "unmapped"
EARLIER = "ordered_before_import"


@dataclass(frozen=True, slots=True)
class Routed:
    """A line that goes to a partner, and which of their variants it is."""

    line: OrderLine
    partner: PartnerFacts
    variant: VariantFacts


async def choose_routes(
    uow: UnitOfWork, order: Order, lines: Sequence[OrderLine], ordered_since: Mapping[str, datetime]
) -> list[Routed]:
    """Set the route of lines, with the cost the partner agreed to, as a snapshot; return those that go to a partner.

    `ordered_since` names the lines that were not on the order from the beginning.
    """
    sold = [(each.shopify_variant_id, each.sku) for each in lines]
    resolutions = await resolve_lines(uow.session, uow.store_id, sold)
    if not any(each.mapping or each.looks_like_partner for each in resolutions):
        return []
    partners = {each.id: each for each in await partners_of(uow.session, uow.store_id)}
    # What is still sold of a partner who is gone is theirs as before (E28).
    mapped = [each.mapping for each in resolutions if each.mapping]
    variants = await variants_of_stores(
        uow.session, ((each.partner_store_id, each.partner_variant_id) for each in mapped)
    )
    routed = []
    for line, resolution in zip(lines, resolutions, strict=True):
        ordered_at = ordered_since.get(line.shopify_line_id, order.placed_at)
        line.route = _route(ordered_at, line, resolution)
        if line.route is not Route.PARTNER or resolution.mapping is None:
            continue
        variant = variants.get(resolution.mapping.partner_variant_id)
        if variant is None or variant.price.amount <= 0:
            line.route = Route.UNMAPPED  # nothing is ordered for nothing (C6)
        else:
            partner = partners[resolution.mapping.partner_id]
            _send_to_partner(line, resolution.mapping, partner, variant)
            routed.append(Routed(line, partner, variant))
    return routed


async def tell_of_routes(uow: UnitOfWork, order: Order, routed: Sequence[Routed]) -> None:
    """Record which partner the lines go to."""
    for each in routed:
        line, name = each.line, rules.full_name(each.line.title, each.variant.title)
        await record_event(uow, OrderLineRouted(order.id, line.id, name, line.target, each.partner.name))


async def list_unrouted(uow: UnitOfWork, order: Order) -> None:
    """List the units that no route takes care of, each line once; end it for lines that want nothing any more."""
    for line in order.lines:
        if line.route not in (Route.UNMAPPED, Route.EARLIER) or order.is_test:
            continue
        problem = _problem(order, line)
        if problem.units <= 0:
            await resolve_exceptions(uow, "order_line", line.id, [problem.kind])
        else:
            await open_exception(uow, problem)


async def route_unmapped(uow: UnitOfWork) -> int:
    """Route lines whose partner SKU was unknown and is mapped now; they keep their eligible time (E17)."""
    lines = await repository.list_lines_by_route(uow.session, uow.store_id, Route.UNMAPPED)
    routed = 0
    for order_gid in sorted({line.order.shopify_order_id for line in lines}):
        order = await repository.lock_by_gid(uow.session, uow.store_id, order_gid)
        assert order is not None
        waiting = [line for line in order.lines if line.route == Route.UNMAPPED]
        to_partners = await choose_routes(uow, order, waiting, {})
        found = [line for line in waiting if line.route != Route.UNMAPPED]
        for line in found:
            await resolve_exceptions(uow, "order_line", line.id, [UNMAPPED])
        if found:
            await tell_of_routes(uow, order, to_partners)
            await list_unrouted(uow, order)
            await ask_for_read(uow, order.shopify_order_id, "routing")
        routed += len(found)
    return routed


def _route(ordered_at: datetime, line: OrderLine, resolution: Resolution) -> Route:
    if resolution.mapping is None:
        return Route.UNMAPPED if resolution.looks_like_partner else Route.OWN
    # A line that carries the partner's SKU was sold as theirs, however late its mapping was saved.
    sold_as_theirs = line.sku is not None and line.sku == resolution.mapping.sku
    if ordered_at < resolution.mapping.active_from and not sold_as_theirs:
        return Route.EARLIER
    return Route.PARTNER


def _send_to_partner(line: OrderLine, mapping: MappingFacts, partner: PartnerFacts, variant: VariantFacts) -> None:
    cost = cost_from_retail(variant.price, partner.discount)
    line.routed_partner_id, line.mapping_id = mapping.partner_id, mapping.id
    line.partner_store_id, line.partner_variant_id = mapping.partner_store_id, mapping.partner_variant_id
    line.units_per, line.sent_before = mapping.units_per, line.fulfilled
    line.unit_cost_amount, line.cost_currency = cost.amount, cost.currency


def _problem(order: Order, line: OrderLine) -> Problem:
    kind, cause, step = (
        (
            EARLIER,
            f"{order.name} was placed before “{line.title}” was imported from a partner.",
            "Fulfil it from your own stock, or order the units from the partner by hand.",
        )
        if line.route == Route.EARLIER
        else (
            UNMAPPED,
            f"{order.name} sold “{line.title}” with the SKU {line.sku}, which leads to no connected partner's product.",
            "Import the product from the partner, or connect the partner again; the line is then ordered by itself.",
        )
    )
    return Problem(kind, "order_line", str(line.id), cause, step, units=line.target - line.fulfilled)
