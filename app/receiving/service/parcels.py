"""Know what a partner did with a master order: what was sent, corrected, taken back, closed."""

from app.catalog.queries import variants_of_store
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception
from app.gateways.shopify.fulfillment import FulfillmentFacts
from app.gateways.shopify.partner_orders import PartnerOrderFacts
from app.master_orders.queries import MasterOrder, get_master_order
from app.receiving import repository, rules
from app.receiving.events import ParcelCancelled, ParcelSent, ParcelTrackingCorrected
from app.receiving.models import InboundParcel, InboundParcelLine, PartnerOrder
from app.receiving.service.shortages import settle_shortages
from app.receiving.states import ParcelState
from app.units.service import advance_supply
from app.units.states import SupplyState
from app.units.terms import Because

CANCELLED = "master_order_cancelled"


async def record_partner_order(uow: UnitOfWork, cycle_id: int, facts: PartnerOrderFacts) -> None:
    """Move our parcels to what the partner's order shows; twice changes nothing, older news is ignored (H1, H2)."""
    known = await repository.lock_partner_order(uow.session, uow.store_id, cycle_id)
    if known is not None and facts.updated_at < known.updated_there_at:
        return
    master = await get_master_order(uow.session, uow.store_id, cycle_id)
    if known is None:
        known = PartnerOrder(store_id=uow.store_id, cycle_id=cycle_id, partner_id=master.partner_id)
        uow.session.add(known)
    known.updated_there_at, known.cancelled_at = facts.updated_at, facts.cancelled_at
    known.is_done = facts.closed or (bool(facts.lines) and all(not line.unfulfilled_quantity for line in facts.lines))
    await uow.session.flush()

    for fulfillment in sorted(facts.fulfillments, key=lambda each: (each.created_at, each.id)):
        await _follow_fulfillment(uow, master, fulfillment)
    if facts.cancelled_at is not None:
        await open_exception(uow, _cancelled(master))
    await settle_shortages(uow, cycle_id)


async def _follow_fulfillment(uow: UnitOfWork, master: MasterOrder, facts: FulfillmentFacts) -> None:
    parcel = await repository.find_by_fulfillment(uow.session, uow.store_id, facts.id)
    if parcel is None:
        if facts.status == "SUCCESS":
            await _add_parcel(uow, master, facts)
        return
    if facts.status == "CANCELLED" and parcel.state == ParcelState.ON_THE_WAY:
        await _cancel_parcel(uow, parcel)
    elif facts.status == "SUCCESS":
        await _correct_tracking(uow, parcel, facts)


async def _add_parcel(uow: UnitOfWork, master: MasterOrder, facts: FulfillmentFacts) -> None:
    tracking = facts.tracking[0] if facts.tracking else None
    parcel = InboundParcel(
        store_id=uow.store_id,
        partner_id=master.partner_id,
        cycle_id=master.id,
        shopify_fulfillment_id=facts.id,
        state=ParcelState.ON_THE_WAY,
        carrier=tracking.company if tracking else None,
        tracking_number=tracking.number if tracking else None,
        tracking_url=tracking.url if tracking else None,
        earlier_numbers=[number for number in facts.tracking_numbers[1:]],
        sent_at=facts.created_at,
    )
    shares = await _lines_in(uow, master, facts)
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
        for line_id, quantity in shares.items()
    )
    because = Because("parcel.sent", "parcel", str(parcel.id), facts.created_at)
    for line_id, quantity in sorted(shares.items()):
        await advance_supply(uow, line_id, quantity, SupplyState.INBOUND, because)
    await record_event(uow, ParcelSent(master.id, master.partner_id, parcel.id, sum(shares.values())))


async def _lines_in(uow: UnitOfWork, master: MasterOrder, facts: FulfillmentFacts) -> dict[int, int]:
    """Return the units of each of our lines in a fulfilment, which names variants."""
    variants = await variants_of_store(
        uow.session, master.partner_store_id, {line.partner_variant_id for line in master.lines}
    )
    announced = await repository.announced_by_line(uow.session, uow.store_id, master.id)
    sent: dict[str, int] = {}
    for line in facts.lines:
        if line.variant_id:
            sent[line.variant_id] = sent.get(line.variant_id, 0) + line.quantity
    shares: dict[int, int] = {}
    for gid, quantity in sent.items():
        expected = {
            line.id: max(line.quantity - announced.get(line.id, 0), 0)
            for line in master.lines
            if variants[line.partner_variant_id].gid == gid
        }
        shares |= rules.spread(quantity, expected)
    return shares


async def _cancel_parcel(uow: UnitOfWork, parcel: InboundParcel) -> None:
    because = Because("parcel.cancelled", "parcel", str(parcel.id), uow.now)
    for line in parcel.lines:
        await advance_supply(uow, line.master_line_id, line.quantity, SupplyState.SENT, because)
    parcel.move(ParcelState.CANCELLED, uow.now)
    units = sum(line.quantity for line in parcel.lines)
    await record_event(uow, ParcelCancelled(parcel.cycle_id, parcel.partner_id, parcel.id, units))


async def _correct_tracking(uow: UnitOfWork, parcel: InboundParcel, facts: FulfillmentFacts) -> None:
    tracking = facts.tracking[0] if facts.tracking else None
    if tracking is None or tracking.number == parcel.tracking_number:
        return
    if parcel.tracking_number:
        parcel.earlier_numbers = [*parcel.earlier_numbers, parcel.tracking_number]
    parcel.carrier, parcel.tracking_number, parcel.tracking_url = tracking.company, tracking.number, tracking.url
    await record_event(uow, ParcelTrackingCorrected(parcel.cycle_id, parcel.partner_id, parcel.id))


def _cancelled(master: MasterOrder) -> Problem:
    return Problem(
        kind=CANCELLED,
        subject_kind="master",
        subject_id=str(master.id),
        cause=f"The partner cancelled {master.order_name or 'the master order'} in their store.",
        next_step="Talk to the partner. Until you decide, its units wait and no customer is told.",
        partner_id=master.partner_id,
    )
