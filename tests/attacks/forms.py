"""What staff would send with every form of the table of routes; what stands in braces is an id."""

import re
from collections.abc import Mapping

from simulator.world.store import Store
from tests.attacks.ids import NOBODYS
from tests.attacks.market import CORNER, ELM, OAK, SQUARE, Market

Form = Mapping[str, str]
Chosen = Mapping[str, str]  # an id of each kind
PLACEHOLDER = re.compile(r"{\w+}")
PROPOSAL = {
    **{"name": "Ash Roastery", "shop": "ash.myshopify.com", "email": "orders@ash.example.com", "discount": "30"},
    **{"weekday": "4", "cutoff_time": "18:00", "buffer": "0"},
}
HANDOVER = {
    **{"carrier": "other", "other_carrier": "Night Train", "number": "9400", "url": "https://track.example.com/9"},
    "is_shared": "yes",
}

FORMS: Mapping[str, Form] = {
    "/app/role": {"role": "retailer"},
    "/app/permissions": {},
    "/app/settings/centre": {"centre": "{location}"},
    "/app/settings/stock-location": {"stock": "{location}"},
    "/app/settings/stock-location/create": {},
    "/app/settings/defaults": {"markup": "40", "buffer": "1"},
    "/app/partners/invite": PROPOSAL,
    "/app/partners/{partner_id:id}/link": {},
    "/app/partners/{partner_id:id}/withdraw": {},
    "/app/partners/{partner_id:id}/contact": {"name": "Ash", "email": "orders@ash.example.com"},
    "/app/partners/{partner_id:id}/calendar": {"weekday": "5", "cutoff_time": "12:00"},
    "/app/partners/{partner_id:id}/buffer": {"buffer": "2"},
    "/app/partners/{partner_id:id}/check": {},
    "/app/partners/{partner_id:id}/disconnect": {},
    "/app/partners/{partner_id:id}/products-gone": {},
    "/app/stock/{mapping_id:id}/leave-out": {},
    "/app/stock/{mapping_id:id}/source/{variant_id:id}": {},
    "/app/catalogue/{partner_id:id}/import": {"product": "{product}", "title_{product}": "Beans", "markup": "40"},
    "/app/imports/{import_id:id}/retry": {},
    "/app/stock/sync/{partner_id:id}": {},
    "/app/stock/{mapping_id:id}/sync": {},
    "/app/orders/{order_id:id}/gone": {},
    "/app/master-orders/{cycle_id:id}/lines/{variant_id:id}/keep": {},
    "/app/master-orders/{cycle_id:id}/lines/{variant_id:id}/restore": {},
    "/app/master-orders/{cycle_id:id}/look-again": {},
    "/app/master-orders/{cycle_id:id}/send-again": {},
    "/app/master-orders/{cycle_id:id}/order-again": {},
    "/app/receiving/{parcel_id:id}": {"line_{parcel_line}": "1"},
    "/app/receiving/{parcel_id:id}/correct": {"line_{counted_line}": "4", "why": "Miscounted", "seen": "0"},
    "/app/packing/{order_id:id}": {"line_{order_line}": "1", "boxes": "2"},
    "/app/shipments/{shipment_id:id}/hand-over": HANDOVER,
    "/app/shipments/{shipment_id:id}/look-again": {},
    "/app/shipments/{shipment_id:id}/send-again": {},
    "/app/shipments/{shipment_id:id}/tracking": {**HANDOVER, "notify": "yes"},
    "/app/shipments/{shipment_id:id}/unpack": {},
    "/app/exceptions/permission": {},
    "/app/exceptions/{exception_id:id}/done": {},
    "/app/exceptions/jobs/{run_id:id}/retry": {},
    "/app/desk/connect/{invitation_id:id}/accept": {},
    "/app/desk/connect/{invitation_id:id}/decline": {},
    "/app/desk/partnerships/{partner_id:id}/disconnect": {},
}
NOBODYS_CHOICE = {
    **{"location": f"gid://shopify/Location/{NOBODYS}", "product": str(NOBODYS)},
    **{"parcel_line": str(NOBODYS), "counted_line": str(NOBODYS), "order_line": str(NOBODYS)},
}

# What addresses of pages say besides: names of ids, and the rest.
QUERY_IDS = ("partner", "older_than", "newer_than", "product", "after")
QUERY_OTHERS = (
    "search",
    "standing",
    "told",
    "shop",
    "host",
    "embedded",
    "id_token",
    "markup",
    "shopify-reload",
    "exitIframe",
)


def written(form: Form, chosen: Chosen) -> dict[str, str]:
    """The form with these ids in it."""
    return {name.format_map(chosen): value.format_map(chosen) for name, value in form.items()}


def has_ids(form: Form) -> bool:
    """Whether another store's id could stand in it."""
    return any(PLACEHOLDER.search(text) for pair in form.items() for text in pair)


def field_names() -> set[str]:
    """The fields of all forms, an id in a name written as {}."""
    return {PLACEHOLDER.sub("{}", name) for form in FORMS.values() for name in form}


async def choice_of(market: Market, retailer: str) -> Chosen:
    """Ids of the retailer's own: what its staff could choose in each form."""
    partner = {CORNER: OAK, SQUARE: ELM}[retailer]
    mine = f"FROM partners WHERE shop_domain = '{partner}'"
    awaited = f"SELECT id FROM inbound_parcels WHERE state = 'on_the_way' AND partner_id = (SELECT id {mine})"
    lines = await market.rows(
        f"SELECT master_line_id FROM inbound_parcel_lines WHERE parcel_id IN ({awaited})", retailer
    )
    counted = await market.rows(
        f"SELECT master_line_id FROM receipt_lines WHERE partner_id = (SELECT id {mine})", retailer
    )
    packed = "SELECT order_id FROM shipments ORDER BY id LIMIT 1"
    sold = await market.rows(f"SELECT id FROM order_lines WHERE order_id = ({packed})", retailer)
    return {
        "location": next(iter(market.shops.store(retailer).locations.values())).gid,
        "product": product_of(market.shops.store(partner)),
        "parcel_line": str(lines[0][0]),
        "counted_line": str(counted[0][0]),
        "order_line": str(sold[0][0]),
    }


def product_of(store: Store) -> str:
    """The number of a product of the store."""
    return str(next(iter(store.products)))
