"""Draft orders: written, ready a moment later, completed into an order, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulator.world import money
from simulator.world.changes import changed
from simulator.world.errors import Impossible, Unknown
from simulator.world.inventory import change_available
from simulator.world.metafields import set_metafield
from simulator.world.model import By
from simulator.world.order_model import DraftLine, DraftOrder, Order, OrderLine
from simulator.world.placing import line_for, new_order, next_number, open_order
from simulator.world.store import Store
from simulator.world.world import World

Fields = Mapping[str, Any]
DRAFT_FIELDS = (
    "tags",
    "note",
    "attributes",
    "email",
    "phone",
    "customer_id",
    "shipping_address",
    "billing_address",
    "shipping_line",
    "payment_terms",
    "po_number",
    "source_name",
    "tax_exempt",
    "reserve_inventory_until",
    "accept_automatic_discounts",
    "allow_discount_codes",
    "visible_to_customer",
)


def create_draft(world: World, store: Store, fields: Fields, by: By = "app") -> DraftOrder:
    """Make a draft order.

    Fields: those of DRAFT_FIELDS and `lines` [{variant_id | title, original_price, sku; quantity, price_override,
    discount, properties, uuid, requires_shipping}].
    """
    draft = DraftOrder(
        id=world.new_id(),
        name=f"#D{next_number(world, store, 'drafts', 0)}",
        created_at=world.now,
        updated_at=world.now,
        currency=store.currency,
        by=by,
    )
    _write(world, store, draft, fields)
    world.add(store, draft)
    world.emit(store, "draft_orders/create", draft)
    return draft


def update_draft(world: World, store: Store, draft: DraftOrder, fields: Fields) -> None:
    """Give the draft the fields; a list of lines replaces all lines."""
    _open(draft)
    _write(world, store, draft, fields)
    changed(world, store, draft)


def _open(draft: DraftOrder) -> None:
    if draft.deleted_at is not None:
        raise Unknown("the draft order is deleted")
    if draft.status == "COMPLETED":
        raise Impossible("the draft order is completed")


def _write(world: World, store: Store, draft: DraftOrder, fields: Fields) -> None:
    lines = [_draft_line(world, store, one) for one in fields["lines"]] if "lines" in fields else None
    release_reservation(world, store, draft)
    for name in DRAFT_FIELDS:
        if name in fields:
            setattr(draft, name, fields[name])
    if lines is not None:
        draft.lines = lines
    draft.tags = list(dict.fromkeys(draft.tags))
    _reserve(world, store, draft)
    occurrence = world.draws.occurrence(store.domain, f"draft_ready:{draft.name}")
    delay = 0.0
    if world.switches.draft_ready_late:
        delay = world.draws.between(store.domain, f"draft_ready:{draft.name}", occurrence, 0.2, 3)
    draft.ready = False
    draft.ready_at = world.later(store, delay, "ready_draft", draft_id=draft.id).at


def ready_draft(world: World, store: Store, draft_id: int) -> None:
    """End the computing of a draft, unless it was written again meanwhile."""
    draft = store.draft_orders[draft_id]
    if draft.ready_at is not None and draft.ready_at <= world.now:
        draft.ready = True
        world.touch(store, draft)


def _draft_line(world: World, store: Store, one: Fields) -> DraftLine:
    line_id = world.new_id()
    line = DraftLine(
        id=line_id,
        uuid=one.get("uuid") or world.draws.uuid(store.domain, "draft line", line_id),
        title=one.get("title") or "",
        sku=one.get("sku"),
        quantity=one["quantity"],
        original_price=one.get("original_price") or Decimal(0),
        price_override=one.get("price_override"),
        discount=one.get("discount") or Decimal(0),
        properties=list(one.get("properties") or []),
        requires_shipping=one.get("requires_shipping", True),
    )
    if one.get("variant_id"):
        variant = store.variants.get(one["variant_id"])
        if variant is None or variant.deleted_at is not None:
            raise Unknown(f"Product with ID {one['variant_id']} is no longer available.")
        product = store.products[variant.product_id]
        line.variant_id, line.product_id = variant.id, product.id
        line.title, line.sku, line.vendor = product.title, variant.sku, product.vendor
        line.variant_title = None if variant.title == "Default Title" else variant.title
        line.original_price = variant.price
        line.requires_shipping = store.item_of(variant).requires_shipping
    return line


def _reserve(world: World, store: Store, draft: DraftOrder) -> None:
    if draft.reserve_inventory_until is None:
        return
    for line in draft.lines:
        variant = store.variants.get(line.variant_id or 0)
        levels = store.levels_of(variant.inventory_item_id) if variant else []
        if levels:
            level = max(levels, key=lambda one: one.available)
            level.reserved += line.quantity
            place = f"{level.item_id}:{level.location_id}"
            draft.reserved[place] = draft.reserved.get(place, 0) + line.quantity
            change_available(world, store, level, -line.quantity, draft.by, draft.gid)
    seconds = max(0.0, (draft.reserve_inventory_until - world.now).total_seconds())
    world.later(store, seconds, "end_reservation", draft_id=draft.id)


def end_reservation(world: World, store: Store, draft_id: int) -> None:
    """Give the reserved units free when their time is over, unless a later time was set."""
    draft = store.draft_orders[draft_id]
    if draft.reserve_inventory_until is not None and draft.reserve_inventory_until <= world.now:
        release_reservation(world, store, draft)
        world.touch(store, draft)


def release_reservation(world: World, store: Store, draft: DraftOrder) -> None:
    """Make what the draft had reserved available again."""
    for place, quantity in draft.reserved.items():
        item_id, location_id = map(int, place.split(":"))
        level = store.levels[item_id, location_id]
        level.reserved -= quantity
        change_available(world, store, level, quantity, draft.by, draft.gid)
    draft.reserved = {}


@dataclass(frozen=True, kw_only=True)
class DraftEdit:
    """What the store's staff changes: quantities by line number (0 removes), new variants, other fields."""

    quantities: Mapping[int, int] = field(default_factory=dict)
    added: Sequence[tuple[int, int]] = ()  # variant, quantity
    fields: Fields = field(default_factory=dict)


def edit_draft(world: World, store: Store, draft: DraftOrder, edit: DraftEdit) -> None:
    """Let the store's own staff change the draft."""
    _open(draft)
    unknown = set(edit.quantities) - {line.id for line in draft.lines}
    if unknown:
        raise Unknown(f"no line {min(unknown)} on {draft.name}")
    added = [_draft_line(world, store, {"variant_id": number, "quantity": count}) for number, count in edit.added]
    for line in draft.lines:
        line.quantity = edit.quantities.get(line.id, line.quantity)
    draft.lines = [line for line in draft.lines if line.quantity] + added
    _write(world, store, draft, edit.fields)
    changed(world, store, draft)


def complete_draft(world: World, store: Store, draft: DraftOrder, by: By = "app") -> Order:
    """Make an order of the draft: pending with payment terms, else paid."""
    _open(draft)
    if not draft.ready:
        raise Impossible("the draft order is not ready")
    if not draft.lines:
        raise Impossible("the draft order has no lines")
    release_reservation(world, store, draft)
    order = new_order(world, store, by, draft_id=draft.id)
    order.lines = [_order_line(world, store, line) for line in draft.lines]
    order.tags, order.note, order.attributes = list(draft.tags), draft.note, list(draft.attributes)
    order.email, order.phone, order.customer_id = draft.email, draft.phone, draft.customer_id
    order.shipping_address, order.billing_address = draft.shipping_address, draft.billing_address
    order.shipping_lines = [draft.shipping_line] if draft.shipping_line else []
    order.po_number, order.payment_terms = draft.po_number, draft.payment_terms
    order.source_name = draft.source_name or "shopify_draft_order"
    if order.payment_terms is None and order.total > 0:
        money.pay(world, order, order.total)
    open_order(world, store, order)
    draft.status, draft.completed_at, draft.order_id = "COMPLETED", world.now, order.id
    if world.switches.draft_metafields_copied:
        for one in store.metafields_of(draft.gid):
            set_metafield(world, store, (order.gid, "ORDER"), (one.namespace, one.key), (one.type, one.value), by)
    changed(world, store, draft)
    return order


def _order_line(world: World, store: Store, line: DraftLine) -> OrderLine:
    variant = store.variants.get(line.variant_id or 0)
    if variant is not None and variant.deleted_at is None:
        made = line_for(world, store, variant, line.quantity)
    else:
        made = OrderLine(
            id=world.new_id(),
            variant_id=None,
            product_id=None,
            title=line.title,
            sku=line.sku,
            quantity=line.quantity,
            current_quantity=line.quantity,
            unfulfilled_quantity=line.quantity,
            price=line.price,
            requires_shipping=line.requires_shipping,
        )
    made.price, made.discount, made.properties = line.price, line.discount, list(line.properties)
    return made


def delete_draft(world: World, store: Store, draft: DraftOrder) -> None:
    """Delete a draft that did not become an order."""
    _open(draft)
    release_reservation(world, store, draft)
    draft.deleted_at = world.now
    world.touch(store, draft)
    world.emit(store, "draft_orders/delete", draft)
