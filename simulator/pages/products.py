"""A store's products as its admin shows them: prices, stock at each location, publishing."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.pages.view import act, amount, number, render, store_of, text, world_of
from simulator.world.errors import Unknown
from simulator.world.inventory import set_inventory
from simulator.world.model import Product, Variant
from simulator.world.products import publish_product, update_variants, upsert_product
from simulator.world.store import Store


def _product(store: Store, product_id: int) -> Product:
    product = store.products.get(product_id)
    if product is None or product.deleted_at is not None:
        raise Unknown(f"no product {product_id}")
    return product


def _variant(store: Store, variant_id: int) -> Variant:
    variant = store.variants.get(variant_id)
    if variant is None or variant.deleted_at is not None:
        raise Unknown(f"no variant {variant_id}")
    return variant


def _home(store: Store) -> str:
    return f"/admin/{store.domain}/products"


async def list_products(request: Request) -> Response:
    """Show all products, newest first."""
    store = store_of(request)
    products = [one for one in store.products.values() if one.deleted_at is None][::-1]
    available = {one.id: sum(map(store.total_available, store.variants_of(one))) for one in products}
    return render(request, "products.html", store=store, products=products, available=available)


async def show_product(request: Request) -> Response:
    """Show one product with its variants and their stock."""
    store = store_of(request)
    product = _product(store, request.path_params["id"])
    return render(request, "product.html", store=store, product=product, variants=store.variants_of(product))


async def show_new_product(request: Request) -> Response:
    """Show the form for a product."""
    return render(request, "product_new.html", store=store_of(request))


async def add_product(request: Request) -> Response:
    """Make a product with one variant."""
    world, store = world_of(request), store_of(request)

    def add(form: FormData) -> None:
        stock = {"location_id": number(form, "location"), "quantity": number(form, "quantity")}
        variant = {"price": amount(form, "price"), "sku": text(form, "sku") or None, "quantities": [stock]}
        fields: dict[str, Any] = {"title": text(form, "title"), "vendor": text(form, "vendor"), "variants": [variant]}
        product = upsert_product(world, store, fields, by="staff")
        if text(form, "published"):
            publish_product(world, store, product, list(store.publications))

    return await act(request, _home(store), "Product added.", add)


async def save_variant(request: Request) -> Response:
    """Give a variant another price or SKU."""
    world, store = world_of(request), store_of(request)
    variant = _variant(store, request.path_params["id"])
    product = store.products[variant.product_id]

    def save(form: FormData) -> None:
        change = {"id": variant.id, "price": amount(form, "price"), "sku": text(form, "sku") or None}
        update_variants(world, store, product, [change], by="staff")

    return await act(request, f"{_home(store)}/{product.id}", "Variant saved.", save)


async def set_stock(request: Request) -> Response:
    """Set what is available of a variant at a location."""
    world, store = world_of(request), store_of(request)
    variant = _variant(store, number(await request.form(), "variant"))

    def write(form: FormData) -> None:
        place = (variant.inventory_item_id, number(form, "location"))
        set_inventory(world, store, place, number(form, "quantity"), by="staff")

    return await act(request, f"{_home(store)}/{variant.product_id}", "Stock set.", write)


async def publish(request: Request) -> Response:
    """Show the product in the online store, or take it away."""
    world, store = world_of(request), store_of(request)
    product = _product(store, request.path_params["id"])

    def change(form: FormData) -> None:
        if text(form, "published") and product.status != "ACTIVE":
            upsert_product(world, store, {"status": "ACTIVE"}, product, by="staff")
        publish_product(world, store, product, list(store.publications) if text(form, "published") else [])

    return await act(request, f"{_home(store)}/{product.id}", "Publication changed.", change)


routes = [
    Route("/admin/{shop}/products", list_products),
    Route("/admin/{shop}/products/new", show_new_product),
    Route("/admin/{shop}/products/new", add_product, methods=["POST"]),
    Route("/admin/{shop}/products/{id:int}", show_product),
    Route("/admin/{shop}/products/{id:int}/publish", publish, methods=["POST"]),
    Route("/admin/{shop}/variants/{id:int}", save_variant, methods=["POST"]),
    Route("/admin/{shop}/stock", set_stock, methods=["POST"]),
]
