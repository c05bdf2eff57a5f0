"""One row of the books each: plain JSON values, with Shopify's global ids where Shopify has one (contract §4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.books.names import Names
from app.catalog.queries import MappingFacts
from app.exceptions.queries import ExceptionFacts
from app.fulfillment.queries import ShipmentRow
from app.inventory.queries import OfferFacts
from app.master_orders.queries import ChangeRow, MasterOrder
from app.orders.queries import OrderRow
from app.partners.queries import CalendarFacts, PartnerFacts
from app.receiving.queries import ReceiptRow
from app.stores.queries import SettingsFacts, StoreFacts
from app.units.facts import LotFacts, MoveFacts
from app.units.states import OwnerKind

Row = dict[str, Any]


def instant(at: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    return None if at is None else at.isoformat()


def store(facts: StoreFacts, settings: SettingsFacts | None) -> Row:
    """A store; only a retailer has a centre."""
    return {
        "id": facts.shopify_shop_id,
        "shop": facts.shop_domain,
        "role": facts.role,
        "centre_location": settings.centre_location_id if settings else None,
        "stock_location": settings.stock_location_id if settings else None,
        "went_live_at": instant(settings.went_live_at) if settings else None,
    }


def partner(names: Names, facts: PartnerFacts, calendars: Sequence[CalendarFacts]) -> Row:
    """A partnership."""
    return {
        "id": str(facts.id),
        "retailer": names.retailer.shopify_shop_id,
        "partner": names.store(facts.partner_store_id),
        "shop": facts.shop_domain,
        "state": facts.state,
        "discount": str(facts.discount),
        "buffer": facts.buffer,
        "locations": list(facts.location_ids),
        "connected_at": instant(facts.connected_at),
        "calendar": {
            "weekday": facts.calendar.weekday,
            "time": facts.calendar.time.isoformat(),
            "time_zone": facts.calendar.time_zone,
            "grace_minutes": facts.calendar.grace_minutes,
        },
        "calendar_changes": [
            {
                "valid_from": instant(each.valid_from),
                "weekday": each.calendar.weekday,
                "time": each.calendar.time.isoformat(),
                "time_zone": each.calendar.time_zone,
                "grace_minutes": each.calendar.grace_minutes,
            }
            for each in calendars
        ],
    }


def mapping(names: Names, facts: MappingFacts) -> Row:
    """Which partner variant a retailer's variant leads to."""
    return {
        "retailer": names.retailer.shopify_shop_id,
        "retailer_variant": facts.variant_gid,
        "partner": names.store(facts.partner_store_id),
        "partner_variant": names.variant(facts.partner_variant_id),
        "units_per": facts.units_per,
        "active_from": instant(facts.active_from),
        "active_to": instant(facts.active_to),
    }


def lot(names: Names, facts: LotFacts) -> Row:
    """Units of one owner, and where they are."""
    is_demand = facts.owner_kind == OwnerKind.ORDER_LINE
    return {
        "id": str(facts.id),
        "side": facts.side,
        "retailer": names.retailer.shopify_shop_id,
        "partner": names.store(facts.partner_store_id),
        "owner": names.line(facts.owner_id) if is_demand else str(facts.owner_id),
        "variant": names.variant(facts.partner_variant_id),
        "eligible_at": instant(facts.eligible_at),
        "captured_at": instant(facts.captured_at),
        "late": facts.late,
        "supply": None if facts.supply_line_id is None else str(facts.supply_line_id),
        "unit_cost": {"amount": str(facts.unit_cost.amount), "currency": facts.unit_cost.currency},
        "balances": facts.balances,
    }


def move(facts: MoveFacts) -> Row:
    """One step of units from a state to another."""
    return {
        "id": str(facts.id),
        "posting": str(facts.posting_id),
        "from": {"lot": None if facts.from_lot_id is None else str(facts.from_lot_id), "state": facts.from_state},
        "to": {"lot": str(facts.to_lot_id), "state": facts.to_state},
        "quantity": facts.quantity,
        "cause": facts.cause,
        "reference": {"kind": facts.reference_kind, "id": facts.reference_id},
        "true_from": instant(facts.true_from),
        "recorded_at": instant(facts.recorded_at),
    }


def master_order(names: Names, facts: MasterOrder, changes: Sequence[ChangeRow]) -> Row:
    """A cycle with its manifest and the change ledger."""
    return {
        "id": str(facts.id),
        "retailer": names.retailer.shopify_shop_id,
        "partner": names.store(facts.partner_store_id),
        "partnership": str(facts.partner_id),
        "cutoff_on": facts.cutoff_on.isoformat(),
        "cutoff_at": instant(facts.cutoff_at),
        "number": facts.number,
        "state": facts.state,
        "frozen_at": instant(facts.frozen_at),
        "frozen_with_flag": facts.frozen_with_flag,
        "closed_at": instant(facts.closed_at),
        "marker": facts.marker,
        "shopify_draft_id": facts.draft_id,
        "shopify_order_id": facts.order_id,
        "lines": [
            {
                "id": str(line.id),
                "variant": names.variant(line.partner_variant_id),
                "quantity": line.quantity,
                "unit_cost": {"amount": str(line.unit_cost.amount), "currency": line.unit_cost.currency},
                "note": line.note,
            }
            for line in facts.lines
        ],
        "changes": [
            {
                "line": None if change.line_id is None else str(change.line_id),
                "kind": change.kind,
                "quantity": change.quantity,
                "why": change.why,
                "at": instant(change.at),
            }
            for change in changes
        ],
    }


def receipt(names: Names, facts: ReceiptRow) -> Row:
    """What was found in a parcel."""
    return {
        "id": str(facts.id),
        "retailer": names.retailer.shopify_shop_id,
        "partner": names.partner_store(facts.partner_id),
        "master_order": str(facts.cycle_id),
        "parcel": str(facts.parcel_id),
        "received_at": instant(facts.received_at),
        "lines": [
            {
                "line": str(each.master_line_id),
                "announced": each.announced,
                "quantity": each.quantity,
                "over": each.over,
            }
            for each in facts.lines
        ],
    }


def shipment(names: Names, order: OrderRow, facts: ShipmentRow) -> Row:
    """A box to a customer."""
    return {
        "id": str(facts.id),
        "retailer": names.retailer.shopify_shop_id,
        "order": order.shopify_order_id,
        "state": facts.state,
        "fulfillment_id": facts.fulfillment_ids[0] if facts.fulfillment_ids else None,
        "fulfillment_ids": list(facts.fulfillment_ids),
        "lines": [{"line": names.line(each.order_line_id), "quantity": each.quantity} for each in facts.lines],
        "tracking": {"company": facts.carrier, "number": facts.tracking_number, "url": facts.tracking_url},
        "shipped_at": instant(facts.shipped_at),
    }


def stock(names: Names, facts: OfferFacts) -> Row:
    """What is offered of a retailer's variant, with each term of the sum."""
    mapped = names.mappings[facts.mapping_id]
    return {
        "retailer": names.retailer.shopify_shop_id,
        "variant": mapped.variant_gid,
        "partner_variant": names.variant(mapped.partner_variant_id),
        "partner_available": facts.sum.partner_available,
        "snapshot_at": instant(facts.snapshot_at),
        "unseen": facts.sum.unseen + facts.sum.provisional,
        "unseen_others": facts.sum.unseen_others,
        "buffer": facts.sum.buffer,
        "withheld": facts.sum.withheld,
        "surplus": facts.sum.surplus,
        "wanted": facts.wanted,
        "written": facts.written,
        "written_at": instant(facts.written_at),
    }


def exception(names: Names, facts: ExceptionFacts) -> Row:
    """What cannot proceed at a retailer; its subject is named as outside, where it has a name there."""
    kind = "job" if facts.subject_kind == "store" else facts.subject_kind
    return _exception({"kind": kind, "id": _subject(names, facts)}, names.retailer.shopify_shop_id, facts)


def stores_exception(shop_id: str | None, facts: ExceptionFacts) -> Row:
    """What cannot proceed at a partner's store, or at a shop nobody knows (None)."""
    kind = "partner" if facts.subject_kind == "store" else facts.subject_kind
    named = shop_id if facts.subject_kind == "store" else facts.subject_id
    return _exception({"kind": kind, "id": named}, None, facts)


def _exception(subject: Row, retailer: str | None, facts: ExceptionFacts) -> Row:
    return {
        "subject": subject,
        "retailer": retailer,
        "kind": facts.kind,
        "cause": facts.cause,
        "next_step": facts.next_step,
        "units": facts.units,
        "since": instant(facts.opened_at),
        "resolved_at": instant(facts.resolved_at),
    }


def _subject(names: Names, facts: ExceptionFacts) -> str:
    if not facts.subject_id.isdecimal():
        return facts.subject_id
    number = int(facts.subject_id)
    if facts.subject_kind == "order_line":
        return names.line(number) or facts.subject_id
    if facts.subject_kind == "partner_variant":
        return names.variant(number) or facts.subject_id
    return facts.subject_id
