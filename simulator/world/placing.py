"""Orders coming into being: placed by a customer, or made from what a caller already knows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator.world import money
from simulator.world.errors import Impossible, Unknown
from simulator.world.inventory import sellable
from simulator.world.model import Attribute, By, PaymentTerms, Variant
from simulator.world.order_model import Agreement, Order, OrderLine, Sale, TargetChange
from simulator.world.people import invent_person
from simulator.world.routing import plan_routing
from simulator.world.stock_flow import choose_places, promise
from simulator.world.store import Store
from simulator.world.world import World

HUB_ORDERS_FROM = 50_000  # orders made by the app have numbers of their own, so that they shift nobody else's
GIFT_PROPERTY = "Gift message"


def next_number(world: World, store: Store, series: str, start: int) -> int:
    """The next number of a series of the store's own."""
    if not world.ids.in_control_call:
        series, start = f"{series} by app", HUB_ORDERS_FROM
    number = store.profile.numbers.get(series, start) + 1
    store.profile.numbers[series] = number
    world.touch(store, store.profile)
    return number


def new_order(world: World, store: Store, by: By, draft_id: int | None = None) -> Order:
    """An order with nothing on it yet."""
    number = next_number(world, store, "orders", 1000)
    order_id = world.new_id()
    return Order(
        id=order_id,
        number=number,
        name=f"#{number}",
        token=world.draws.token(store.domain, "order token", order_id),
        created_at=world.now,
        updated_at=world.now,
        processed_at=world.now,
        currency=store.currency,
        presentment_currency=store.currency,
        financial_status="PENDING",
        draft_id=draft_id,
        by=by,
    )


def line_for(world: World, store: Store, variant: Variant, quantity: int) -> OrderLine:
    """A line for that many units of the variant, at its price now."""
    product, item = store.products[variant.product_id], store.item_of(variant)
    return OrderLine(
        id=world.new_id(),
        variant_id=variant.id,
        product_id=product.id,
        title=product.title,
        variant_title=None if variant.title == "Default Title" else variant.title,
        sku=variant.sku,
        vendor=product.vendor,
        quantity=quantity,
        current_quantity=quantity,
        unfulfilled_quantity=quantity,
        price=variant.price,
        requires_shipping=item.requires_shipping,
        taxable=variant.taxable,
        grams=int(item.weight) if item.weight is not None and item.weight_unit == "GRAMS" else None,
    )


def open_order(world: World, store: Store, order: Order) -> None:
    """Let a complete order exist: it takes stock, is agreed, will be routed, and subscribers hear of it."""
    world.add(store, order)
    wanted = [(store.variants.get(line.variant_id or 0), line.unfulfilled_quantity) for line in order.lines]
    places = choose_places(world, store, wanted, "commit" if order.draft_id else "sale")
    for line, place in zip(order.lines, places, strict=True):
        line.location_id = place
        promise(world, store, order, line, line.unfulfilled_quantity)
        note_target(order, line, line.unfulfilled_quantity + line.fulfilled_quantity, "order", order.created_at)
    issue_terms(world, order)
    order.commit_location_id = next((place for place in places if place is not None), None)
    agree(world, order, "order", [(line, line.quantity) for line in order.lines])
    order.agreements[0].happened_at = order.created_at
    became_paid = money.settle(order, order.processed_at)
    plan_routing(world, store, order)
    world.emit(store, "orders/create", order)
    if became_paid:
        world.emit(store, "orders/paid", order)


def issue_terms(world: World, order: Order) -> None:
    """Let the time to pay begin, if the order has payment terms."""
    terms = order.payment_terms
    if terms is not None and terms.issued_at is None:
        terms.issued_at = world.now
        terms.due_at = world.now + timedelta(days=terms.due_in_days or 0)


def note_target(order: Order, line: OrderLine, delta: int, cause: str, at: datetime) -> None:
    """Remember that so many more (or fewer) units of the line are to reach the customer."""
    if delta:
        order.target_changes.append(TargetChange(at=at, line_id=line.id, delta=delta, cause=cause))


def agree(world: World, order: Order, kind: str, units: list[tuple[OrderLine, int]]) -> None:
    """Remember what buyer and store agreed just now."""
    reasons = {"order": "ORDER", "edit": "ORDER_EDIT", "refund": "REFUND"}
    sales = [
        Sale(id=world.new_id(), line_id=line.id, quantity=quantity, amount=line.price * quantity)
        for line, quantity in units
        if quantity
    ]
    order.agreements.append(
        Agreement(
            id=world.new_id(),
            kind=kind,  # type: ignore[arg-type]
            reason=reasons[kind],  # type: ignore[arg-type]
            happened_at=world.now,
            sales=sales,
        )
    )


def buyable(world: World, store: Store, variant_id: int, quantity: int, force: bool) -> Variant:
    """The variant, if a customer can buy so many of it now."""
    variant = store.variants.get(variant_id)
    if variant is None or variant.deleted_at is not None:
        raise Unknown(f"no variant {variant_id}")
    left = sellable(world, store, variant)
    if not force and left is not None and quantity > left:
        raise Impossible(f"sold out: {left} left of variant {variant_id}")
    return variant


def place_order(world: World, store: Store, fields: Mapping[str, Any]) -> Order:
    """Let a customer buy.

    Fields: `lines` [{variant_id | title, price, quantity, properties{}, selling_plan}], `payment` (paid, pending,
    authorized), `payment_terms`, `test`, `attributes` {}, `tags`, `discount` of the whole order, `anonymous`, `force`.
    """
    force = bool(fields.get("force"))
    totals: dict[int, int] = {}
    for one in fields["lines"]:
        if one.get("variant_id"):
            totals[one["variant_id"]] = totals.get(one["variant_id"], 0) + one["quantity"]
    for variant_id, quantity in totals.items():
        buyable(world, store, variant_id, quantity, force)
    order = new_order(world, store, "sale")
    order.lines = [_line(world, store, one) for one in fields["lines"]]
    order.test = bool(fields.get("test"))
    order.tags = list(fields.get("tags") or [])
    order.attributes = [Attribute(key=key, value=value) for key, value in (fields.get("attributes") or {}).items()]
    _spread_discount(order, fields.get("discount") or Decimal(0))
    if not fields.get("anonymous"):
        _give_person(world, store, order)
    if fields.get("payment_terms"):
        order.payment_terms = terms_from_template(world, store, "Net 30")
    payment = fields.get("payment") or "paid"
    if payment == "authorized":
        money.pay(world, order, order.total, kind="AUTHORIZATION")
    elif payment == "paid" and order.payment_terms is None and order.total > 0:
        money.pay(world, order, order.total)
    open_order(world, store, order)
    return order


def _line(world: World, store: Store, one: Mapping[str, Any]) -> OrderLine:
    if one.get("variant_id"):
        line = line_for(world, store, store.variants[one["variant_id"]], one["quantity"])
    else:
        line = OrderLine(
            id=world.new_id(),
            variant_id=None,
            product_id=None,
            title=one.get("title") or "Custom item",
            quantity=one["quantity"],
            current_quantity=one["quantity"],
            unfulfilled_quantity=one["quantity"],
            price=one.get("price") or Decimal(0),
            requires_shipping=bool(one.get("requires_shipping")),
            gift_card=bool(one.get("gift_card")),
        )
    line.selling_plan = one.get("selling_plan")
    line.properties = [Attribute(key=key, value=value) for key, value in (one.get("properties") or {}).items()]
    return line


def _spread_discount(order: Order, discount: Decimal) -> None:
    """Give each line its share of the discount, to the cent, the remainder to the first."""
    total = order.subtotal
    if not discount or not total:
        return
    for line in order.lines:
        line.discount = (discount * line.price * line.quantity / total).quantize(Decimal("0.01"))
    order.lines[0].discount += discount - sum((line.discount for line in order.lines), Decimal(0))


def _give_person(world: World, store: Store, order: Order) -> None:
    person = invent_person(world, store, order.id)
    order.customer_id, order.note = person.customer.id, person.note
    order.email, order.phone = person.customer.email, person.customer.phone
    order.shipping_address = order.billing_address = person.customer.address
    if person.gift_message and order.lines:
        order.lines[0].properties.append(Attribute(key=GIFT_PROPERTY, value=person.gift_message))


def terms_from_template(world: World, store: Store, name_or_id: str | int) -> PaymentTerms:
    """Payment terms by a template's name or number."""
    for template in store.payment_terms_templates.values():
        if name_or_id in (template.id, template.name):
            return PaymentTerms(
                id=world.new_id(),
                template_id=template.id,
                name=template.name,
                payment_terms_type=template.payment_terms_type,
                due_in_days=template.due_in_days,
            )
    raise Unknown(f"no payment terms template {name_or_id}")
