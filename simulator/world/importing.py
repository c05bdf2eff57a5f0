"""Orders as real stores send them: odd types, null fields, missing addresses, unknown variants."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from simulator.world import money
from simulator.world.errors import Unreadable
from simulator.world.model import Address, Attribute, Variant
from simulator.world.order_model import Order, OrderLine, ShippingLine
from simulator.world.orders import STATUSES
from simulator.world.placing import new_order, open_order
from simulator.world.store import Store
from simulator.world.world import World

LARGEST_ID = 2**63 - 1
MOST_UNITS = 1_000_000
Json = Mapping[str, Any]


def import_order(world: World, store: Store, payload: Any) -> Order:
    """Make the payload an order that the Admin API shows, and send it as a webhook in the shape it came in."""
    if isinstance(payload, dict) and isinstance(payload.get("order"), dict):
        payload = payload["order"]
    if not isinstance(payload, dict):
        raise Unreadable("an order is a JSON object")
    _check_depth(payload)
    items = payload.get("line_items")
    if not isinstance(items, list):
        raise Unreadable("line_items is not a list")
    order = new_order(world, store, "sale")
    taken = {line.id for other in world.stores.values() for one in other.orders.values() for line in one.lines}
    order.lines = [_line(world, store, item, index, taken) for index, item in enumerate(items, 1)]
    _identify(world, order, payload)
    _describe(order, payload)
    order.payload = json.dumps(_echo(order, payload))
    _book_payments(world, order, payload)
    open_order(world, store, order)
    return order


def _check_depth(payload: Json) -> None:
    try:
        json.dumps(payload, allow_nan=False)
    except (RecursionError, ValueError) as failure:
        raise Unreadable(f"not JSON that can be sent on: {failure}") from None


def _identify(world: World, order: Order, payload: Json) -> None:
    """Keep the payload's number if nobody has it."""
    wanted = _integer(payload.get("id"))
    known = (one for store in world.stores.values() for one in store.orders)
    if wanted and 0 < wanted <= LARGEST_ID and wanted not in known:
        order.id = wanted
    order.name = _text(payload.get("name")) or order.name
    order.number = _integer(payload.get("order_number")) or order.number


def _describe(order: Order, payload: Json) -> None:
    created_at = _instant(payload.get("created_at"))
    order.created_at = created_at or order.created_at
    order.processed_at = _instant(payload.get("processed_at")) or order.created_at
    order.cancelled_at = _instant(payload.get("cancelled_at"))
    order.cancel_reason = (_text(payload.get("cancel_reason")) or "other").upper() if order.cancelled_at else None
    order.closed_at = _instant(payload.get("closed_at"))
    order.test = payload.get("test") is True
    order.confirmed = payload.get("confirmed") is not False
    order.currency = _currency(payload.get("currency")) or order.currency
    order.presentment_currency = _currency(payload.get("presentment_currency")) or order.currency
    order.tags = _tags(payload.get("tags"))
    order.note = _text(payload.get("note"))
    order.attributes = _attributes(payload.get("note_attributes"))
    order.email = _text(payload.get("email"))
    order.phone = _text(payload.get("phone"))
    order.source_name = _text(payload.get("source_name")) or "web"
    order.source_identifier = _text(payload.get("source_identifier"))
    order.po_number = _text(payload.get("po_number"))
    order.shipping_address = _address(payload.get("shipping_address"))
    order.billing_address = _address(payload.get("billing_address"))
    shipping = payload.get("shipping_lines")
    for one in shipping if isinstance(shipping, list) else ():
        if isinstance(one, dict):
            title, price = _text(one.get("title")) or "Shipping", _decimal(one.get("price"))
            order.shipping_lines.append(ShippingLine(id=order.id, title=title, price=price))
    if order.cancelled_at is not None:
        for line in order.lines:
            line.unfulfilled_quantity = 0


def _line(world: World, store: Store, item: Any, index: int, taken: set[int]) -> OrderLine:
    if not isinstance(item, dict):
        raise Unreadable(f"line {index} is not an object")
    quantity = _integer(item.get("quantity"))
    if quantity is None or not 0 <= quantity <= MOST_UNITS:
        raise Unreadable(f"line {index} has no quantity that can be read")
    line_id = _integer(item.get("id"))
    if not line_id or not 0 < line_id <= LARGEST_ID or line_id in taken:
        line_id = world.new_id()
    taken.add(line_id)
    variant = _variant(store, item.get("variant_id"))
    current = _within(item.get("current_quantity"), quantity)
    fulfilled = current if item.get("fulfillment_status") == "fulfilled" else 0
    fulfillable = _within(item.get("fulfillable_quantity"), current - fulfilled)
    return OrderLine(
        id=line_id,
        variant_id=variant.id if variant else None,
        product_id=variant.product_id if variant else None,
        title=_text(item.get("title")) or _text(item.get("name")) or "Untitled",
        variant_title=_text(item.get("variant_title")),
        sku=_text(item.get("sku")),
        vendor=_text(item.get("vendor")),
        quantity=quantity,
        current_quantity=current,
        unfulfilled_quantity=fulfillable,
        price=_decimal(item.get("price")),
        properties=_attributes(item.get("properties")),
        requires_shipping=item.get("requires_shipping") is not False,
        taxable=item.get("taxable") is not False,
        gift_card=item.get("gift_card") is True,
        grams=_integer(item.get("grams")),
    )


def _within(value: Any, limit: int) -> int:
    number = _integer(value)
    return limit if number is None else max(0, min(number, limit))


def _variant(store: Store, value: Any) -> Variant | None:
    variant = store.variants.get(_integer(value) or 0)
    return variant if variant is not None and variant.deleted_at is None else None


def _book_payments(world: World, order: Order, payload: Json) -> None:
    """Book what makes the order's financial status what the payload says."""
    status = (_text(payload.get("financial_status")) or "paid").upper()
    status = status if status in STATUSES else "PENDING"
    if status in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED", "PARTIALLY_PAID") and order.total > 0:
        share = Decimal(2) if status == "PARTIALLY_PAID" else Decimal(1)
        payment = money.pay(world, order, order.total / share)
        payment.created_at = payment.processed_at = order.processed_at
    elif status == "AUTHORIZED":
        money.pay(world, order, order.total, kind="AUTHORIZATION")
    order.stated_status = status


def _echo(order: Order, payload: Json) -> dict[str, Any]:
    """The payload as it came, but with the numbers the order and its lines have here."""
    items = [item | {"id": line.id, "admin_graphql_api_id": line.gid} for item, line in _pairs(order, payload)]
    return {**payload, "id": order.id, "admin_graphql_api_id": order.gid, "line_items": items}


def _pairs(order: Order, payload: Json) -> list[tuple[dict[str, Any], OrderLine]]:
    return list(zip(payload["line_items"], order.lines, strict=True))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list) or value == "":
        return None
    return str(value).encode(errors="replace").decode()  # half a surrogate pair cannot be kept


def _integer(value: Any) -> int | None:
    """A whole number, also as text, as a global id or with a fraction of nothing."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        value = value.strip().rpartition("/")[2]
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    is_whole = number.is_finite() and abs(number) <= LARGEST_ID and number == number.to_integral_value()
    return int(number) if is_whole else None


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() and abs(number) < 10**12 else Decimal(0)


def _instant(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _currency(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) == 3 and value.isalpha() and value.isupper() else None


def _tags(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return list(dict.fromkeys(text for part in parts if (text := (_text(part) or "").strip())))


def _attributes(value: Any) -> list[Attribute]:
    """Name and value pairs, from a list of them or an object."""
    if isinstance(value, dict):
        value = [{"name": name, "value": content} for name, content in value.items()]
    pairs = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return [Attribute(key=_text(one.get("name")) or "", value=_text(one.get("value")) or "") for one in pairs]


def _address(value: Any) -> Address | None:
    if not isinstance(value, dict):
        return None
    return Address(**{name: _text(value.get(name)) for name in Address.__dataclass_fields__})
