"""What cannot proceed, as its page shows it: each with the place where it is mended."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.catalog.queries import mappings_to
from app.core.pagination import Page, Place
from app.core.unit_of_work import UnitOfWork
from app.events.queries import TimelineEntry, count_since, latest
from app.exceptions.events import ExceptionMarkedDone
from app.exceptions.queries import ExceptionFacts, page_of_open
from app.fulfillment.queries import list_shipments
from app.fulfillment.service.contents import KINDS
from app.job_runs.queries import RunFacts, failed_runs
from app.master_orders.queries import get_lines, running_orders
from app.orders.queries import OrderRow, orders_holding, orders_of_lines
from app.orders.service.stranded import STRANDED
from app.partners.queries import PartnerFacts, partners_of
from app.stores.events import FactRecovered
from app.units.queries import queued_demand
from embedded_ui.views.names import orders_with_units
from embedded_ui.views.problem_words import HEADINGS, PLACES, cause_of


@dataclass(frozen=True, slots=True)
class ExceptionShown:
    """Something that cannot proceed."""

    facts: ExceptionFacts
    heading: str
    cause: str
    about: str  # the order and the partner, where there is one
    href: str
    link: str
    run: RunFacts | None  # of a job that can be tried again
    orders: tuple[tuple[OrderRow, int], ...] = ()  # of customers whose units wait, the oldest first, with the units


Address = tuple[str, str]
NOWHERE: Address = ("", "")
RECENT = timedelta(days=7)


async def list_exceptions(uow: UnitOfWork, place: Place) -> Page[ExceptionShown]:
    """Return a page of what stands open, oldest first, each with the page where it is mended."""
    page = await page_of_open(uow.session, place)
    found = page.rows
    order_names = await _order_names(uow, found)
    places = await _places(uow, found)
    nearer = await _nearer(uow, found)
    stranded = {each.partner_id: await _waiting_for(uow, each.partner_id) for each in found if each.kind == STRANDED}
    partners = await partners_of(uow.session, uow.store_id)
    names = {partner.id: partner.name for partner in partners}
    runs = await _failed_runs(uow, found, partners)

    def shown(each: ExceptionFacts) -> ExceptionShown:
        about = (each.subject_kind, each.subject_id)
        href, link = nearer.get(each.id) or PLACES.get(each.kind) or places.get(about, NOWHERE)
        named = (order_names.get(about, ""), names.get(each.partner_id or 0, ""))
        return ExceptionShown(
            facts=each,
            heading=HEADINGS.get(each.kind) or each.kind.replace("_", " ").capitalize(),
            cause=cause_of(each.kind, each.cause),
            about=" · ".join(filter(None, named)),
            href=href,
            link=link,
            run=runs.get(about),
            orders=tuple(stranded.get(each.partner_id or 0, ())) if each.kind == STRANDED else (),
        )

    return page.of(shown)


async def list_done(uow: UnitOfWork) -> list[TimelineEntry]:
    """Return what staff marked as done in the last week, newest first."""
    return await latest(uow.session, ExceptionMarkedDone, uow.now - RECENT)


async def count_recovered(uow: UnitOfWork) -> int:
    """Return how many facts of the last week were found by comparing, because Shopify's message had not come."""
    return await count_since(uow.session, FactRecovered, uow.store_id, uow.now - RECENT)


async def _failed_runs(
    uow: UnitOfWork, found: Sequence[ExceptionFacts], partners: Sequence[PartnerFacts]
) -> dict[tuple[str, str], RunFacts]:
    """Return the failed jobs that can be tried again: the store's own, and those for the stores of its partners."""
    jobs = [int(each.subject_id) for each in found if each.subject_kind == "job" and each.subject_id.isdigit()]
    if not jobs:
        return {}
    partner_stores = [each.partner_store_id for each in partners if each.is_live and each.partner_store_id]
    return {("job", str(run.id)): run for run in await failed_runs(uow, jobs, partner_stores)}


async def _waiting_for(uow: UnitOfWork, partner_id: int | None) -> list[tuple[OrderRow, int]]:
    """Return the customers' orders with units that wait for a partner."""
    lots = await queued_demand(uow.session, uow.store_id, partner_id) if partner_id else []
    return await orders_with_units(uow.session, uow.store_id, [(lot.line_id, lot.quantity) for lot in lots])


async def _order_names(uow: UnitOfWork, found: Sequence[ExceptionFacts]) -> dict[tuple[str, str], str]:
    """Return what the order is called that an order line's exception is about."""
    lines = {int(each.subject_id) for each in found if each.subject_kind == "order_line" and each.subject_id.isdigit()}
    orders = await orders_holding(uow.session, uow.store_id, lines)
    return {("order_line", str(line)): f"Order {order.name}" for line, order in orders.items()}


async def _nearer(uow: UnitOfWork, found: Sequence[ExceptionFacts]) -> dict[int, Address]:
    """Return the very page that mends an exception, where what it is about has another one, by exception."""
    session, store_id = uow.session, uow.store_id
    edited = [each for each in found if each.kind == "partner_changed_draft"]
    running = {each.partner_id: each.id for each in await running_orders(session, store_id)} if edited else {}
    nearer = {
        each.id: (f"/app/master-orders/{running[each.partner_id]}", "Open the master order")
        for each in edited
        if each.partner_id in running
    }
    boxed = [each for each in found if each.kind in KINDS.values()]
    order_of = await orders_of_lines(session, store_id, {int(each.subject_id) for each in boxed}) if boxed else {}
    boxes = await list_shipments(session, store_id, KINDS, set(order_of.values())) if boxed else []
    box_of = {(KINDS[box.state], line.order_line_id): box.id for box in boxes for line in box.lines}
    for each in boxed:
        box_id = box_of.get((each.kind, int(each.subject_id)))
        if box_id is not None:
            nearer[each.id] = (f"/app/shipments/{box_id}", "Open the shipment")
    return nearer


async def _places(uow: UnitOfWork, found: Sequence[ExceptionFacts]) -> dict[tuple[str, str], Address]:
    """Return address and words of the page each subject has; what is gone has none."""
    ids: dict[str, set[int]] = defaultdict(set)
    for each in found:
        if each.subject_id.isdigit():
            ids[each.subject_kind].add(int(each.subject_id))
    session, store_id = uow.session, uow.store_id
    orders = {order: order for order in ids["order"]}
    if ids["order_line"]:
        orders_by_line = await orders_of_lines(session, store_id, ids["order_line"])
    else:
        orders_by_line = {}
    lines = await get_lines(session, store_id, ids["master_line"]) if ids["master_line"] else {}
    mappings = await mappings_to(session, store_id, ids["partner_variant"]) if ids["partner_variant"] else {}
    targets: tuple[tuple[str, str, str, Mapping[int, int]], ...] = (
        ("order", "/app/orders/", "Open the order", orders),
        ("order_line", "/app/orders/", "Open the order", orders_by_line),
        ("master", "/app/master-orders/", "Open the master order", {each: each for each in ids["master"]}),
        (
            "master_line",
            "/app/master-orders/",
            "Open the master order",
            {line_id: line.cycle_id for line_id, line in lines.items()},
        ),
        ("parcel", "/app/receiving/", "Open the parcel", {each: each for each in ids["parcel"]}),
        ("shipment", "/app/shipments/", "Open the shipment", {each: each for each in ids["shipment"]}),
        ("partner", "/app/partners/", "Open the partner", {each: each for each in ids["partner"]}),
        (
            "partner_variant",
            "/app/stock/",
            "See its stock",
            {variant_id: mapping.id for variant_id, mapping in mappings.items()},
        ),
    )
    unread = [each for each in found if each.subject_kind == "job" and each.subject_id.startswith("order-")]
    found_in_shopify = {
        ("job", each.subject_id): (
            f"shopify://admin/orders/{each.subject_id.removeprefix('order-')}",
            "Open in Shopify",
        )
        for each in unread
    }
    return found_in_shopify | {
        (kind, str(subject)): (f"{path}{target}", words)
        for kind, path, words, found_ids in targets
        for subject, target in found_ids.items()
    }
