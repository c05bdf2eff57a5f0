"""REST-shaped payloads of products, stock, locations, draft orders and the store itself."""

from typing import Any

from simulator.webhooks.order_payloads import customer_payload, terms_payload
from simulator.webhooks.shapes import Payload, address, attributes, blank, local, money
from simulator.world.model import InventoryItem, InventoryLevel, Location, Product, Variant
from simulator.world.order_model import DraftLine, DraftOrder
from simulator.world.store import Store

SHOWN_VARIANTS = 100


def product_payload(store: Store, product: Product, is_cut: bool) -> Payload:
    """What products/create and products/update carry; of many variants perhaps only the first hundred."""
    variants = store.variants_of(product)
    shown = variants[:SHOWN_VARIANTS] if is_cut else variants
    images = [_image(store, product, index) for index in range(len(product.images))]
    return {
        "id": product.id,
        "admin_graphql_api_id": product.gid,
        "title": product.title,
        "body_html": product.description_html,
        "handle": product.handle,
        "vendor": product.vendor,
        "product_type": product.product_type,
        "status": product.status.lower(),
        "tags": ", ".join(product.tags),
        "published_at": local(store, product.published_at),
        "published_scope": "web",
        "template_suffix": product.template_suffix,
        "created_at": local(store, product.created_at),
        "updated_at": local(store, product.updated_at),
        "variants": [_variant(store, variant) for variant in shown],
        "variant_gids": [
            {"admin_graphql_api_id": one.gid, "updated_at": local(store, one.updated_at)} for one in variants
        ],
        "options": [
            {
                "id": one.id,
                "product_id": product.id,
                "name": one.name,
                "position": one.position,
                "values": [value.name for value in one.values],
            }
            for one in product.options
        ],
        "images": images,
        "image": images[0] if images else None,
        "media": [],
        "category": None,
        "has_variants_that_requires_components": any(one.requires_components for one in variants),
    }


def _image(store: Store, product: Product, index: int) -> Payload:
    image = product.images[index]
    return {
        "id": image.id,
        "product_id": product.id,
        "alt": image.alt,
        "position": image.position,
        "src": image.src,
        "created_at": local(store, image.created_at),
        "variant_ids": [],
    }


def _variant(store: Store, one: Variant) -> Payload:
    options = [*one.option_values, None, None, None][:3]
    quantity = store.total_available(one)
    return {
        "id": one.id,
        "admin_graphql_api_id": one.gid,
        "product_id": one.product_id,
        "title": one.title,
        "sku": one.sku,
        "barcode": one.barcode,
        "price": money(one.price, store.currency),
        "compare_at_price": None if one.compare_at_price is None else money(one.compare_at_price, store.currency),
        "inventory_item_id": one.inventory_item_id,
        "inventory_quantity": quantity,
        "old_inventory_quantity": quantity,
        "inventory_policy": one.inventory_policy.lower(),
        **{f"option{index}": value for index, value in enumerate(options, 1)},
        "position": one.position,
        "taxable": one.taxable,
        "image_id": one.image_id,
        "created_at": local(store, one.created_at),
        "updated_at": local(store, one.updated_at),
    }


def level_payload(store: Store, level: InventoryLevel, topic: str) -> Payload:
    """What the inventory_levels/* topics carry."""
    place: Payload = {"inventory_item_id": level.item_id, "location_id": level.location_id}
    if topic == "inventory_levels/disconnect":
        return place
    updated = {"available": level.available, "updated_at": local(store, level.updated_at)}
    return place | updated | {"admin_graphql_api_id": level.gid}


def item_payload(store: Store, item: InventoryItem) -> Payload:
    """What inventory_items/update carries."""
    return {
        "id": item.id,
        "admin_graphql_api_id": item.gid,
        "sku": store.variants[item.variant_id].sku,
        "created_at": local(store, item.created_at),
        "updated_at": local(store, item.updated_at),
        "requires_shipping": item.requires_shipping,
        "cost": None if item.cost is None else money(item.cost, store.currency),
        "country_code_of_origin": item.country_code_of_origin,
        "province_code_of_origin": None,
        "harmonized_system_code": item.harmonized_system_code,
        "tracked": item.tracked,
        "country_harmonized_system_codes": [],
        "weight_value": float(item.weight or 0),
        "weight_unit": {"GRAMS": "g", "KILOGRAMS": "kg", "OUNCES": "oz", "POUNDS": "lb"}[item.weight_unit],
    }


def location_payload(store: Store, location: Location) -> Payload:
    """What the locations/* topics carry."""
    place = address(location.address) or {}
    names = ("address1", "address2", "city", "zip", "province", "country", "phone", "country_code", "province_code")
    return {
        "id": location.id,
        "admin_graphql_api_id": location.gid,
        "name": location.name,
        **{name: place.get(name) for name in names},
        "country_name": location.address.country,
        "created_at": local(store, location.created_at),
        "updated_at": local(store, location.updated_at),
        "legacy": False,
        "active": location.is_active,
    }


def draft_payload(store: Store, draft: DraftOrder) -> Payload:
    """What draft_orders/create and draft_orders/update carry."""
    return {
        "id": draft.id,
        "admin_graphql_api_id": draft.gid,
        "name": draft.name,
        "status": draft.status.lower(),
        "note": draft.note,
        "email": draft.email,
        "currency": draft.currency,
        "created_at": local(store, draft.created_at),
        "updated_at": local(store, draft.updated_at),
        "completed_at": local(store, draft.completed_at),
        "invoice_sent_at": local(store, draft.invoice_sent_at),
        "invoice_url": f"https://{store.domain}/{store.id}/invoices/{draft.id}",
        "order_id": draft.order_id,
        "tags": ", ".join(draft.tags),
        "note_attributes": attributes(draft.attributes),
        "line_items": [_draft_line(draft, line) for line in draft.lines],
        "shipping_address": address(draft.shipping_address),
        "billing_address": address(draft.billing_address),
        "shipping_line": None
        if draft.shipping_line is None
        else {"title": draft.shipping_line.title, "price": money(draft.shipping_line.price, draft.currency)},
        "payment_terms": terms_payload(store, draft.payment_terms, draft.id, "DraftOrder"),
        "customer": customer_payload(store, store.customers.get(draft.customer_id or 0)),
        "total_price": money(draft.total, draft.currency),
        "subtotal_price": money(draft.subtotal, draft.currency),
        "total_tax": money(draft.total * 0, draft.currency),
        "taxes_included": False,
        "tax_exempt": draft.tax_exempt,
        "tax_lines": [],
        "allow_discount_codes_in_checkout?": draft.allow_discount_codes,
        "b2b?": False,
        **blank("api_client_id", "applied_discount", "created_on_api_version_handle"),
    }


def _draft_line(draft: DraftOrder, line: DraftLine) -> Payload:
    return {
        "id": line.id,
        "admin_graphql_api_id": line.gid,
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "vendor": line.vendor,
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "taxable": line.taxable,
        "gift_card": False,
        "fulfillment_service": "manual",
        "grams": 0,
        "tax_lines": [],
        "applied_discount": None,
        "name": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
        "properties": attributes(line.properties),
        "custom": line.variant_id is None,
        "price": money(line.price, draft.currency),
    }


def shop_payload(store: Store) -> Payload:
    """The store as app/uninstalled and shop/update carry it; several values are null, as in the wild."""
    profile = store.profile
    return {
        "id": profile.id,
        "name": profile.name,
        "email": profile.email,
        "domain": None,
        "myshopify_domain": profile.domain,
        "province": profile.address.province,
        "country": profile.address.country_code,
        "address1": profile.address.address1,
        "address2": profile.address.address2,
        "zip": profile.address.zip,
        "city": profile.address.city,
        "phone": None,
        **blank("source", "latitude", "longitude", "created_at", "updated_at", "google_apps_domain"),
        "primary_locale": "en",
        "country_code": profile.address.country_code,
        "country_name": profile.address.country,
        "currency": profile.currency,
        "customer_email": profile.email,
        "timezone": profile.iana_time_zone,
        "iana_timezone": profile.iana_time_zone,
        "shop_owner": f"Owner of {profile.name}",
        "money_format": "${{amount}}",
        "money_with_currency_format": "${{amount}} " + profile.currency,
        "weight_unit": "kg",
        "plan_display_name": profile.plan.title(),
        "plan_name": profile.plan,
        "has_storefront": True,
        "primary_location_id": next(iter(store.locations), None),
        "multi_location_enabled": True,
        "enabled_presentment_currencies": [profile.currency],
    }


def scopes_payload(store: Store, extra: dict[str, Any], at: str) -> Payload:
    """What app/scopes_update carries."""
    return {
        "id": store.app.id,
        "shop_id": store.gid,
        "previous": extra["previous"],
        "current": extra["current"],
        "updated_at": at,
    }
