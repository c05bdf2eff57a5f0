"""What shoppers see: the storefront, a cart, a checkout as an invented customer, and the thank-you page."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simulator.pages.view import act, money, number, render, store_of, text, world_of
from simulator.world.errors import Impossible, Unknown
from simulator.world.inventory import sellable
from simulator.world.model import Product, Variant
from simulator.world.order_model import Order
from simulator.world.placing import place_order
from simulator.world.store import Store
from simulator.world.world import World


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """Units of one variant in the cart."""

    id: int
    title: str
    price: Decimal
    quantity: int


def _front(store: Store) -> str:
    return f"/storefront/{store.domain}"


def _is_shown(product: Product) -> bool:
    return product.deleted_at is None and product.status == "ACTIVE" and bool(product.publication_ids)


def _offered(world: World, store: Store, product: Product) -> dict[str, Any]:
    offers = []
    for variant in store.variants_of(product):
        left = sellable(world, store, variant)
        price = money(variant.price, store.currency)
        label = price if variant.title == "Default Title" else f"{variant.title} – {price}"
        offers.append({"id": variant.id, "label": label, "is_sold_out": left is not None and left <= 0})
    return {
        "title": product.title,
        "handle": product.handle,
        "vendor": product.vendor,
        "offers": offers,
        "is_sold_out": all(offer["is_sold_out"] for offer in offers),
    }


def read_cart(request: Request, store: Store) -> dict[int, int]:
    """Quantities by variant, from the shopper's cookie; what cannot be read or bought any more is left out."""
    try:
        kept = json.loads(request.cookies.get(_cookie(store), "{}"))
        wanted = {int(variant_id): int(quantity) for variant_id, quantity in kept.items()}
    except (ValueError, AttributeError, TypeError):
        return {}
    return {one: count for one, count in wanted.items() if count > 0 and _buyable(store, one)}


def _buyable(store: Store, variant_id: int) -> Variant | None:
    variant = store.variants.get(variant_id)
    if variant is None or variant.deleted_at is not None or not _is_shown(store.products[variant.product_id]):
        return None
    return variant


def _cookie(store: Store) -> str:
    return f"cart_{store.id}"


def _lines(store: Store, cart: dict[int, int]) -> list[CartLine]:
    lines = []
    for variant_id, quantity in cart.items():
        variant = store.variants[variant_id]
        title = store.products[variant.product_id].title
        if variant.title != "Default Title":
            title = f"{title} · {variant.title}"
        lines.append(CartLine(id=variant.id, title=title, price=variant.price, quantity=quantity))
    return lines


async def show_storefront(request: Request) -> Response:
    """Show what is published."""
    world, store = world_of(request), store_of(request)
    products = [_offered(world, store, one) for one in store.products.values() if _is_shown(one)]
    count = sum(read_cart(request, store).values())
    return render(request, "storefront.html", store=store, products=products, cart_count=count)


async def show_cart(request: Request) -> Response:
    """Show the cart and the way to buy it."""
    store = store_of(request)
    cart = read_cart(request, store)
    lines = _lines(store, cart)
    total = sum((line.price * line.quantity for line in lines), Decimal(0))
    return render(request, "cart.html", store=store, lines=lines, total=total, cart_count=sum(cart.values()))


async def change_cart(request: Request) -> Response:
    """Put units of a variant into the cart, or take them out."""
    store, form = store_of(request), await request.form()
    variant_id, cart = number(form, "variant"), read_cart(request, store)
    if _buyable(store, variant_id) is None:
        raise Unknown("this cannot be bought here")
    cart[variant_id] = cart.get(variant_id, 0) + number(form, "quantity")
    response = RedirectResponse(f"{_front(store)}/cart", status_code=303)
    response.set_cookie(_cookie(store), json.dumps({str(one): count for one, count in cart.items() if count > 0}))
    return response


async def check_out(request: Request) -> Response:
    """Place the order of an invented customer and empty the cart."""
    world, store = world_of(request), store_of(request)
    cart = read_cart(request, store)
    placed: list[Order] = []

    def buy(form: FormData) -> None:
        if not cart:
            raise Impossible("the cart is empty")
        payment = "pending" if text(form, "payment") == "pending" else "paid"
        lines = [{"variant_id": variant_id, "quantity": quantity} for variant_id, quantity in cart.items()]
        placed.append(place_order(world, store, {"lines": lines, "payment": payment}))

    response = await act(request, f"{_front(store)}/cart", "", buy)
    if placed:
        response = RedirectResponse(f"{_front(store)}/thanks/{placed[0].token}", status_code=303)
        response.delete_cookie(_cookie(store))
    return response


async def thank(request: Request) -> Response:
    """Show that the order was placed."""
    store = store_of(request)
    order = next((one for one in store.orders.values() if one.token == request.path_params["token"]), None)
    if order is None:
        raise Unknown("there is no such order")
    return render(request, "thanks.html", store=store, order=order, cart_count=0)


routes = [
    Route("/storefront/{shop}", show_storefront),
    Route("/storefront/{shop}/cart", show_cart),
    Route("/storefront/{shop}/cart", change_cart, methods=["POST"]),
    Route("/storefront/{shop}/checkout", check_out, methods=["POST"]),
    Route("/storefront/{shop}/thanks/{token}", thank),
]
