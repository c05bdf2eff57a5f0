"""What shoppers see: storefront, cart, checkout, the order status page."""

import pytest

from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import Tracking
from simulator.world.people import MARKS
from tests.simulator.page_world import SHOP, make_order, make_variant, make_world, site

pytestmark = pytest.mark.anyio

FRONT = f"/storefront/{SHOP}"


async def test_a_customer_buys_and_is_led_to_the_order_status() -> None:
    world = make_world()
    variant = make_variant(world)

    async with site(world) as visit:
        await visit.press(f"{FRONT}/cart", variant=variant.id, quantity=2)
        cart = await visit.read(f"{FRONT}/cart")
        thanks = await visit.press(f"{FRONT}/checkout", payment="paid")
        again = await visit.read(f"{FRONT}/cart")

    order = next(iter(visit.store.orders.values()))
    assert "$25.00" in cart
    assert f'href="/order_status/{SHOP}/{order.id}"' in thanks.text
    assert (order.financial_status, order.lines[0].quantity) == ("PAID", 2)
    assert MARKS["retailer_customer"] in (order.email or "")
    assert "It is empty" in again


async def test_what_is_sold_out_or_not_published_cannot_be_bought() -> None:
    world = make_world()
    sold_out, hidden = make_variant(world, title="Gone", quantity=0), make_variant(world, title="Hidden")
    world.stores[SHOP].products[hidden.product_id].publication_ids = []

    async with site(world) as visit:
        shop = await visit.read(FRONT)
        refused = await visit.browser.post(f"{FRONT}/cart", data={"variant": hidden.id, "quantity": 1})
        await visit.press(f"{FRONT}/cart", variant=sold_out.id, quantity=1)
        answer = await visit.press(f"{FRONT}/checkout", payment="paid")

    assert "Sold out" in shop
    assert "Hidden" not in shop
    assert refused.status_code == 404
    assert "sold out" in answer.text
    assert not visit.store.orders


async def test_the_customer_reads_each_parcel_with_carrier_number_and_link() -> None:
    world = make_world()
    order = make_order(world)

    async with site(world) as visit:
        before = await visit.read(f"/order_status/{SHOP}/{order.id}")
        for number in ("A-1", "B-2"):
            parts = parts_for(visit.store, order, [(order.lines[0].id, 1)])[0]
            tracking = Tracking(company="UPS", number=number, url=f"https://example.com/{number}")
            create_fulfillment(world, visit.store, parts, [tracking], by="app")
        page = await visit.read(f"/order_status/{SHOP}/{order.id}")
        told = await visit.browser.get(f"/order_status/{SHOP}/{order.id}", headers={"Accept": "application/json"})

    assert "We are preparing it" in before
    assert "Parcel 2 of 2 is on its way" in page
    assert 'href="https://example.com/A-1"' in page
    assert [one["tracking"] for one in told.json()["fulfillments"]] == [
        [{"company": "UPS", "number": number, "url": f"https://example.com/{number}"}] for number in ("A-1", "B-2")
    ]
