"""What is true in the world, as a checker reads it: each store's orders, drafts, stock and the rest, with the past."""

from typing import Any

from simulator.world.clock import iso
from simulator.world.model import (
    Attribute,
    Image,
    InventoryLevel,
    Location,
    Metafield,
    Option,
    PaymentTerms,
    Product,
    Subscription,
    Variant,
)
from simulator.world.order_model import DraftOrder, Fulfillment, Order, OrderLine, Tracking
from simulator.world.people import MARKS
from simulator.world.store import Store

Truth = dict[str, Any]


def gid(kind: str, number: int | None) -> str | None:
    """A global id, or none."""
    return None if number is None else f"gid://shopify/{kind}/{number}"


def _at(at: Any) -> str | None:
    return None if at is None else iso(at)


def _times(entity: Any) -> Truth:
    return {
        "created_at": _at(entity.created_at),
        "updated_at": _at(entity.updated_at),
        "deleted_at": _at(getattr(entity, "deleted_at", None)),
    }


def _pairs(attributes: list[Attribute]) -> list[Truth]:
    return [{"name": one.key, "value": one.value} for one in attributes]


def store_truth(store: Store) -> Truth:
    """Everything of one store."""
    return {
        "shop": store.domain,
        "id": store.gid,
        "orders": [order_truth(store, one) for one in store.orders.values()],
        "draft_orders": [draft_truth(one) for one in store.draft_orders.values()],
        "products": [product_truth(store, one) for one in store.products.values()],
        "variants": [variant_truth(store, one) for one in store.variants.values()],
        "stock": [level_truth(store, one) for one in store.levels.values()],
        "fulfillments": [fulfillment_truth(store, one) for one in store.fulfillments.values()],
        "metafields": [metafield_truth(one) for one in store.metafields.values()],
        "subscriptions": [subscription_truth(one) for one in store.subscriptions.values()],
    }


def profile_truth(store: Store) -> Truth:
    """What a store is: its profile, places, and the app in it."""
    app = store.app
    return {
        "id": store.gid,
        "shop": store.domain,
        "name": store.name,
        "currency": store.currency,
        "time_zone": store.iana_time_zone,
        "plan": store.plan,
        "role": store.profile.role,
        "locations": [location_truth(one) for one in store.locations.values()],
        "publications": [{"id": one.gid, "name": one.name} for one in store.publications.values()],
        "app": {
            "installed": app.installed,
            "scopes": app.scopes,
            "frozen": app.frozen,
            "installed_at": _at(app.installed_at),
            "uninstalled_at": _at(app.uninstalled_at),
            "tokens": sum(one.revoked_at is None for one in app.tokens),
        },
    }


def location_truth(one: Location) -> Truth:
    """A location."""
    return {
        "id": one.gid,
        "name": one.name,
        "is_active": one.is_active,
        "fulfills_online_orders": one.fulfills_online_orders,
        "by": one.by,
        "address1": one.address.address1,
        "city": one.address.city,
        "country_code": one.address.country_code,
    }


def order_truth(store: Store, order: Order) -> Truth:
    """An order with its past."""
    return {
        "id": order.gid,
        "name": order.name,
        **_times(order),
        "cancelled_at": _at(order.cancelled_at),
        "test": order.test,
        "by": order.by,
        "financial_status": order.financial_status,
        "fulfillment_status": order.fulfillment_status,
        "lines": [_line(line) for line in order.lines],
        "financial": [{"at": iso(one.at), "status": one.status} for one in order.financial],
        "holds": [{"at": iso(one.at), "released_at": _at(one.released_at)} for one in order.hold_periods],
        "changes": [
            {"at": iso(one.at), "line_id": gid("LineItem", one.line_id), "delta": one.delta, "cause": one.cause}
            for one in order.target_changes
        ],
        "refunds": [{"id": one.gid, "at": iso(one.created_at), "amount": str(one.amount)} for one in order.refunds],
        "risk": order.risk_level,
        "tags": order.tags,
        "attributes": _pairs(order.attributes),
        "payment_terms": _terms(order.payment_terms),
        "commit_location": gid("Location", order.commit_location_id),
        "draft_id": gid("DraftOrder", order.draft_id),
        "total": str(order.total),
        "currency": order.currency,
        "person": personal_strings(order),
    }


def _line(line: OrderLine) -> Truth:
    return {
        "id": line.gid,
        "variant_id": gid("ProductVariant", line.variant_id),
        "product_id": gid("Product", line.product_id),
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "current_quantity": line.current_quantity,
        "unfulfilled": line.unfulfilled_quantity,
        "fulfilled": line.fulfilled_quantity,
        "price": str(line.price),
        "location_id": gid("Location", line.location_id),
        "properties": _pairs(line.properties),
    }


def _terms(terms: PaymentTerms | None) -> Truth | None:
    if terms is None:
        return None
    return {"name": terms.name, "type": terms.payment_terms_type, "due_in_days": terms.due_in_days}


def personal_strings(order: Order) -> list[str]:
    """The invented strings that would give the customer away; each carries a mark."""
    found = [order.email, order.phone, order.note]
    for address in (order.shipping_address, order.billing_address):
        if address is not None:
            found += [address.name, address.first_name, address.last_name, address.phone, address.address1]
    found += [one.value for line in order.lines for one in line.properties]
    found += [one.value for one in order.attributes]
    marked = (text for text in found if text and any(mark in text for mark in MARKS.values()))
    return list(dict.fromkeys(marked))


def draft_truth(draft: DraftOrder) -> Truth:
    """A draft order."""
    return {
        "id": draft.gid,
        "name": draft.name,
        "status": draft.status,
        "ready": draft.ready,
        **_times(draft),
        "completed_at": _at(draft.completed_at),
        "by": draft.by,
        "lines": [
            {
                "id": line.gid,
                "variant_id": gid("ProductVariant", line.variant_id),
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "price": str(line.price),
                "original_price": str(line.original_price),
                "properties": _pairs(line.properties),
            }
            for line in draft.lines
        ],
        "tags": draft.tags,
        "note": draft.note,
        "payment_terms": _terms(draft.payment_terms),
        "order_id": gid("Order", draft.order_id),
        "reserve_inventory_until": _at(draft.reserve_inventory_until),
        "currency": draft.currency,
    }


def product_truth(store: Store, product: Product) -> Truth:
    """A product."""
    return {
        "id": product.gid,
        "title": product.title,
        "handle": product.handle,
        "status": product.status,
        **_times(product),
        "published_at": _at(product.published_at),
        "by": product.by,
        "vendor": product.vendor,
        "product_type": product.product_type,
        "description_html": product.description_html,
        "tags": product.tags,
        "options": [_option(one) for one in product.options],
        "images": [_image(one) for one in product.images],
        "variant_ids": [one.gid for one in store.variants_of(product)],
    }


def _option(one: Option) -> Truth:
    return {"name": one.name, "values": [value.name for value in one.values]}


def _image(one: Image) -> Truth:
    return {"id": one.gid, "src": one.src, "alt": one.alt, "status": one.status}


def variant_truth(store: Store, variant: Variant) -> Truth:
    """A variant with its prices over time."""
    item = store.item_of(variant)
    return {
        "id": variant.gid,
        "product_id": gid("Product", variant.product_id),
        "inventory_item_id": item.gid,
        **_times(variant),
        "title": variant.title,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": str(variant.price),
        "compare_at_price": None if variant.compare_at_price is None else str(variant.compare_at_price),
        "option_values": variant.option_values,
        "inventory_policy": variant.inventory_policy,
        "tracked": item.tracked,
        "cost": None if item.cost is None else str(item.cost),
        "prices": [{"at": iso(one.at), "price": str(one.price)} for one in variant.prices],
    }


def level_truth(store: Store, level: InventoryLevel) -> Truth:
    """The stock of a variant at a location, with each change."""
    return {
        "id": level.gid,
        "variant_id": gid("ProductVariant", store.inventory_items[level.item_id].variant_id),
        "inventory_item_id": gid("InventoryItem", level.item_id),
        "location_id": gid("Location", level.location_id),
        "available": level.available,
        "committed": level.committed,
        "on_hand": level.on_hand,
        "reserved": level.reserved,
        "is_active": level.is_active,
        "changes": [
            {"at": iso(one.at), "by": one.by, "from": one.before, "to": one.after, "key": one.key}
            for one in level.changes
        ],
    }


def tracking_truth(tracking: list[Tracking]) -> list[Truth]:
    """Tracking as the customer reads it."""
    return [{"company": one.company, "number": one.number, "url": one.url} for one in tracking]


def fulfillment_truth(store: Store, one: Fulfillment) -> Truth:
    """A fulfilment."""
    lines = {line.id: line for line in store.orders[one.order_id].lines}
    return {
        "id": one.gid,
        "order_id": gid("Order", one.order_id),
        "name": one.name,
        "by": one.by,
        "status": one.status,
        **_times(one),
        "location_id": gid("Location", one.location_id),
        "lines": [
            {
                "line_id": gid("LineItem", sent.line_id),
                "variant_id": gid("ProductVariant", lines[sent.line_id].variant_id),
                "quantity": sent.quantity,
            }
            for sent in one.lines
        ],
        "tracking": tracking_truth(one.tracking),
        "tracking_numbers": one.tracking_numbers,
    }


def metafield_truth(one: Metafield) -> Truth:
    """A metafield."""
    return {
        "id": one.gid,
        "owner": one.owner,
        "namespace": one.namespace,
        "key": one.key,
        "type": one.type,
        "value": one.value,
        "by": one.by,
        **_times(one),
    }


def subscription_truth(one: Subscription) -> Truth:
    """A webhook subscription made through the Admin API."""
    return {
        "id": one.gid,
        "topic": one.topic,
        "uri": one.uri,
        "include_fields": one.include_fields,
        "filter": one.filter,
        "failures": one.failures,
        **_times(one),
    }
