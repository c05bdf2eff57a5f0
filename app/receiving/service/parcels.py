"""Know what a partner did with a master order: what was sent, corrected, taken back, closed."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from app.catalog.queries import VariantFacts, variants_of_store
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import open_exception, resolve_exceptions
from app.gateways.shopify.fulfillment import FulfillmentFacts
from app.gateways.shopify.partner_orders import PartnerOrderFacts
from app.master_orders.queries import MasterOrder, get_master_order, master_orders_by_order
from app.receiving import repository, rules
from app.receiving.events import ParcelCancelled, ParcelSent, ParcelTrackingCorrected
from app.receiving.models import InboundParcel, InboundParcelLine, PartnerOrder
from app.receiving.service import problems
from app.receiving.service.awaiting import end_awaiting
from app.receiving.service.shortages import settle_reductions, settle_shortages
from app.receiving.states import ParcelState
from app.units.queries import supply_whereabouts
from app.units.service import advance_supply, lock_open_units
from app.units.states import AWAITED, SUPPLY_SOURCES, SupplyState
from app.units.terms import Because

MOST_PARCELS = 1000  # of one master order


async def record_partner_order(uow: UnitOfWork, cycle_id: int, facts: PartnerOrderFacts) -> None:
    """Move our parcels to what the partner's order shows; twice changes nothing, older news is ignored (H1, H2)."""
    master = await get_master_order(uow.session, uow.store_id, cycle_id)
    known = await _lock_news(uow, master, facts)
    if known is None:
        return
    await resolve_exceptions(uow, "master", cycle_id, [problems.NOT_FOLLOWED])
    is_cancelled_now = facts.cancelled_at is not None and known.cancelled_at is None
    known.updated_there_at, known.cancelled_at = facts.updated_at, facts.cancelled_at
    known.is_done = facts.closed or (bool(facts.lines) and all(not line.unfulfilled_quantity for line in facts.lines))
    await uow.session.flush()

    await lock_open_units(uow, master.partner_id)
    for fulfillment in sorted(facts.fulfillments, key=lambda each: (each.created_at, each.id)):
        await _follow_fulfillment(uow, master, facts, fulfillment)
    if is_cancelled_now:
        await open_exception(uow, problems.master_cancelled(master, await _awaited(uow, master)))
    elif facts.cancelled_at is None:
        await settle_reductions(uow, master, await _owed(uow, master, facts))
    await settle_shortages(uow, cycle_id)


async def record_order_gone(uow: UnitOfWork, order_gid: str, surely_shown: timedelta) -> None:
    """Take what is still awaited of an order that the partner's store shows no more for cancelled, and ask once (G26).

    An order that was closed longer ago may stand unseen.
    """
    for master in (await master_orders_by_order(uow.session, uow.store_id, [order_gid])).values():
        if master.closed_at is None or uow.now - master.closed_at >= surely_shown:
            continue
        await repository.insert_partner_order(uow.session, _first_values(uow, master, master.closed_at))
        known = await repository.lock_partner_order(uow.session, uow.store_id, master.id)
        await lock_open_units(uow, master.partner_id)
        awaited = await _awaited(uow, master)
        if known is not None and known.cancelled_at is None and awaited:
            known.cancelled_at = uow.now
            await open_exception(uow, problems.master_cancelled(master, awaited, is_deleted=True))


async def list_unfollowed(uow: UnitOfWork, order_gid: str, why: str) -> None:
    """List a master order of which it could not be taken in what the partner did with it, with the reason."""
    for master in (await master_orders_by_order(uow.session, uow.store_id, [order_gid])).values():
        await open_exception(uow, problems.not_followed(master, why))


async def is_news(uow: UnitOfWork, cycle_id: int, facts: PartnerOrderFacts) -> bool:
    """Tell whether the partner did something with the order since we last read it; that it exists is no news."""
    known = await repository.lock_partner_order(uow.session, uow.store_id, cycle_id)
    if known is None:
        return bool(facts.fulfillments) or facts.cancelled_at is not None
    return facts.updated_at > known.updated_there_at


async def finish_poll(uow: UnitOfWork, partner_id: int, began_at: datetime) -> None:
    """Remember that everything the partner did up to the beginning of this look was seen."""
    await repository.save_poll(uow.session, uow.store_id, partner_id, began_at)


async def _lock_news(uow: UnitOfWork, master: MasterOrder, facts: PartnerOrderFacts) -> PartnerOrder | None:
    """Return what we knew of the order, or None when these are not news."""
    is_first = await repository.insert_partner_order(uow.session, _first_values(uow, master, facts.updated_at))
    known = await repository.lock_partner_order(uow.session, uow.store_id, master.id)
    assert known is not None
    return known if is_first or facts.updated_at >= known.updated_there_at else None


def _first_values(uow: UnitOfWork, master: MasterOrder, updated_at: datetime) -> dict[str, object]:
    return {
        "store_id": uow.store_id,
        "cycle_id": master.id,
        "partner_id": master.partner_id,
        "updated_there_at": updated_at,
        "is_done": False,
    }


async def _awaited(uow: UnitOfWork, master: MasterOrder) -> int:
    places = await supply_whereabouts(uow.session, uow.store_id, [line.id for line in master.lines])
    return sum(units for place in places.values() for state, units in place.items() if state in AWAITED)


async def _follow_fulfillment(
    uow: UnitOfWork, master: MasterOrder, order: PartnerOrderFacts, facts: FulfillmentFacts
) -> None:
    parcel = await repository.find_by_fulfillment(uow.session, uow.store_id, facts.id)
    if parcel is None:
        if facts.status == "SUCCESS":
            await _add_parcel(uow, master, order, facts)
    elif facts.status == "CANCELLED" and parcel.state == ParcelState.ON_THE_WAY:
        await _cancel_parcel(uow, parcel)
    elif facts.status == "CANCELLED" and parcel.state == ParcelState.RECEIVED and parcel.cancelled_there_at is None:
        # What was counted here is true, whatever the partner's store says (H15).
        parcel.cancelled_there_at = uow.now
        await _await_of(uow, parcel)
        if await _was_found(uow, parcel):
            await open_exception(uow, problems.cancelled_after_receipt(master, parcel))
    elif facts.status == "SUCCESS":
        parcel.delivered_at = facts.delivered_at
        await _correct_tracking(uow, parcel, facts)


async def _was_found(uow: UnitOfWork, parcel: InboundParcel) -> bool:
    line_ids = [line.master_line_id for line in parcel.lines]
    return any((await repository.received_by_line(uow.session, uow.store_id, line_ids, parcel.id)).values())


async def _add_parcel(uow: UnitOfWork, master: MasterOrder, order: PartnerOrderFacts, facts: FulfillmentFacts) -> None:
    shares, unknown = await _lines_in(uow, master, order, facts)
    parcel = InboundParcel(
        store_id=uow.store_id,
        partner_id=master.partner_id,
        cycle_id=master.id,
        shopify_fulfillment_id=facts.id,
        state=ParcelState.ON_THE_WAY,
        earlier_numbers=[],
        sent_at=facts.created_at,
        delivered_at=facts.delivered_at,
    )
    _bear_tracking(parcel, facts)
    uow.session.add(parcel)
    await uow.session.flush()
    uow.session.add_all(
        InboundParcelLine(
            store_id=uow.store_id,
            parcel_id=parcel.id,
            partner_id=master.partner_id,
            master_line_id=line_id,
            quantity=quantity,
        )
        for line_id, quantity in sorted(shares.items())
    )
    because = Because("parcel.sent", "parcel", str(parcel.id), facts.created_at)
    for line_id, quantity in sorted(shares.items()):
        await advance_supply(uow, line_id, quantity, SupplyState.INBOUND, because)
    await record_event(uow, ParcelSent(master.id, master.partner_id, parcel.id, sum(shares.values())))
    if unknown:
        await open_exception(uow, problems.not_ordered(master, unknown))


async def _lines_in(
    uow: UnitOfWork, master: MasterOrder, order: PartnerOrderFacts, facts: FulfillmentFacts
) -> tuple[dict[int, int], int]:
    """Return the units of each of our lines in a fulfilment, and how many units are of nothing we ordered.

    A fulfilment names variants, and the order's lines those that were deleted meanwhile.
    """
    variants = await variants_of_store(
        uow.session, master.partner_store_id, {line.partner_variant_id for line in master.lines}
    )
    gids = _gids_of_lines(variants.values(), order)
    sent: dict[str, int] = {}
    for sent_line in facts.lines:
        gid = sent_line.variant_id or gids.get(sent_line.order_line_id, "")
        sent[gid] = sent.get(gid, 0) + sent_line.quantity
    places = await supply_whereabouts(uow.session, uow.store_id, [line.id for line in master.lines])
    shares: dict[int, int] = {}
    for line_gid in {variant.gid for variant in variants.values()} & sent.keys():
        lines = [line.id for line in master.lines if variants[line.partner_variant_id].gid == line_gid]
        expected = [
            {line_id: places[line_id].get(state, 0) for line_id in lines}
            for state in SUPPLY_SOURCES[SupplyState.INBOUND]
        ]
        shares |= rules.spread(sent.pop(line_gid), *expected)
    return shares, sum(sent.values())


async def _owed(uow: UnitOfWork, master: MasterOrder, order: PartnerOrderFacts) -> dict[int, int]:
    """Return by partner variant what the order still has to be sent; of a variant it does not name nothing is said."""
    variants = await variants_of_store(
        uow.session, master.partner_store_id, {line.partner_variant_id for line in master.lines}
    )
    gids, sent, owed = _gids_of_lines(variants.values(), order), Counter[str](), Counter[str]()
    for fulfillment in order.fulfillments:
        for part in fulfillment.lines if fulfillment.status == "SUCCESS" else ():
            sent[part.order_line_id] += part.quantity
    for line in order.lines:
        # What was sent and paid back afterwards is still no less to send.
        owed[gids[line.id]] += max(line.unfulfilled_quantity, line.current_quantity - sent[line.id])
    return {variant_id: owed[variant.gid] for variant_id, variant in variants.items() if variant.gid in owed}


def _gids_of_lines(variants: Iterable[VariantFacts], order: PartnerOrderFacts) -> dict[str, str]:
    """Return the variant of each line of the order; of one that was deleted meanwhile the line still has the SKU."""
    by_sku = {variant.sku: variant.gid for variant in variants if variant.sku}
    return {line.id: line.variant_id or by_sku.get(line.sku, "") for line in order.lines}


async def _cancel_parcel(uow: UnitOfWork, parcel: InboundParcel) -> None:
    parcel.move(ParcelState.CANCELLED, uow.now)
    await end_awaiting(uow, parcel)
    await _await_of(uow, parcel)
    units = sum(line.quantity for line in parcel.lines)
    await record_event(uow, ParcelCancelled(parcel.cycle_id, parcel.partner_id, parcel.id, units))


async def _await_of(uow: UnitOfWork, parcel: InboundParcel) -> None:
    because = Because("parcel.cancelled", "parcel", str(parcel.id), uow.now)
    await await_announced(uow, parcel.cycle_id, [line.master_line_id for line in parcel.lines], because)


async def await_announced(uow: UnitOfWork, cycle_id: int, line_ids: Collection[int], because: Because) -> None:
    """Let of these lines be on the way what is in parcels and was not found; the rest is with the partner again."""
    parcels = await repository.list_parcels(uow.session, uow.store_id, None, [cycle_id], limit=MOST_PARCELS)
    receipts = await repository.list_receipts(uow.session, uow.store_id, [parcel.id for parcel in parcels])
    found = {(each.parcel_id, line.master_line_id): line.quantity for each in receipts for line in each.lines}
    missing = Counter[int]()
    for parcel in parcels:
        if parcel.state != ParcelState.CANCELLED and parcel.cancelled_there_at is None:
            for line in parcel.lines:
                missing[line.master_line_id] += max(line.quantity - found.get((parcel.id, line.master_line_id), 0), 0)
    places = await supply_whereabouts(uow.session, uow.store_id, list(line_ids))
    for line_id in sorted(line_ids):
        beyond = places[line_id].get(SupplyState.INBOUND, 0) - missing[line_id]
        if beyond > 0:
            await advance_supply(uow, line_id, beyond, SupplyState.SENT, because)


async def _correct_tracking(uow: UnitOfWork, parcel: InboundParcel, facts: FulfillmentFacts) -> None:
    before = parcel.tracking_number, parcel.earlier_numbers
    _bear_tracking(parcel, facts)
    if (parcel.tracking_number, parcel.earlier_numbers) != before:
        await record_event(uow, ParcelTrackingCorrected(parcel.cycle_id, parcel.partner_id, parcel.id))


def _bear_tracking(parcel: InboundParcel, facts: FulfillmentFacts) -> None:
    """Let the parcel bear the first tracking its fulfilment shows; no number it ever bore is forgotten (J2)."""
    if not facts.tracking:
        return
    first, before = facts.tracking[0], parcel.tracking_number
    numbers = dict.fromkeys([*parcel.earlier_numbers, *([before] if before else []), *facts.tracking_numbers])
    parcel.earlier_numbers = [number for number in numbers if number != first.number]
    parcel.carrier, parcel.tracking_number, parcel.tracking_url = first.company, first.number, first.url
